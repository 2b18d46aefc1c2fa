"""Due dates reckoned anew when a yearly plan changes, and the log of what they were (R35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approval.domain.state import OPEN
from services.approval.queries import reviews as stored
from services.approval.tables import limit_changes, reviews
from yimen.bus import Unit
from yimen.contracts.intake import CalendarRevised
from yimen.worktime import Calendar

BATCH = 200

_MOVE = update(reviews).where(reviews.c.review_id == bindparam("moved")).values(due_on=bindparam("new_due_on"))


@dataclass(frozen=True)
class LimitChange:
    year: int
    version: int
    old_due_on: date
    new_due_on: date
    changed_at: datetime


async def reckon_anew(unit: Unit[Any], department: str, calendar: Calendar, cause: CalendarRevised) -> int:
    """Every open review's place in the queue; how many moved. One that stands still keeps the place that it has.

    Page by page in the queue's own order: a row that moves on is met again, and then moves no more."""
    after, moved = None, 0
    while True:
        chosen = stored.in_order(department, statuses=OPEN, after=after, limit=BATCH)
        page = await stored.page(unit.conn, chosen.with_for_update(of=reviews))
        changes = [
            {"review_id": place.review_id, "old_due_on": place.due_on, "new_due_on": due.date}
            for place, state in page
            if (due := state.due(calendar)) is not None and due.date != place.due_on
        ]
        await _keep(unit, changes, cause)
        moved += len(changes)
        if len(page) < BATCH:
            return moved
        after = page[-1][0]


async def _keep(unit: Unit[Any], changes: Sequence[dict[str, Any]], cause: CalendarRevised) -> None:
    if not changes:
        return
    why = {"year": cause.year, "version": cause.version, "changed_at": unit.now}
    await unit.execute(limit_changes.insert(), [change | why for change in changes])
    moves = [{"moved": change["review_id"], "new_due_on": change["new_due_on"]} for change in changes]
    await unit.execute(_MOVE, moves)


async def changes_of(conn: AsyncConnection, review_id: str) -> Sequence[LimitChange]:
    names = ("year", "version", "old_due_on", "new_due_on", "changed_at")
    chosen = select(*(limit_changes.c[name] for name in names)).where(limit_changes.c.review_id == review_id)
    rows = await conn.execute(chosen.order_by(limit_changes.c.id))
    return [LimitChange(**row) for row in rows.mappings()]
