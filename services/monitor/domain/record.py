"""What of a case's record its applicant may read: every event of the case that intake, the departments, fees and the
messenger told, each in a sentence.

Guarantees: names nobody whom the applicant is not told of anyway, and tells no department's reasons to another. What the
supervisor and others say about the case (alerts, orders, complaints) is not the applicant's, and is left out; an event
without words of its own is shown as a step, so that none of the case's is missing.
"""

from typing import Final

from services.monitor.domain.words import fill, sentence
from yimen.contracts import Event, approval, fees, intake, notify

SPEAKERS: Final = frozenset({"intake", "approval", "fees", "notify"})

STEP: Final = "内部办理环节。"

USUAL: Final[frozenset[type[Event]]] = frozenset(
    {
        *(intake.CaseCorrectionRequested, intake.CaseSupplemented, intake.CaseAccepted, intake.CaseRefused),
        *(intake.CaseReturned, intake.CaseWithdrawn, intake.CasePaused, intake.CaseResumed, intake.CaseReviewed),
        *(intake.CaseDecided, intake.CaseLicenceIssued, intake.CaseClosed, intake.CaseMaterialsDeferred),
        *(intake.CaseDeferralLapsed, intake.CaseDeferralMet, intake.CaseReExaminationRequested),
        *(intake.CaseReExamined, intake.CaseReopened, intake.CaseFastTracked, intake.CaseQueued),
        *(intake.ReviewRequested, intake.ReviewMaterialsAdded, intake.ReviewMeetingConvened),
        intake.ReviewDeemedConsented,
        *(approval.ReviewPaused, approval.ReviewResumed, approval.ReviewHearingNoticed, approval.ReviewForwarded),
        *(approval.ReviewSuperiorAnswered, approval.ReviewFeeListed),
        *(fees.ListVerified, fees.ListSettled, fees.ListRefunded, fees.NoticeIssued, fees.NoticePaid),
        *(fees.NoticeReceipted, fees.NoticeCleared, fees.NoticeOverdue, fees.NoticeTicketVoided),
        *(fees.NoticeDisputed, fees.NoticeDisputeAnswered, fees.NoticeReliefRequested, fees.NoticeReliefRefused),
        *(fees.NoticeReduced, fees.NoticeDeferred, fees.NoticeVoided, fees.NoticeRemitted),
        *(fees.NoticeRefundRequested, fees.NoticeRefundApproved, fees.NoticeRefundRefused, fees.NoticeRefunded),
        *(fees.NoticeRefundFailed, notify.MessageSent, notify.MessageDelivered),
        notify.DocumentCollected,
    }
)
"""Told in the words of the timeline."""

OWN_WORDS: Final[dict[type[Event], str]] = {
    intake.CaseSubmitted: "收到“{item_name}”的申请（{kind}，{channel}），应于{answer_by.on}前答复。",
    intake.CaseExtended: "经批准延长{days}个工作日：{reasons}",
    intake.CaseServed: "决定已经送达，方式：{way}。",
    intake.CaseMeetingHeld: "举行了联合会审或踏勘，地点：{place}。",
    intake.CaseLeadDecided: "牵头部门对不同意见作出决定。",
    intake.ReviewUrged: "催办{department}。",
    intake.ReviewCancelled: "撤销对{department}的审查要求。",
    intake.AgencyEntrusted: "委托代办“{item_name}”。",
    intake.AgencyStepRecorded: "代办步骤：{step}。",
    approval.ReviewReceived: "{department}签收。",
    approval.ReviewAssigned: "{department}确定了承办人。",
    approval.ReviewExtensionRequested: "{department}申请延长{days}个工作日。",
    approval.ReviewExtended: "{department}的审查期限经批准延长{extension.days}个工作日。",
    approval.ReviewExtensionRefused: "{department}的延期申请未获批准。",
    approval.ReviewHearingRequested: "{department}应于{hold_by.on}前举行听证。",
    approval.ReviewHearingHeld: "{department}听证结束，笔录已经签署。",
    approval.ReviewSiteVisited: "{department}进行了现场核查。",
    approval.ReviewDecided: "{department}出具审查意见：{opinion}。",
    fees.ListRejected: "收费窗口退回{department}收费清单{list_id}。",
    notify.MessageFailed: "短信发送失败。",
}
"""Whose usual sentence names somebody, or tells what is between offices."""


def is_shown(event_type: str) -> bool:
    return event_type.partition(".")[0] in SPEAKERS


def told(event: Event) -> str:
    kind = type(event)
    if kind in OWN_WORDS:
        return fill(OWN_WORDS[kind], event)
    return sentence(event) if kind in USUAL else STEP
