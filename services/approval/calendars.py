"""The calendar in force, in every replica (R35, decision 0026)."""

from services.approval.context import Context
from services.approval.queries import limits
from services.approval.tables import calendar_plans
from yimen.bus import Unit
from yimen.contracts.intake import CalendarRevised
from yimen.plans import Plans

_plans = Plans(calendar_plans)

in_force = _plans.in_force
held = _plans.held


async def follow(unit: Unit[Context], event: CalendarRevised) -> None:
    """The plan is kept, and every open limit reckoned by it. `Permanent` for a plan that contradicts itself."""
    calendar = await _plans.revise(unit, event)
    if calendar is None:
        return
    for department in unit.context.departments:
        await limits.reckon_anew(unit, department, calendar, event)
