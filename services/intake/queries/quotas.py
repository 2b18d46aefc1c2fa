"""How the queue of an item of limited quantity is read, and its grants counted (R15).

Guarantees: whoever decides a grant of limited quantity, or leaves a place in the queue, holds the item's rows until the
unit ends, so that two units never give the last one both, and nobody moves up unseen. Order of locks: the case, then the
quota, then the counters of papers. A timer, which holds its own row already, takes neither of the first two by waiting.
"""

from typing import Any

from sqlalchemy import Date, Select, String, func, literal, select, tuple_, update

from services.intake.domain import queue
from services.intake.domain.case import Case, Status
from services.intake.tables import cases, items, quotas
from yimen.bus import Unit, View
from yimen.db import Instant

_PLACE = (
    func.coalesce(cases.c.accepted_on, cases.c.received_on, type_=Date),
    cases.c.submitted_at,
    cases.c.case_number,
)


async def hold(unit: Unit[Any], item_code: str, year: int, *, nowait: bool = False) -> int:
    """How many grants of the year are used up. The rows of all the item's years are held: at New Year decisions of the
    old year meet those of the new."""
    used = await _held(unit, item_code, nowait=nowait)
    if year not in used:
        first = unit.insert(quotas).values(item_code=item_code, year=year, used=0)
        await unit.execute(first.on_conflict_do_nothing())
        used = await _held(unit, item_code, nowait=nowait)
    return used[year]


async def _held(unit: Unit[Any], item_code: str, *, nowait: bool) -> dict[int, int]:
    query = select(quotas.c.year, quotas.c.used).where(quotas.c.item_code == item_code).order_by(quotas.c.year)
    return {row.year: row.used for row in await unit.execute(query.with_for_update(nowait=nowait))}


async def use(unit: Unit[Any], item_code: str, year: int) -> None:
    """One more; the caller holds the rows."""
    of_year = update(quotas).where(quotas.c.item_code == item_code, quotas.c.year == year)
    await unit.execute(of_year.values(used=quotas.c.used + 1))


async def ahead(view: View[Any], case: Case) -> int:
    """How many stand before the case."""
    day, submitted_at, number = queue.place(case) or (case.received_on, case.submitted_at, case.case_number)
    mine = tuple_(literal(day, Date), literal(submitted_at, Instant), literal(number, String))
    counted: int = (await view.execute(_queue(case.item.code, func.count()).where(tuple_(*_PLACE) < mine))).scalar_one()
    return counted


async def first_reviewed(view: View[Any], item_code: str) -> str | None:
    """Of those whose departments have agreed, the first in line."""
    query = _queue(item_code, cases.c.case_number).where(cases.c.status == Status.REVIEWED)
    found: str | None = (await view.execute(query.order_by(*_PLACE).limit(1))).scalar_one_or_none()
    return found


def _queue(item_code: str, *shown: Any) -> Select[Any]:
    """The cases that have a place (`queue.place`)."""
    edition = (items.c.code == cases.c.item_code) & (items.c.version == cases.c.item_version)
    limited = items.c.body["quota"].as_integer().is_not(None) & cases.c.renews.is_(None)
    return (
        select(*shown)
        .select_from(cases.join(items, edition))
        .where(cases.c.item_code == item_code, cases.c.status.in_(queue.WAITING), limited)
    )
