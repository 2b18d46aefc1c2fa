"""The calendar in force, in every replica (R35, decision 0026), and the limits that move with it.

A module that sets timers by working days registers here how it sets them anew: `@on_plan`.
"""

from collections.abc import Awaitable, Callable

from services.fees.context import Context
from services.fees.tables import calendar_plans
from yimen.bus import Unit
from yimen.contracts.intake import CalendarRevised
from yimen.plans import Plans
from yimen.worktime import Calendar

Reckoning = Callable[[Unit[Context], Calendar], Awaitable[None]]

_plans = Plans(calendar_plans)
_reckonings: list[Reckoning] = []

in_force = _plans.in_force
held = _plans.held


def on_plan(reckoning: Reckoning) -> Reckoning:
    """Called with the new calendar when a yearly plan came or changed, in that transaction, while nobody else reckons."""
    _reckonings.append(reckoning)
    return reckoning


async def follow(unit: Unit[Context], event: CalendarRevised) -> None:
    """The plan is kept, and every open limit reckoned by it. `Permanent` for a plan that contradicts itself."""
    calendar = await _plans.revise(unit, event)
    if calendar is None:
        return
    for reckoning in _reckonings:
        await reckoning(unit, calendar)
