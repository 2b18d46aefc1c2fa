"""What fees does on events. It follows items, cases and the departments' lists, in whatever order they come."""

from datetime import datetime

from sqlalchemy import insert, update

from services.fees import calendars, queries
from services.fees.context import Context
from services.fees.domain.lists import ListState
from services.fees.issuing import advance
from services.fees.listing import lock_case
from services.fees.tables import cases, items, list_lines, lists, standards, tallies
from yimen.bus import Handlers, Unit
from yimen.contracts import Meta
from yimen.contracts.approval import ReviewFeeListed
from yimen.contracts.intake import (
    CalendarRevised,
    CaseDecided,
    CaseRefused,
    CaseReopened,
    CaseReturned,
    CaseReviewed,
    CaseSubmitted,
    CaseWithdrawn,
    ItemPublished,
    ItemRevised,
)
from yimen.contracts.monitor import TallyCounted
from yimen.contracts.parts import Outcome
from yimen.errors import Permanent

handlers = Handlers()


class ListIdTakenError(Permanent):
    """Two lists under one id: whoever sent the second has to name it anew."""


@handlers.on(ItemPublished, ItemRevised)
async def keep_standards(unit: Unit[Context], event: ItemPublished | ItemRevised, _meta: Meta) -> None:
    """Every version stays: a case is charged by the one it runs on."""
    item = {
        "item_code": event.item_code,
        "version": event.version,
        "name": event.name,
        "department": event.department,
        "effective_from": event.effective_from,
    }
    kept = unit.insert(items).values(item).on_conflict_do_nothing().returning(items.c.version)
    if (await unit.execute(kept)).one_or_none() is None:
        return
    key = {"item_code": event.item_code, "version": event.version}
    if event.fees:
        await unit.execute(insert(standards), [key | fee.model_dump() for fee in event.fees])
    for case_number in await queries.cases_on(unit, event.item_code, event.version):
        await advance(unit, case_number)


@handlers.on(CaseSubmitted)
async def learn_item_of_case(unit: Unit[Context], event: CaseSubmitted, _meta: Meta) -> None:
    await _learn(unit, event.case_number, item_code=event.item_code, item_version=event.item_version)


@handlers.on(ReviewFeeListed)
async def open_list(unit: Unit[Context], event: ReviewFeeListed, _meta: Meta) -> None:
    await lock_case(unit, event.case_number)
    if await queries.list_row(unit, event.list_id) is not None:
        raise ListIdTakenError(event.list_id)
    row = {
        "list_id": event.list_id,
        "case_number": event.case_number,
        "review_id": event.review_id,
        "department": event.department,
        "state": ListState.WAITING,
        "replaces": event.replaces,
        "opened_by": event.listed_by.id,
        "opened_by_name": event.listed_by.name,
        "listed_at": event.listed_at,
    }
    await unit.execute(insert(lists), [row])
    lines = [
        {"list_id": event.list_id, "line": line} | fee.model_dump() for line, fee in enumerate(event.lines, start=1)
    ]
    await unit.execute(insert(list_lines), lines)
    await advance(unit, event.case_number)


@handlers.on(CaseReviewed)
async def issue_when_ready(unit: Unit[Context], event: CaseReviewed, _meta: Meta) -> None:
    """A denied case owes nothing, whatever was listed."""
    if event.outcome is Outcome.DENIED:
        await _end(unit, event.case_number, "denied", event.reviewed_at)
    else:
        await _learn(unit, event.case_number, fee_lists=list(event.fee_lists), reviewed_at=event.reviewed_at)


@handlers.on(CaseDecided)
async def end_denied_case(unit: Unit[Context], event: CaseDecided, _meta: Meta) -> None:
    if event.outcome is Outcome.DENIED:
        await _end(unit, event.case_number, "denied", event.decided_at)


@handlers.on(CaseWithdrawn)
async def end_withdrawn_case(unit: Unit[Context], event: CaseWithdrawn, _meta: Meta) -> None:
    await _end(unit, event.case_number, "withdrawn", event.withdrawn_at)


@handlers.on(CaseReturned)
async def end_returned_case(unit: Unit[Context], event: CaseReturned, _meta: Meta) -> None:
    await _end(unit, event.case_number, "returned", event.returned_at)


@handlers.on(CaseReopened)
async def take_up_again(unit: Unit[Context], event: CaseReopened, _meta: Meta) -> None:
    """A return was not upheld (R17): the reviews, and what they list, begin anew."""
    fresh: dict[str, object] = dict.fromkeys(("ended_as", "ended_at", "reviewed_at", "fee_lists"))
    case = await lock_case(unit, event.case_number)
    await _learn(unit, event.case_number, round=case.round + 1, reopened_at=event.reopened_at, **fresh)


@handlers.on(CaseRefused)
async def end_refused_case(unit: Unit[Context], event: CaseRefused, _meta: Meta) -> None:
    await _end(unit, event.case_number, "refused", event.refused_at)


@handlers.on(TallyCounted)
async def keep_tally(unit: Unit[Context], event: TallyCounted, _meta: Meta) -> None:
    """The supervisor's own count of a closed day, to be compared with the books (I10)."""
    told = {
        "paid_count": event.paid.count,
        "paid_sum": event.paid.amount,
        "refund_count": event.refunded.count,
        "refund_sum": event.refunded.amount,
        "counted_at": event.counted_at,
    }
    kept = unit.insert(tallies).values(day=event.day, **told)
    await unit.execute(kept.on_conflict_do_update(index_elements=["day"], set_=told))


@handlers.on(CalendarRevised)
async def follow_calendar(unit: Unit[Context], event: CalendarRevised, _meta: Meta) -> None:
    await calendars.follow(unit, event)


async def _learn(unit: Unit[Context], case_number: str, **facts: object) -> None:
    await lock_case(unit, case_number)
    await unit.execute(update(cases).where(cases.c.case_number == case_number).values(**facts))
    await advance(unit, case_number)


async def _end(unit: Unit[Context], case_number: str, how: str, when: datetime) -> None:
    case = await lock_case(unit, case_number)
    if case.ended_as is None:
        await _learn(unit, case_number, ended_as=how, ended_at=when)
