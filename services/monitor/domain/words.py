"""Each event in one Chinese sentence, for the timeline. A type without a sentence fails a test, not a supervisor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from string import Formatter
from typing import Any, Final

from pydantic import BaseModel

from services.monitor.domain.facets import staff_of
from services.monitor.domain.views import Recorded, State
from yimen.contracts import Event, approval, fees, intake, monitor, notify
from yimen.contracts.parts import BanGround, Channel, Kind, Opinion, Outcome
from yimen.departments import department_name
from yimen.money import format_yuan
from yimen.terms import AGENCY_STEPS, MONEY, PROCEDURES, SUPERVISION
from yimen.worktime import SHANGHAI

TERMS: Final[dict[StrEnum, str]] = {
    Kind.INSTANT: "即办件",
    Kind.COMMITTED: "承诺件",
    Kind.JOINT: "联办件",
    Kind.FORWARDED: "上报件",
    Channel.WEB: "网上",
    Channel.WINDOW: "窗口",
    Channel.TOWNSHIP: "乡镇便民服务站",
    Channel.VILLAGE: "村级代办员",
    Opinion.CONSENT: "同意",
    Opinion.REFUSE: "不同意",
    Opinion.CONSENT_BUT_FORWARD: "同意但转报",
    Outcome.GRANTED: "准予许可",
    Outcome.DENIED: "不予许可",
    **PROCEDURES,
    **AGENCY_STEPS,
    **MONEY,
    **SUPERVISION,
    BanGround.FALSE_MATERIAL: "提供虚假材料",
    BanGround.FRAUD: "以不正当手段取得许可",
    BanGround.BAD_CREDIT: "失信记录",
}

STATES: Final = {
    State.SUBMITTED: "已收件",
    State.CORRECTION_REQUESTED: "待补正",
    State.SUPPLEMENTED: "已补正",
    State.ACCEPTED: "已受理",
    State.REVIEWED: "审查完毕",
    State.DECIDED: "已决定",
    State.LICENCE_ISSUED: "已制证",
    State.SERVED: "已送达",
    State.CLOSED: "已办结",
    State.REFUSED: "不予受理",
    State.RETURNED: "已退件",
    State.WITHDRAWN: "已撤回",
    State.OUTSIDE: "大厅以外办理",
}

SENTENCES: Final[dict[type[Event], str]] = {
    intake.ItemPublished: "事项“{name}”公布，收费标准同时公布，版本{version}。",
    intake.ItemRevised: "事项“{name}”修订，版本{version}，自{effective_from}起施行。",
    intake.ItemWithdrawn: "事项取消：{reason}",
    intake.CaseSubmitted: "{applicant.name}申请“{item_name}”（{kind}，{channel}），应于{answer_by.on}前答复。",
    intake.CaseCorrectionRequested: "窗口一次性告知需补正的材料，应于{supplement_by}前补齐。",
    intake.CaseSupplemented: "申请人补交材料。",
    intake.CaseAccepted: "{department}受理，自{accepted_on}起计，承诺{promised_due.on}、法定{statutory_due.on}前办结。",
    intake.CaseRefused: "不予受理：{reasons}",
    intake.CaseReturned: "退件：{reasons}",
    intake.CaseWithdrawn: "申请人撤回申请：{reasons}",
    intake.CasePaused: "因{kind}中止计时，预计{planned_days}个工作日。",
    intake.CaseResumed: "特别程序结束，恢复计时。",
    intake.CaseExtended: "经{approver.name}批准延长{days}个工作日：{reasons}",
    intake.CaseReviewed: "各部门意见齐备，结论为{outcome}。",
    intake.CaseDecided: "作出{outcome}决定。{reasons}",
    intake.CaseLicenceIssued: "制发“{licence_name}”，证号{licence_number}，应于{serve_by.on}前送达。",
    intake.CaseServed: "决定送达{receiver}，方式：{way}。",
    intake.CaseClosed: "办结归档，结论为{outcome}。",
    intake.ReviewRequested: "请{department}就“{stage}”出具审查意见，应于{due.on}前答复。",
    intake.ReviewMaterialsAdded: "向{department}补送材料。",
    intake.ReviewMeetingConvened: "召集{department}参加联合会审或踏勘，地点：{place}，时间：{meets_at}。",
    intake.ReviewUrged: "催办{department}：{reason}",
    intake.ReviewDeemedConsented: "{department}未在{due.on}前答复，超时视为同意。",
    intake.ReviewCancelled: "撤销对{department}的审查要求：{reason}",
    intake.ItemReported: "{department}申报事项“{name}”，版本{version}，待中心审定。",
    intake.ItemEntryRefused: "事项“{name}”第{version}版未予进驻：{reason}",
    intake.ItemKeptOut: "事项“{name}”经批准不进驻大厅，照常接受监察：{reason}",
    intake.CaseMaterialsDeferred: "容缺受理，所缺材料应于{until.on}前补交。",
    intake.CaseDeferralLapsed: "容缺材料逾期未交，中止计时，限{make_up_by.on}前补齐，逾期退件。",
    intake.CaseDeferralMet: "容缺材料已经补齐。",
    intake.CaseReExaminationRequested: "申请人持{notice_number}申请复核：{reasons}",
    intake.CaseReExamined: "中心作出复核决定：{reasons}",
    intake.CaseReopened: "退件撤销，重新由窗口办理，应于{answer_by.on}前答复。",
    intake.CaseFastTracked: "纳入重大项目快速审批，各部门{review_days}个工作日内答复。",
    intake.CaseMeetingHeld: "联合会审或踏勘纪要，地点：{place}。{minutes}",
    intake.CaseLeadDecided: "牵头部门对不同意见作出{outcome}的决定：{reasons}",
    intake.CaseQueued: "该事项有数量限制，按受理先后排队，前面还有{ahead}件。",
    intake.ReviewExtensionDeclined: "{department}的延期不生效：{reason}",
    intake.AgencyEntrusted: "{applicant.name}委托{agent.name}代办“{item_name}”。",
    intake.AgencyStepRecorded: "代办步骤：{step}，经办人{recorded_by.name}。",
    intake.AgencyOverdue: "{agent.name}未在{due.on}前转交代办件。",
    intake.ProjectRegistered: "重大项目“{name}”纳入快速审批，全程代办人{agent.name}。",
    intake.BanImposed: "对{applicant.name}限制申请（{ground}）：{basis}",
    intake.BanLifted: "解除申请限制：{reason}",
    intake.AnnouncementPublished: "发布公告“{title}”。",
    intake.AnnouncementWithdrawn: "撤下公告：{reason}",
    intake.ContactErased: "删除申请人联系方式。",
    intake.ContactRecorded: "登记申请人联系方式。",
    intake.CredentialRecorded: "登记查询密码。",
    intake.CalendarRevised: "{year}年放假安排更新，版本{version}，未办结时限重新计算。",
    approval.ReviewReceived: "{department}签收，签收人{signed_by.name}。",
    approval.ReviewAssigned: "{department}交由{assignee.name}承办。",
    approval.ReviewPaused: "{department}启动{kind}，预计{planned_days}个工作日，依据：{basis}",
    approval.ReviewResumed: "{department}的特别程序结束。",
    approval.ReviewExtensionRequested: "{department}申请延长{days}个工作日：{reasons}",
    approval.ReviewExtended: "{department}的审查期限经{extension.approver.name}批准延长{extension.days}个工作日。",
    approval.ReviewExtensionRefused: "{department}的延期申请未获批准：{reasons}",
    approval.ReviewHearingRequested: "{requested_by}要求听证，{department}应于{hold_by.on}前举行。",
    approval.ReviewHearingNoticed: "{department}定于{holds_at}在{place}听证，主持人{chair.name}。",
    approval.ReviewHearingHeld: "{department}听证结束，主持人{chair.name}，笔录已经签署。",
    approval.ReviewSiteVisited: "{department}现场核查，地点：{place}，情况：{findings}",
    approval.ReviewForwarded: "{department}初审后上报{superior}。",
    approval.ReviewSuperiorAnswered: "{superior}答复{department}：{opinion}",
    approval.ReviewFeeListed: "{department}开具收费清单{list_id}。",
    approval.ReviewDecided: "{department}出具审查意见：{opinion}。{reasons}",
    fees.ListVerified: "收费窗口核定{department}收费清单{list_id}，金额{amount}元。",
    fees.ListRejected: "收费窗口退回{department}收费清单{list_id}：{reason}",
    fees.ListDelayed: "{department}收费清单{list_id}超过时限，应由{waits_for}在{due.on}前办理。",
    fees.ListSettled: "收费清单{list_id}结清，金额{amount}元。",
    fees.ListRefunded: "收费清单{list_id}退款{amount}元。",
    fees.NoticeIssued: "开出缴款通知书{notice_number}，金额{amount}元，应于{pay_by}前缴纳。",
    fees.NoticePaid: "银行确认收款{amount}元。",
    fees.NoticeReceipted: "开出票据{ticket_number}。",
    fees.NoticeCleared: "应缴费用结清，金额{amount}元。",
    fees.NoticeOverdue: "缴款通知书{notice_number}逾期未缴，金额{amount}元。",
    fees.NoticeTicketVoided: "票据{ticket_number}作废：{reason}",
    fees.NoticeDisputed: "缴款人对缴款通知书{notice_number}提出异议，应于{answer_by}前答复：{reasons}",
    fees.NoticeDisputeAnswered: "缴款异议答复：{answer}",
    fees.NoticeReliefRequested: "缴款人申请{kind}（{relief_number}），依据：{basis}",
    fees.NoticeReliefRefused: "减免缓申请{relief_number}未获批准：{reasons}",
    fees.NoticeReduced: "缴款通知书{notice_number}减免{reduced}元，尚应缴{amount}元，依据：{basis}",
    fees.NoticeDeferred: "缴款通知书{notice_number}缓缴至{pay_by}，依据：{basis}",
    fees.NoticeVoided: "缴款通知书{notice_number}作废：{reason}",
    fees.NoticeRemitted: "缴款通知书{notice_number}的款项已缴入国库。",
    fees.NoticeRefundRequested: "登记退款{refund_number}，金额{amount}元：{reasons}",
    fees.NoticeRefundApproved: "财政部门批准退款{refund_number}，金额{amount}元，应于{pay_by.on}前退付。",
    fees.NoticeRefundRefused: "退款{refund_number}未获批准：{reasons}",
    fees.NoticeRefunded: "银行确认退款{refund_number}已退付{amount}元。",
    fees.NoticeRefundFailed: "退款{refund_number}退付失败：{reason}",
    fees.ExceptionOpened: "银行流水{bank_serial}列为待查，金额{amount}元，应于{answer_by}前处理。",
    fees.ExceptionOverdue: "待查事项{exception_id}逾期未处理，应于{answer_by}前处理。",
    fees.ExceptionResolved: "待查事项{exception_id}处理完毕：{note}",
    fees.ExceptionRefunded: "待查事项{exception_id}的款项已退回{amount}元。",
    fees.ViolationFound: "{department}收费清单{list_id}涉嫌违规收费（{kind}）：{detail}",
    fees.DayDiscrepancyFound: "{day}对账发现差异（{difference}），金额{amount}元，应于{due_by}前处理。",
    fees.DayReconciled: "{day}对账结清。",
    fees.DayRemitted: "{day}收入{amount}元缴入国库。",
    monitor.AlertRaised: "对{department}发出{level}：{reason}",
    monitor.AlertAnswered: "{department}答复监察：{answer}",
    monitor.AlertLifted: "撤销对{department}的监察提示：{reason}",
    monitor.AlertEscalated: "{department}逾期未答复，由{former}升为{level}，发出督办单{order_number}。",
    monitor.OrderIssued: "向{department}发出督办单{order_number}（{level}），应于{answer_by}前反馈：{demand}",
    monitor.OrderAnswered: "{department}反馈督办单{order_number}：{answer}",
    monitor.OrderReturned: "督办单{order_number}的反馈退回，应于{answer_by}前重新反馈：{reason}",
    monitor.OrderExtended: "督办单{order_number}的反馈期限延至{answer_by}：{reason}",
    monitor.OrderOverdue: "{department}逾期未反馈督办单{order_number}，期限为{answer_by}。",
    monitor.OrderClosed: "督办单{order_number}办结：{result}",
    monitor.AppealFiled: "{department}对{target}提出申诉（{appeal_number}），应于{decide_by}前决定：{grounds}",
    monitor.AppealDecided: "申诉{appeal_number}已经决定：{reasons}",
    monitor.AppealOverdue: "申诉{appeal_number}逾期未决定，期限为{decide_by}。",
    monitor.InspectionRecorded: "监察记录{finding_number}：{department}，{title}。{detail}",
    monitor.InspectionRectified: "{department}整改{finding_number}：{measures}",
    monitor.AttendanceRecorded: "{day}考勤：{department}{person.name}，{title}。",
    monitor.WindowStaffed: "窗口“{name}”的部门和人员自{valid_from}起更新。",
    monitor.ScorePublished: "公布{name}{month}月度考核。",
    monitor.ScoreGraded: "公布{name}{quarter}季度等次：{grade_name}。",
    monitor.ComplaintFiled: "收到投诉{complaint_number}（{topic_name}），由{office}办理，应于{accept_by.on}前决定是否受理。",
    monitor.ComplaintAccepted: "投诉{complaint_number}受理，应于{answer_by.on}前答复。",
    monitor.ComplaintRefused: "投诉{complaint_number}不予受理。",
    monitor.ComplaintTransferred: "投诉{complaint_number}由{former}转{office}办理，应于{accept_by.on}前决定是否受理。",
    monitor.ComplaintExtended: "投诉{complaint_number}延长{days}个工作日，应于{answer_by.on}前答复。",
    monitor.ComplaintAnswered: "投诉{complaint_number}已经答复。",
    monitor.ComplaintRevisited: "投诉{complaint_number}已经回访。",
    monitor.ComplaintWithdrawn: "投诉{complaint_number}由投诉人撤回。",
    monitor.ComplaintOverdue: "投诉{complaint_number}逾期，期限为{due.on}，由{office}办理。",
    monitor.ConsultationAsked: "向{department}咨询（{consultation_number}），应于{answer_by.on}前答复。",
    monitor.ConsultationAnswered: "{department}答复咨询{consultation_number}。",
    monitor.ConsultationOverdue: "{department}逾期未答复咨询{consultation_number}，期限为{due.on}。",
    monitor.RatingGiven: "申请人对{department}评价{stars}星。",
    monitor.RatingDefaulted: "逾期未评价，默认{stars}星，单独统计。",
    monitor.RatingCalledBack: "{department}回访评价人。",
    monitor.RatingRectified: "{department}就评价完成整改。",
    monitor.RatingOverdue: "{department}未在{due.on}前回访整改差评。",
    monitor.RatingVoided: "评价经申诉认定无效：{reason}",
    monitor.OutsideReported: "{department}在大厅以外办理“{item_name}”（{own_number}），{accepted_on}受理。",
    monitor.LogImported: "{department}的办件记录导入{cases}件，{faults}行有误。",
    monitor.RulebookRevised: "监察规则更新，版本{version}：{reason}",
    monitor.RootSealed: "监察日志{day}封存，共{size}条。",
    monitor.CalendarApplied: "{year}年放假安排第{version}版施行，重新计算{cases}件，{moved}件日期变动。",
    monitor.TallyCounted: "监察核算{day}收款{paid.count}笔、退款{refunded.count}笔。",
    notify.MessageSent: "已发送短信。",
    notify.MessageDelivered: "短信已送达。",
    notify.MessageFailed: "短信发送失败：{reason}",
    notify.DocumentRendered: "文书{number}已制成。",
    notify.DocumentFailed: "文书{number}未能制成：{reason}",
    notify.DocumentCollected: "文书{number}已凭查询密码领取。",
}


IN_FEN: Final = frozenset({"amount", "reduced"})


def _yuan(fen: int) -> str:
    return f"-{format_yuan(-fen)}" if fen < 0 else format_yuan(fen)


class _Speaker(Formatter):
    """Fills a sentence from an event's fields, in the words of its readers."""

    def get_value(self, key: int | str, _args: Any, kwargs: Any) -> Any:
        value = getattr(kwargs["event"], str(key))
        return _yuan(value) if key in IN_FEN else value

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, StrEnum):
            return TERMS[value]
        if isinstance(value, datetime):
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        return str(super().format_field(value, format_spec))

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        value, used = super().get_field(field_name, args, kwargs)
        return (department_name(value), used) if field_name == "department" else (value, used)


def fields(kind: type[BaseModel]) -> tuple[str, ...]:
    """The fields that a type's sentence names."""
    return tuple(name for _, name, _, _ in Formatter().parse(SENTENCES[kind]) if name)  # type: ignore[index]


def fill(words: str, event: Event) -> str:
    """A sentence with the event's fields in it."""
    return _Speaker().vformat(words, (), {"event": event})


def sentence(event: Event) -> str:
    return fill(SENTENCES[type(event)], event)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `who`: the officials whom the event names; `rule`: by which it was done."""

    at: datetime
    type: str
    text: str
    source: str
    subject: str
    sequence: int
    who: tuple[str, ...]
    rule: str | None


def timeline(told: Iterable[Recorded]) -> tuple[Line, ...]:
    return tuple(_line(one) for one in told)


def _line(one: Recorded) -> Line:
    meta, event = one.meta, one.event
    who = tuple(dict.fromkeys(staff.name for _, staff in staff_of(event)))
    rule = getattr(event, "rule", None)
    at = meta.time.astimezone(UTC)
    return Line(at, meta.type, sentence(event), meta.source, meta.subject, meta.sequence, who, rule)
