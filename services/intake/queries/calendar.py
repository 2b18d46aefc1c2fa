"""The working-day plans as stored, and the calendar that they make on top of the seeded one.

Guarantees: whoever reads a case reads in the same statement which revision is in force, and follows it before any date
is derived: a replica that did not revise the plan counts by it all the same (R35).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from services.intake.queries.papers import take_numbers
from services.intake.tables import calendar_plans, cases, limit_changes
from services.intake.tables.calendar import RUNNING
from yimen.bus import Unit, View
from yimen.worktime import Calendar, YearPlan

REVISION = select(func.coalesce(func.max(calendar_plans.c.revision), 0)).scalar_subquery().label("calendar_revision")

_REVISIONS = "calendar"


async def follow(view: View[Any], revision: int) -> None:
    """The context counts by this revision, which was committed, from now on if it did not yet."""
    if revision > view.context.calendar_revision:
        view.context.rules = replace(view.context.rules, calendar=await calendar_at(view, revision))
        view.context.calendar_revision = revision


async def follow_newest(view: View[Any]) -> None:
    await follow(view, (await view.execute(select(REVISION))).scalar_one())


async def calendar_at(view: View[Any], revision: int) -> Calendar:
    """As of a committed revision; made once in a process's life, since what was committed never changes."""
    known: dict[int, Calendar] = view.context.calendars
    if revision not in known:
        known[revision] = await _calendar_at(view, revision)
    return known[revision]


async def _calendar_at(view: View[Any], revision: int) -> Calendar:
    query = select(calendar_plans).where(calendar_plans.c.revision <= revision).order_by(calendar_plans.c.revision)
    calendar = Calendar.seeded()
    for row in await view.execute(query):
        calendar = calendar.with_plan(_plan(row))
    return calendar


def _plan(row: Row[Any]) -> YearPlan:
    days_off, worked = (frozenset(map(date.fromisoformat, days)) for days in (row.days_off, row.worked_weekends))
    return YearPlan(row.year, days_off, worked, row.version)


async def add_plan(unit: Unit[Any], plan: YearPlan, by: Mapping[str, Any]) -> int | None:
    """Its revision; None if another has just been kept as this version. Revisions are numbers of a counter, which is held
    until the unit ends: they become visible in their order, and a reader of the highest has seen them all."""
    revision = (await take_numbers(unit, Counter([_REVISIONS])))[_REVISIONS]
    row = {
        "revision": revision,
        "year": plan.year,
        "version": plan.version,
        "days_off": sorted(day.isoformat() for day in plan.days_off),
        "worked_weekends": sorted(day.isoformat() for day in plan.worked_weekends),
        "revised_by": dict(by),
        "revised_at": unit.now,
    }
    added = await unit.execute(unit.insert(calendar_plans).values(**row).on_conflict_do_nothing())
    return revision if added.rowcount else None


async def running_cases(view: View[Any], after: str, limit: int) -> Sequence[str]:
    """Numbers of cases with a limit that runs, in order; the next portion after `after`."""
    query = select(cases.c.case_number).where(RUNNING, cases.c.case_number > after)
    return (await view.execute(query.order_by(cases.c.case_number).limit(limit))).scalars().all()


async def keep_changes(
    unit: Unit[Any], revision: int, case_number: str, changes: Mapping[str, tuple[date, date]]
) -> None:
    """Once for each revision, case and limit."""
    known = {"revision": revision, "case_number": case_number, "changed_at": unit.now}
    rows = [known | {"what": what, "old": old, "new": new} for what, (old, new) in sorted(changes.items())]
    if rows:
        await unit.execute(unit.insert(limit_changes).on_conflict_do_nothing(), rows)


async def page_of_changes(view: View[Any], *, after: int, limit: int) -> Sequence[Row[Any]]:
    query = select(limit_changes).where(limit_changes.c.id > after).order_by(limit_changes.c.id).limit(limit)
    return (await view.execute(query)).all()
