"""What officials do with a review. Each move gives the next state and its events, or raises a `Refusal`.

Guarantees: nothing before the signed receipt (R41), nothing after cancellation; one decision; no decision while the
clock stands, before an inspection that is due (R33) or a hearing that was asked for (R31); a refusal says why and by
which article. Who may ask for a move is the API's to know.

Does not refuse work after deemed consent (R44): a late answer is kept and told as usual, and changes nothing at intake
(R49).
"""

from datetime import datetime

from services.approval.domain import hearings
from services.approval.domain.facts import Assignment, Decision, Forwarding, Receipt, SpecialProcedure, SuperiorAnswer
from services.approval.domain.guards import (
    refuse_cancelled,
    refuse_chair,
    refuse_deemed,
    refuse_unready,
    refuse_unreceived,
    require,
)
from services.approval.domain.state import Move, ReviewState
from yimen.contracts import approval
from yimen.contracts.parts import Kind, Opinion, Paper, PauseKind, Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import Calendar


def receive(state: ReviewState, by: Staff, at: datetime) -> Move:
    """The signed receipt, once (R41)."""
    refuse_cancelled(state)
    if state.receipt is not None:
        signed_by = state.receipt.signed_by.name
        raise NotNow("already-received", "该联办件已签收", f"{signed_by}已经签收，无需重复签收，请直接办理。")
    facts = Receipt(signed_by=by, received_at=at)
    return state.changed(receipt=facts), approval.ReviewReceived(**state.names, signed_by=by, received_at=at)


def assign(state: ReviewState, assignee: Staff, by: Staff, at: datetime) -> Move:
    """To an official of the department; may be given to another one until the decision. Who had it before is kept."""
    refuse_unready(state)
    refuse_chair(state, assignee, by)
    former = (*state.former_assignments, *([state.assignment] if state.assignment else []))
    facts = Assignment(assignee=assignee, assigned_by=by, assigned_at=at)
    event = approval.ReviewAssigned(**state.names, assignee=assignee, assigned_by=by, assigned_at=at)
    return state.changed(assignment=facts, former_assignments=former), event


def pause(state: ReviewState, kind: PauseKind, basis: str, planned_days: int, by: Staff, at: datetime) -> Move:
    """A special procedure of Art. 45 begins (R26). `planned_days`: working days, told to the applicant in writing.

    A second one of the same kind is let pass with its reasons; it is the supervisor's to ask about (R28)."""
    refuse_unready(state)
    refuse_deemed(state)
    if state.standing_procedure is not None:
        raise NotNow("already-paused", "特别程序正在进行", "同一审查一次只能有一项特别程序，请先恢复计时。")
    require("basis-missing", "缺少特别程序依据", "请写明启动该特别程序的法律依据和事由。", basis)
    facts = SpecialProcedure(kind=kind, basis=basis, planned_days=planned_days, paused_by=by, paused_at=at)
    return state.changed(procedures=(*state.procedures, facts)), hearings.paused(state, facts)


def resume(state: ReviewState, by: Staff, at: datetime, calendar: Calendar) -> Move:
    """The special procedure ends. A hearing that was asked for meanwhile keeps the clock standing from this moment."""
    refuse_cancelled(state)
    standing = state.standing_procedure
    if standing is None:
        raise NotNow("not-paused", "计时没有中止", "当前没有进行中的特别程序，无需恢复计时，请直接办理。")
    if standing.kind is PauseKind.HEARING:
        hearings.refuse_unheard(state)
    return hearings.take_over(*hearings.end_procedure(state.changed(), by, at), by=by, at=at, calendar=calendar)


def forward(state: ReviewState, superior: str, opinion: str, by: Staff, at: datetime) -> Move:
    """The file goes up with the first opinion (转报, R48): a forwarded item's before the answer, or after
    同意但转报 (R42)."""
    refuse_unreceived(state)
    refuse_chair(state, by)
    if not state.may_forward:
        detail = "只有上报件，或者已答复“同意但转报”的审查，才能转报上级，请直接答复。"
        raise NotNow("not-forwardable", "该审查无需转报", detail)
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
        raise NotNow("superior-already-answered", "上级答复已登记", "上级答复只能登记一次，不得更改。")
    if superior != state.forwarding.superior:
        asked = state.forwarding.superior
        raise Unfit("superior-differs", "答复机关与转报机关不一致", f"本审查转报的是{asked}，请核对答复机关。")
    if not granted:
        require("reasons-missing", "缺少上级不同意的理由", "上级不同意的，请录入其意见和理由。", opinion)
    facts = SuperiorAnswer(superior=superior, granted=granted, opinion=opinion, answered_at=at)
    event = approval.ReviewSuperiorAnswered(
        **state.names, superior=superior, granted=granted, opinion=opinion, answered_at=at
    )
    return state.changed(superior_answer=facts), event


def decide(
    state: ReviewState,
    opinion: Opinion,
    reasons: str,
    legal_basis: str,
    paper: Paper,
    by: Staff,
    at: datetime,
    in_place_of: Staff | None = None,
) -> Move:
    """One of the three answers (R42) on a numbered paper, by the chief representative or the one who stands in. Late ones
    too: see `ReviewState.deemed_at`."""
    refuse_unready(state)
    refuse_chair(state, by)
    _refuse_unexamined(state)
    _require_reasons(state, opinion, reasons, legal_basis)
    _refuse_against_superior(state, opinion)
    facts = Decision(
        opinion=opinion,
        reasons=reasons,
        legal_basis=legal_basis,
        decided_by=by,
        decided_at=at,
        document=paper,
        in_place_of=in_place_of,
    )
    return state.changed(decision=facts), approval.ReviewDecided(**state.names, **dict(facts))


def _refuse_unexamined(state: ReviewState) -> None:
    """Before the answer: the hearing that was asked for, every special procedure, the inspection by two (R33)."""
    hearings.refuse_unheard(state)
    if state.standing_procedure is not None:
        raise NotNow("review-paused", "特别程序尚未结束", "计时中止期间不得作出意见，请先恢复计时。")
    inspection = state.request.inspection_by
    if inspection is not None and not state.visits:
        detail = (
            "本事项应由两名以上工作人员在受理之日起五个工作日内现场检验（行政许可法第五十五条），"
            f"最后一日为{inspection.on}。请先登记现场核查，再答复。"
        )
        raise NotNow("inspection-missing", "尚未现场检验", detail)


def _require_reasons(state: ReviewState, opinion: Opinion, reasons: str, legal_basis: str) -> None:
    """For a refusal (R43); after a hearing for every answer, since it rests on the record (Art. 48)."""
    if opinion is Opinion.REFUSE:
        detail = "不同意的，必须写明理由和法律依据，请补充。"
        require("reasons-missing", "缺少不同意的理由或依据", detail, reasons, legal_basis)
    if state.hearing is not None:
        detail = "举行听证的，应当根据听证笔录作出意见（行政许可法第四十八条），请写明理由。"
        require("reasons-missing", "缺少依据听证笔录的理由", detail, reasons)


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
        detail = f"{answer.superior}不同意该事项，不得答复同意，请答复不同意并写明理由。"
        raise NotNow("superior-refused", "上级不同意", detail)
