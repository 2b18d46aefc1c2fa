"""The calendar in force, in every replica (R35, decision 0026).

Guarantees: nobody reckons by a plan that was replaced, whichever process handled the event: the state of the plans is
read with each request and each batch. A due date that is kept was reckoned by the plans that stand when it commits:
whoever keeps one holds the plans until then, and a new plan waits for them.
"""

from services.approval.context import Context
from services.approval.queries import calendars, limits
from yimen.bus import Unit, View
from yimen.contracts.intake import CalendarRevised
from yimen.errors import Permanent
from yimen.worktime import Calendar, PlanError

_HELD = "calendar"


async def in_force(view: View[Context]) -> Calendar:
    """For reading. For what is kept: `held`."""
    context, revision = view.context, await calendars.revision(view.conn)
    if revision == context.revision:
        return context.calendar
    calendar = await calendars.load(view.conn)
    if isinstance(view, Unit):
        view.after_commit(lambda: _remember(context, calendar, revision))
    else:
        _remember(context, calendar, revision)
    return calendar


async def held(unit: Unit[Context]) -> Calendar:
    """In force until the unit ends. Ask before locking a review."""
    known: Calendar | None = unit.notes.get(_HELD)
    if known is None:
        await calendars.hold(unit)
        known = unit.notes[_HELD] = await in_force(unit)
    return known


async def follow(unit: Unit[Context], event: CalendarRevised) -> None:
    """The plan is kept, and every open limit reckoned by it. `Permanent` for a plan that contradicts itself."""
    await calendars.lock(unit)
    if not await calendars.keep(unit, event):
        return
    unit.notes.pop(_HELD, None)
    try:
        calendar = await held(unit)
    except PlanError as wrong:
        raise Permanent(f"{event.type} {event.year}/{event.version}: {wrong}") from wrong
    for department in unit.context.departments:
        await limits.reckon_anew(unit, department, calendar, event)


def _remember(context: Context, calendar: Calendar, revision: int) -> None:
    context.calendar, context.revision = calendar, revision
