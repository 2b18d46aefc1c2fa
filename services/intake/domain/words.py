"""The state of a case in plain words: what it is, what happens next, and by when."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain import clock, join
from services.intake.domain.case import Case, Rules, Status
from services.intake.domain.values import Review
from yimen.contracts.parts import Kind, Outcome
from yimen.errors import NotNow, Refusal
from yimen.terms import PROCEDURES

STATUS = {
    Status.SUBMITTED: "已收件，等待受理",
    Status.CORRECTION_REQUESTED: "等待补正材料",
    Status.ACCEPTED: "已受理，正在审查",
    Status.REVIEWED: "审查完毕，等待缴费",
    Status.DECIDED: "已作出决定，等待送达",
    Status.CLOSED: "已办结",
    Status.REFUSED: "不予受理",
    Status.RETURNED: "已退件",
    Status.WITHDRAWN: "已撤回",
}


_QUEUED = "审查完毕，排队等候决定"


def state(case: Case) -> str:
    """The status, or where its words would mislead what is waited for instead."""
    return _QUEUED if _queued(case) else STATUS[case.status]


def _queued(case: Case) -> bool:
    return case.status is Status.REVIEWED and case.queued_at is not None and not case.owes


def wrong_state(case: Case, title: str, when: str = "请刷新后查看最新状态。") -> Refusal:
    """What was asked belongs to another state of the case."""
    return NotNow("case-in-wrong-state", title, f"办件当前状态为“{STATUS[case.status]}”，不能进行此操作。{when}")


@dataclass(frozen=True)
class Progress:
    state: str
    next: str
    by: date | None
    provisional: bool = False


def progress(case: Case, rules: Rules, pay_by: date | None = None) -> Progress:
    """For the applicant: no code, no personal data."""
    if case.awaits_deferred and case.status in (Status.ACCEPTED, Status.REVIEWED):
        return _with_a_gap(case, rules)
    if case.status is Status.ACCEPTED:
        return _under_review(case, rules)
    if case.status is Status.SUBMITTED:
        day = clock.answer_by(case, rules)
        return Progress(
            state(case), "窗口将告知您是否受理；逾期没有告知的，自收件之日起即为受理。", day.date, day.provisional
        )
    if case.status is Status.CORRECTION_REQUESTED:
        names = "、".join(material.name for material in case.outstanding)
        return Progress(state(case), f"请补交：{names}。交齐之日即为受理。", clock.supplement_by(case, rules))
    if case.status is Status.REVIEWED:
        return _reviewed(case, pay_by)
    return _ending(case, rules)


def _with_a_gap(case: Case, rules: Rules) -> Progress:
    assert case.deferral is not None
    names = "、".join(material.name for material in case.outstanding_deferred)
    if case.deferral.lapsed_at is None:
        return Progress(STATUS[case.status], f"请补交：{names}。补齐之前不能准予许可。", case.deferral.until)
    day = clock.make_up_by(case.deferral, rules)
    return Progress("已受理，办理时限暂停", f"请补交：{names}。逾期不补的，办件将退回。", day.date, day.provisional)


def _reviewed(case: Case, pay_by: date | None) -> Progress:
    if not _queued(case):
        return Progress(state(case), "请按缴款通知书缴费，缴清后即作出决定。", pay_by)
    then = "该事项数量有限，按受理先后决定；排在前面的办件决定后，即决定您的申请。"
    return Progress(state(case), then, None)


def _under_review(case: Case, rules: Rules) -> Progress:
    kinds = sorted({PROCEDURES[p.kind] for r in case.live_reviews for p in r.pauses if p.ended_at is None})
    if kinds:
        return Progress("已受理，办理时限暂停", f"正在进行{'、'.join(kinds)}，所需时间不计入办理时限。", None)
    if upward := next((review for review in case.live_reviews if review.forwarded_at or review.superior), None):
        return _sent_up(case, upward, rules)
    day = clock.promised_due(case, rules)
    then = "窗口将当场作出决定。" if case.kind is Kind.INSTANT else "有关部门审查后将作出决定。"
    if join.disputed(case, rules):
        then = "牵头部门正在研究不同意见，研究后将作出决定。"
    return Progress(STATUS[case.status], then, day.date if day else None, bool(day and day.provisional))


def _sent_up(case: Case, review: Review, rules: Rules) -> Progress:
    """The applicant is told of the superior's answer at once, though the decision is still to be made (R48)."""
    day = clock.promised_due(case, rules)
    by, provisional = (day.date, day.provisional) if day else (None, False)
    if review.superior is None:
        return Progress("已受理，已上报上级机关", "上级机关答复后，将告知您并作出决定。", by, provisional)
    said = "同意" if review.superior.granted else "不同意"
    return Progress(f"上级机关已答复：{said}", "有关部门将根据上级机关的答复作出决定。", by, provisional)


def _ending(case: Case, rules: Rules) -> Progress:
    told = STATUS[case.status]
    granted = case.outcome is Outcome.GRANTED
    if case.status is Status.DECIDED and case.decided_on is not None:
        what = case.licence.name if case.licence else "决定书"
        then = f"准予许可，请领取{what}。" if granted else "不予许可，请领取决定书。"
        day = clock.serve_by(case.decided_on, rules)
        return Progress(told, then, day.date, day.provisional)
    if case.status is Status.CLOSED:
        return Progress(told, "准予许可，已经送达。" if granted else "不予许可，已经送达。", None)
    if case.status is Status.RETURNED and case.re_examination is None:
        return Progress(told, "条件具备后可以重新申请；对退件有异议的，请凭退件通知书申请复核。", None)
    if case.re_examination is not None and case.re_examination.upheld is None:
        return Progress("已退件，正在复核", "中心将作出复核决定并告知您。", None)
    return Progress(told, "本次申请已经结束；条件具备后可以重新申请。", None)
