"""A changed working-day plan reaches every open limit (R35).

Guarantees: the plan, its event and the order to recompute commit together; each open case is then recomputed in a unit of
its own: its timers are set to the dates as they are now, and what moved is logged with the date before and after. A second
round, after every unit that may still have counted by the older plan has ended, finds cases that were begun meanwhile.
"""

from datetime import date, timedelta

from services.intake.context import Context
from services.intake.domain import agency, clock
from services.intake.queries import agencies, calendar, locked_case
from yimen.bus import Unit
from yimen.contracts.intake import CalendarRevised
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit
from yimen.timers import Timer, set_timer, set_timers
from yimen.worktime import PlanError, YearPlan, local_date

RECOMPUTE = "recompute"
RECOMPUTE_CASE = "recompute_case"
PORTION = 500
SECOND_ROUND = timedelta(minutes=2)
"""Longer than any unit of work lives (its deadline is a minute)."""

LAST_YEAR = 2099


async def revise(
    unit: Unit[Context], year: int, days_off: list[date], worked_weekends: list[date], version: int, by: Staff
) -> bool:
    """The plan of a year arrives or changes. `version`: that of the new plan; False if another has just taken it. The
    service counts by it from the commit on."""
    if not local_date(unit.now).year <= year <= LAST_YEAR:
        raise NotNow("calendar-year-closed", "不能修改该年的放假安排", f"{year}年已经过去或太远，请核对年份。")
    try:
        plan = YearPlan(year, frozenset(days_off), frozenset(worked_weekends), version)
    except PlanError as wrong:
        raise Unfit("calendar-contradicts-itself", "放假安排有矛盾", f"{wrong}请对照国务院办公厅通知修改。") from wrong
    revision = await calendar.add_plan(unit, plan, by.model_dump())
    if revision is None:
        return False
    unit.emit(
        CalendarRevised(
            year=year,
            version=version,
            days_off=tuple(sorted(plan.days_off)),
            worked_weekends=tuple(sorted(plan.worked_weekends)),
            revised_at=unit.now,
        )
    )
    for again in (timedelta(), SECOND_ROUND):
        key = f"{revision}/{'second' if again else 'first'}"
        payload = {"revision": revision, "after": ""}
        await set_timer(unit, RECOMPUTE, key=key, due_at=unit.now + again, payload=payload)
    return True


async def order_recomputing(unit: Unit[Context], timer: Timer) -> None:
    """A timer for each open case, in portions; the few limits of village agents (R101) at once."""
    await calendar.follow_newest(unit)
    if not timer.payload["after"]:
        for waiting in await agencies.to_be_forwarded(unit):
            await set_timers(unit, agency.timers(waiting, unit.context.rules))
    revision = timer.payload["revision"]
    numbers = await calendar.running_cases(unit, timer.payload["after"], PORTION)
    due = {(RECOMPUTE_CASE, f"{revision}/{number}"): unit.now for number in numbers}
    await set_timers(unit, due, {"revision": revision})
    if len(numbers) == PORTION:
        payload = {"revision": revision, "after": numbers[-1]}
        await set_timer(unit, RECOMPUTE, key=timer.key, due_at=unit.now, payload=payload)


async def recompute(unit: Unit[Context], timer: Timer) -> None:
    revision = timer.payload["revision"]
    case = await locked_case(unit, timer.key.partition("/")[2], nowait=True)
    if case is None:
        return
    before = await calendar.calendar_at(unit, revision - 1)
    after = await calendar.calendar_at(unit, revision)
    await calendar.keep_changes(unit, revision, case.case_number, clock.moved(case, unit.context.rules, before, after))
    await set_timers(unit, clock.timers(case, unit.context.rules))
