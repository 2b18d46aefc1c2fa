"""The working day that a list's next step may take (R51): who has it, since when, and the word that it passed.

Guarantees: said once a step, dated by the limit's own last moment; nothing else follows from it. The date is derived from
the calendar in force: a changed plan moves the timers of the steps that are open (R35).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update

from services.fees import calendars
from services.fees.context import Context
from services.fees.domain.steps import due
from services.fees.queries import Found
from services.fees.tables import lists
from services.fees.timers import timers
from yimen.bus import Unit, View
from yimen.contracts.fees import ListDelayed, WaitsFor
from yimen.contracts.parts import Due
from yimen.timers import Timer, cancel_timers, set_timers
from yimen.worktime import Calendar, Day, end_of_day

STEP = "list_step"
BATCH = 500


async def follow(unit: Unit[Context], rows: Sequence[Found], awaited: Mapping[str, WaitsFor]) -> None:
    """`rows`: the case's lists as they were; `awaited`: whose step each waits for now."""
    calendar = await calendars.held(unit)
    begun, ended = {}, []
    for row in rows:
        waits_for = awaited.get(row.list_id)
        if waits_for == row.waits_for:
            continue
        since = unit.now if waits_for else None
        step = {"waits_for": waits_for, "waits_since": since, "delayed_at": None}
        await unit.execute(update(lists).where(lists.c.list_id == row.list_id).values(**step))
        if waits_for:
            begun[STEP, row.list_id] = end_of_day(due(unit.now, _days(unit), calendar).date)
        else:
            ended.append((STEP, row.list_id))
    await set_timers(unit, begun)
    await cancel_timers(unit, ended)


def due_of(row: Found, view: View[Context], calendar: Calendar) -> Day | None:
    """The last day of the step that the list waits for; None: it waits for nobody."""
    return due(row.waits_since, _days(view), calendar) if row.waits_for else None


@timers.on(STEP)
async def tell_delay(unit: Unit[Context], timer: Timer) -> None:
    """Locks the list alone: with a timer in hand nobody waits for a case."""
    query = select(lists).where(lists.c.list_id == timer.key).with_for_update()
    row = (await unit.execute(query)).one()
    day = due_of(row, unit, await calendars.in_force(unit))
    if day is None or row.delayed_at is not None:
        return
    if end_of_day(day.date) > timer.due_at:
        await set_timers(unit, {(STEP, timer.key): end_of_day(day.date)})
        return
    said = {"delayed_at": timer.due_at, "delays": row.delays + 1}
    await unit.execute(update(lists).where(lists.c.list_id == row.list_id).values(**said))
    unit.emit(
        ListDelayed(
            list_id=row.list_id,
            department=row.department,
            case_number=row.case_number,
            waits_for=WaitsFor(row.waits_for),
            due=Due(on=day.date, provisional=day.provisional),
            delayed_at=timer.due_at,
        )
    )


@calendars.on_plan
async def reckon_anew(unit: Unit[Context], calendar: Calendar) -> None:
    """Every step that is open and was not late yet. One that was is not said again, however the plan changes."""
    after = ""
    while True:
        query = select(lists).where(lists.c.waits_for.is_not(None), lists.c.delayed_at.is_(None))
        page = (await unit.execute(query.where(lists.c.list_id > after).order_by(lists.c.list_id).limit(BATCH))).all()
        if not page:
            return
        days = {row.list_id: due(row.waits_since, _days(unit), calendar) for row in page}
        await set_timers(unit, {(STEP, list_id): end_of_day(day.date) for list_id, day in days.items()})
        after = page[-1].list_id


def _days(view: View[Context]) -> int:
    return view.context.settings.list_step_days
