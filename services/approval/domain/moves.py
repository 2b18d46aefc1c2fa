"""What officials do with a review. Each move gives the next state and its event, or raises a `Refusal`.

Guarantees: nothing before the signed receipt (R41), nothing after cancellation; one decision; no decision while the
clock stands; a refusal says why and by which article. Who may ask for a move is the API's to know.

Does not refuse work after deemed consent (R44): a late answer is kept and told as usual, and changes nothing at intake
(R49).
"""

from datetime import datetime

from services.approval.domain.state import (
    Assignment,
    Decision,
    Forwarding,
    Move,
    Receipt,
    ReviewState,
    SpecialProcedure,
    SuperiorAnswer,
)
from yimen.contracts import approval
from yimen.contracts.parts import Kind, Opinion, PauseKind, Staff
from yimen.errors import NotNow, Unfit


def receive(state: ReviewState, by: Staff, at: datetime) -> Move:
    """The signed receipt, once (R41)."""
    refuse_cancelled(state)
    if state.receipt is not None:
        signed_by = state.receipt.signed_by.name
        raise NotNow("already-received", "该联办件已签收", f"{signed_by}已经签收，无需重复签收，请直接办理。")
    facts = Receipt(signed_by=by, received_at=at)
    return state.changed(receipt=facts), approval.ReviewReceived(**state.names, signed_by=by, received_at=at)


def assign(state: ReviewState, assignee: Staff, by: Staff, at: datetime) -> Move:
    """To an official of the department; may be given to another one until the decision."""
    _refuse_unready(state)
    facts = Assignment(assignee=assignee, assigned_by=by, assigned_at=at)
    event = approval.ReviewAssigned(**state.names, assignee=assignee, assigned_by=by, assigned_at=at)
    return state.changed(assignment=facts), event


def pause(state: ReviewState, kind: PauseKind, basis: str, planned_days: int, by: Staff, at: datetime) -> Move:
    """A special procedure of Art. 45 begins (R26). `planned_days`: working days, told to the applicant in writing."""
    _refuse_unready(state)
    if state.deemed_at is not None:
        raise NotNow("already-deemed", "该审查已超时视为同意", "审查期限已满，不能再中止计时；迟到的意见仍可提交备查。")
    if state.standing_procedure is not None:
        raise NotNow("already-paused", "特别程序正在进行", "同一审查一次只能有一项特别程序，请先恢复计时。")
    _require("basis-missing", "缺少特别程序依据", "请写明启动该特别程序的法律依据和事由。", basis)
    facts = SpecialProcedure(kind=kind, basis=basis, planned_days=planned_days, paused_by=by, paused_at=at)
    event = approval.ReviewPaused(
        **state.names, kind=kind, basis=basis, planned_days=planned_days, paused_by=by, paused_at=at
    )
    return state.changed(procedures=(*state.procedures, facts)), event


def resume(state: ReviewState, by: Staff, at: datetime) -> Move:
    refuse_cancelled(state)
    standing = state.standing_procedure
    if standing is None:
        raise NotNow("not-paused", "计时没有中止", "当前没有进行中的特别程序，无需恢复计时。")
    ended = standing.model_copy(update={"resumed_by": by, "resumed_at": at})
    event = approval.ReviewResumed(**state.names, resumed_by=by, resumed_at=at)
    return state.changed(procedures=(*state.procedures[:-1], ended)), event


def forward(state: ReviewState, superior: str, opinion: str, by: Staff, at: datetime) -> Move:
    """The file goes up with the first opinion (转报, R48): a forwarded item's before the answer, or after
    同意但转报 (R42)."""
    refuse_unreceived(state)
    if not state.may_forward:
        raise NotNow("not-forwardable", "该审查无需转报", "只有上报件，或者已答复“同意但转报”的审查，才能转报上级。")
    if state.forwarding is not None:
        sent_to = state.forwarding.superior
        raise NotNow("already-forwarded", "该审查已转报上级", f"已转报{sent_to}，请等待或登记其答复。")
    facts = Forwarding(superior=superior, opinion=opinion, forwarded_by=by, forwarded_at=at)
    event = approval.ReviewForwarded(
        **state.names, superior=superior, opinion=opinion, forwarded_by=by, forwarded_at=at
    )
    return state.changed(forwarding=facts), event


def record_superior_answer(state: ReviewState, superior: str, granted: bool, opinion: str, at: datetime) -> Move:
    refuse_cancelled(state)
    if state.forwarding is None:
        raise NotNow("not-forwarded", "该审查尚未转报", "请先转报上级，再登记上级的答复。")
    if state.superior_answer is not None:
        raise NotNow("superior-already-answered", "上级答复已登记", "上级答复只登记一次，不能更改。")
    if superior != state.forwarding.superior:
        asked = state.forwarding.superior
        raise Unfit("superior-differs", "答复机关与转报机关不一致", f"本审查转报的是{asked}，请核对答复机关。")
    if not granted:
        _require("reasons-missing", "缺少上级不同意的理由", "上级不同意的，请录入其意见和理由。", opinion)
    facts = SuperiorAnswer(superior=superior, granted=granted, opinion=opinion, answered_at=at)
    event = approval.ReviewSuperiorAnswered(
        **state.names, superior=superior, granted=granted, opinion=opinion, answered_at=at
    )
    return state.changed(superior_answer=facts), event


def decide(state: ReviewState, opinion: Opinion, reasons: str, legal_basis: str, by: Staff, at: datetime) -> Move:
    """One of the three answers (R42), by the chief representative. Late ones too: see `ReviewState.deemed_at`."""
    _refuse_unready(state)
    if state.standing_procedure is not None:
        raise NotNow("review-paused", "特别程序尚未结束", "计时中止期间不能作出意见，请先恢复计时。")
    if opinion is Opinion.REFUSE:
        detail = "不同意的，必须写明理由和法律依据。"
        _require("reasons-missing", "缺少不同意的理由或依据", detail, reasons, legal_basis)
    _refuse_against_superior(state, opinion)
    facts = Decision(opinion=opinion, reasons=reasons, legal_basis=legal_basis, decided_by=by, decided_at=at)
    event = approval.ReviewDecided(
        **state.names, opinion=opinion, reasons=reasons, legal_basis=legal_basis, decided_by=by, decided_at=at
    )
    return state.changed(decision=facts), event


def _refuse_against_superior(state: ReviewState, opinion: Opinion) -> None:
    """A forwarded item waits for its superior's answer, and does not contradict a denial from above."""
    answer = state.superior_answer
    if opinion is Opinion.CONSENT_BUT_FORWARD:
        if answer is not None:
            detail = "上级已经答复，请直接答复同意或者不同意。"
            raise NotNow("superior-already-answered", "上级答复已登记", detail)
        return
    if answer is None and state.request.kind is Kind.FORWARDED:
        raise NotNow("superior-answer-missing", "上级尚未答复", "上报件须在登记上级答复之后，才能答复同意或者不同意。")
    if answer is not None and not answer.granted and opinion is Opinion.CONSENT:
        raise NotNow("superior-refused", "上级不同意", f"{answer.superior}不同意该事项，不能答复同意。")


def refuse_cancelled(state: ReviewState) -> None:
    if state.cancelled_at is not None:
        raise NotNow("review-cancelled", "该审查已取消", "办件已撤回或终止，本审查无需继续办理。")


def refuse_unreceived(state: ReviewState) -> None:
    """Sign in before anything else (R41)."""
    refuse_cancelled(state)
    if state.receipt is None:
        raise NotNow("not-received", "该联办件尚未签收", "请先签收，再办理。")


def _refuse_unready(state: ReviewState) -> None:
    refuse_unreceived(state)
    if state.decision is not None:
        raise NotNow("already-decided", "该审查已作出意见", "意见已经送出，不能更改或者重复提交。")


def _require(code: str, title: str, detail: str, *texts: str) -> None:
    if not all(text.strip() for text in texts):
        raise Unfit(code, title, detail)
