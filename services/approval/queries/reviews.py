"""Reading reviews, and keeping them: one state in, one state out.

Fee lists are read after their review, so that what is shown is never older than the version that goes with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy import null as sql_null
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approval.domain.facts import FeeList
from services.approval.domain.state import OPEN, ReviewState, Status
from services.approval.tables import fee_lists, reviews
from yimen.bus import Unit
from yimen.contracts.parts import Office
from yimen.worktime import Calendar

_TO_FIND_BY = {"review_id", "department", "case_number", "status", "is_open", "due_on", "awaited_office"}
_FACTS = [column.name for column in reviews.c if column.name not in _TO_FIND_BY]
_FACT_COLUMNS = [reviews.c[name] for name in _FACTS]


@dataclass(frozen=True)
class Place:
    """Where a page of the queue ended."""

    due_on: date
    review_id: str


async def find(conn: AsyncConnection, department: str, review_id: str) -> ReviewState | None:
    return await _one(conn, _of(department, review_id))


async def find_locked(conn: AsyncConnection, department: str, review_id: str) -> ReviewState | None:
    """The row is ours until the transaction ends."""
    return await _one(conn, _of(department, review_id).with_for_update())


async def find_list_locked(conn: AsyncConnection, department: str, list_id: str) -> ReviewState | None:
    """The review whose fee list this is."""
    of_list = select(fee_lists.c.review_id).where(fee_lists.c.list_id == list_id).scalar_subquery()
    mine = (reviews.c.review_id == of_list) & (reviews.c.department == department)
    return await _one(conn, select(*_FACT_COLUMNS).where(mine).with_for_update(of=reviews))


def in_order(
    department: str,
    *,
    statuses: frozenset[Status] | None = None,
    case_number: str | None = None,
    after: Place | None = None,
    limit: int,
) -> Select[Any]:
    """By due date, then id. `statuses` None: whatever their state."""
    found = select(reviews.c.due_on, *_FACT_COLUMNS).where(reviews.c.department == department)
    if statuses is not None:
        found = found.where(*_in_status(statuses))
    if case_number is not None:
        found = found.where(reviews.c.case_number == case_number)
    if after is not None:
        found = found.where(tuple_(reviews.c.due_on, reviews.c.review_id) > tuple_(after.due_on, after.review_id))
    return found.order_by(reviews.c.due_on, reviews.c.review_id).limit(limit)


def awaiting(department: str, *offices: Office, after: Place | None = None, limit: int) -> Select[Any]:
    """Reviews with a standing request for more time before one of these offices, as `in_order`."""
    mine = reviews.c.awaited_office.is_not(None) & reviews.c.awaited_office.in_(sorted(offices))
    return in_order(department, after=after, limit=limit).where(mine)


async def page(conn: AsyncConnection, chosen: Select[Any]) -> list[tuple[Place, ReviewState]]:
    """What `in_order` or `awaiting` chose, each with its place."""
    rows = (await conn.execute(chosen)).mappings().all()
    lists = await _lists_of(conn, [row["request"]["review_id"] for row in rows])
    states = [_state(row, lists) for row in rows]
    return [(Place(row["due_on"], state.request.review_id), state) for row, state in zip(rows, states, strict=True)]


async def add(unit: Unit[Any], state: ReviewState, calendar: Calendar) -> None:
    due = state.due(calendar)
    assert due is not None, "nothing has stopped the clock of a review that was only just asked for"
    await unit.execute(reviews.insert().values(**state.names, due_on=due.date, **_columns(state)))


async def keep(unit: Unit[Any], before: ReviewState, after: ReviewState, calendar: Calendar) -> None:
    due = after.due(calendar)
    moved = {} if due is None else {"due_on": due.date}
    mine = reviews.c.review_id == after.request.review_id
    await unit.execute(update(reviews).where(mine).values(**moved, **_columns(after)))
    for number, fee_list in enumerate(after.fee_lists, start=1):
        if fee_list not in before.fee_lists:
            await _keep_list(unit, after.request.review_id, number, fee_list)


async def _keep_list(unit: Unit[Any], review_id: str, number: int, fee_list: FeeList) -> None:
    values = fee_list.model_dump(mode="json") | {"listed_at": fee_list.listed_at}
    new = unit.insert(fee_lists).values(review_id=review_id, number=number, **values)
    changed = {"standing": fee_list.standing, "reason": fee_list.reason}
    await unit.execute(new.on_conflict_do_update(index_elements=[fee_lists.c.list_id], set_=changed))


def _of(department: str, review_id: str) -> Select[Any]:
    mine = (reviews.c.review_id == review_id) & (reviews.c.department == department)
    return select(*_FACT_COLUMNS).where(mine)


def _in_status(statuses: frozenset[Status]) -> Sequence[Any]:
    """`is_open` is what the index knows; finished reviews must not be read through to find the open ones."""
    named = reviews.c.status.in_(sorted(statuses))
    if statuses <= OPEN:
        return [reviews.c.is_open.is_(True), named]
    return [named]


async def _one(conn: AsyncConnection, statement: Select[Any]) -> ReviewState | None:
    row = (await conn.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return _state(row, await _lists_of(conn, [row["request"]["review_id"]]))


async def _lists_of(conn: AsyncConnection, review_ids: Iterable[str]) -> Sequence[Any]:
    chosen = select(fee_lists).where(fee_lists.c.review_id.in_(list(review_ids))).order_by(fee_lists.c.number)
    return (await conn.execute(chosen)).mappings().all()


def _state(row: Any, lists: Sequence[Any]) -> ReviewState:
    mine = [dict(found) for found in lists if found["review_id"] == row["request"]["review_id"]]
    return ReviewState.from_stored({**row, "fee_lists": mine})


def _columns(state: ReviewState) -> dict[str, Any]:
    facts = state.model_dump(mode="json", include=set(_FACTS))
    instants = {"deemed_at": state.deemed_at, "cancelled_at": state.cancelled_at}
    stored = {name: sql_null() if value is None else value for name, value in (facts | instants).items()}
    derived = {"status": state.status, "is_open": state.status in OPEN, "awaited_office": state.awaited_office}
    return {**stored, **derived}
