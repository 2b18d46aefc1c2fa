"""What intake does when departments, the fee window and the messenger speak; what it does when nobody does, `silence` says.

Departments' words on one review come in order; words on different reviews and the fee window's come in any
order, and the case ends the same. A word on a review that was never asked for is parked (`Permanent`).
"""

from collections.abc import Callable

from services.intake import queries
from services.intake.context import Context
from services.intake.domain import deciding, duties, reviewing, serving
from services.intake.domain.case import Case, Change, Rules
from services.intake.domain.values import Answer, FeeList, Pausing, Review, SuperiorAnswer
from services.intake.process import advance
from services.intake.queries.papers import numbers_of_outcome
from services.intake.tables import review_answers
from yimen.bus import Handlers, Unit
from yimen.contracts import Meta, approval, fees, notify
from yimen.errors import Permanent

handlers = Handlers()

Decide = Callable[[Case, Review, Rules], Change]


async def _found(unit: Unit[Context], event: approval.ReviewEvent) -> tuple[Case, Review]:
    """Raises `Permanent` for a review that intake never asked for."""
    case = await queries.locked_case(unit, event.case_number)
    review = case.review(event.review_id) if case else None
    if case is None or review is None or review.department != event.department:
        raise Permanent(f"{event.type}: intake never asked for review {event.review_id} of {event.department}")
    return case, review


async def _apply(unit: Unit[Context], event: approval.ReviewEvent, decide: Decide) -> None:
    """A word on a review of an earlier round changes nothing: the return that ended it was not upheld (R17)."""
    case, review = await _found(unit, event)
    if review.round == case.round:
        await advance(unit, case, decide(case, review, unit.context.rules))


@handlers.on(approval.ReviewReceived)
async def record_receipt(unit: Unit[Context], event: approval.ReviewReceived, _meta: Meta) -> None:
    def decide(case: Case, review: Review, rules: Rules) -> Change:
        return reviewing.sign_receipt(case, review, event.received_at, unit.now, rules)

    await _apply(unit, event, decide)


@handlers.on(approval.ReviewPaused)
async def stop_clock(unit: Unit[Context], event: approval.ReviewPaused, _meta: Meta) -> None:
    pausing = Pausing(kind=event.kind, basis=event.basis, planned_days=event.planned_days, started_at=event.paused_at)
    await _apply(unit, event, lambda case, review, _rules: reviewing.pause(case, review, pausing))


@handlers.on(approval.ReviewResumed)
async def start_clock(unit: Unit[Context], event: approval.ReviewResumed, _meta: Meta) -> None:
    await _apply(unit, event, lambda case, review, rules: reviewing.resume(case, review, event.resumed_at, rules))


@handlers.on(approval.ReviewExtended)
async def extend_limit(unit: Unit[Context], event: approval.ReviewExtended, _meta: Meta) -> None:
    await _apply(
        unit, event, lambda case, review, rules: reviewing.extend(case, review, event.extension, unit.now, rules)
    )


@handlers.on(approval.ReviewSiteVisited)
async def record_visit(unit: Unit[Context], event: approval.ReviewSiteVisited, _meta: Meta) -> None:
    officials = [official.id for official in event.officials]
    await _apply(unit, event, lambda case, review, _rules: duties.visit(case, review, officials, event.visited_at))


@handlers.on(approval.ReviewForwarded)
async def record_forwarding(unit: Unit[Context], event: approval.ReviewForwarded, _meta: Meta) -> None:
    def decide(case: Case, review: Review, _rules: Rules) -> Change:
        return Change(case.with_review(review.but(forwarded_at=event.forwarded_at)))

    await _apply(unit, event, decide)


@handlers.on(approval.ReviewSuperiorAnswered)
async def join_superior(unit: Unit[Context], event: approval.ReviewSuperiorAnswered, _meta: Meta) -> None:
    said = SuperiorAnswer(
        superior=event.superior, granted=event.granted, opinion=event.opinion, answered_at=event.answered_at
    )

    def decide(case: Case, review: Review, rules: Rules) -> Change:
        return reviewing.superior_answers(case, review, said, unit.now, rules)

    await _apply(unit, event, decide)


@handlers.on(approval.ReviewFeeListed)
async def note_fee_list(unit: Unit[Context], event: approval.ReviewFeeListed, _meta: Meta) -> None:
    listed = FeeList(list_id=event.list_id, replaces=event.replaces, listed_at=event.listed_at)
    await _apply(unit, event, lambda case, review, _rules: reviewing.list_fees(case, review, listed))


@handlers.on(approval.ReviewDecided)
async def join_answer(unit: Unit[Context], event: approval.ReviewDecided, meta: Meta) -> None:
    """Every answer is kept; the first in time has effect (R49)."""
    case, review = await _found(unit, event)
    row = event.model_dump(
        mode="json", include={"review_id", "opinion", "reasons", "legal_basis", "decided_by", "document"}
    )
    late = not reviewing.takes_answer(case, review)
    times = {"decided_at": event.decided_at, "arrived_at": unit.now}
    await unit.execute(review_answers.insert().values(event_id=meta.id, late=late, **row, **times))
    given = Answer(
        opinion=event.opinion,
        reasons=event.reasons,
        legal_basis=event.legal_basis,
        decided_by=event.decided_by.name,
        decided_at=event.decided_at,
    )
    await advance(unit, case, reviewing.answer(case, review, given, unit.now, unit.context.rules))


# -- fees ---------------------------------------------------------------------------------------------------------


async def _billed(unit: Unit[Context], event: fees.NoticeEvent) -> Case:
    case = await queries.locked_case(unit, event.case_number)
    if case is None:
        raise Permanent(f"{event.type}: intake knows no case {event.case_number}")
    return case


@handlers.on(fees.NoticeIssued)
async def show_notice(unit: Unit[Context], event: fees.NoticeIssued, _meta: Meta) -> None:
    await _billed(unit, event)
    known = {"amount": event.amount, "payment_code": event.payment_code, "pay_by": event.pay_by}
    await queries.keep_notice(unit, event.notice_number, event.case_number, state="issued", **known)


@handlers.on(fees.NoticePaid, fees.NoticeReceipted, fees.NoticeOverdue, fees.NoticeVoided)
async def show_notice_state(unit: Unit[Context], event: fees.NoticeEvent, _meta: Meta) -> None:
    await _billed(unit, event)
    await queries.keep_notice(unit, event.notice_number, event.case_number, state=event.action)


@handlers.on(fees.NoticeReduced)
async def show_reduced_amount(unit: Unit[Context], event: fees.NoticeReduced, _meta: Meta) -> None:
    await _billed(unit, event)
    await queries.keep_notice(unit, event.notice_number, event.case_number, amount=event.amount)


@handlers.on(fees.NoticeDeferred)
async def show_deferred_limit(unit: Unit[Context], event: fees.NoticeDeferred, _meta: Meta) -> None:
    """One that was overdue is not any more."""
    await _billed(unit, event)
    await queries.keep_notice(unit, event.notice_number, event.case_number, state="issued", pay_by=event.pay_by)


@handlers.on(fees.NoticeCleared)
async def clear_fees(unit: Unit[Context], event: fees.NoticeCleared, _meta: Meta) -> None:
    case = await _billed(unit, event)
    known = {"amount": event.amount, "cleared_at": event.cleared_at}
    await queries.keep_notice(unit, event.notice_number, event.case_number, state="cleared", **known)
    if event.case_round in (None, case.round):
        await advance(unit, case, deciding.clear_fees(case, event.cleared_at, unit.context.rules))


# -- papers -------------------------------------------------------------------------------------------------------


@handlers.on(notify.DocumentCollected)
async def serve_by_collection(unit: Unit[Context], event: notify.DocumentCollected, _meta: Meta) -> None:
    """电子送达: the decision or the licence was fetched. Papers that belong to no case of ours are nobody's service."""
    case = await queries.locked_case(unit, event.case_number) if event.case_number else None
    if case is None:
        return
    documents = await numbers_of_outcome(unit, case)
    change = serving.serve_electronically(
        case, event.document_id, event.number, documents, event.collected_at, unit.now
    )
    await advance(unit, case, change)
