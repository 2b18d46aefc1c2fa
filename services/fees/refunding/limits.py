"""Until when each step of a refund is to be done (R59), and that it is late.

Guarantees: a timer stands at the end of the running limit's last day and moves with the yearly plan; when it fires the date
is derived again. `late_since` says since when the step that is awaited now is late; it goes with that step.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from services.fees import calendars, queries
from services.fees.context import Context
from services.fees.domain.refunds import OPEN, Budgets, Course, RefundState, running
from services.fees.queries import Found
from services.fees.tables import refunds
from services.fees.timers import timers
from yimen.bus import Unit
from yimen.contracts.fees import RefundCause
from yimen.timers import Timer, cancel_timer, set_timer, set_timers
from yimen.worktime import Calendar, end_of_day

LIMIT: Final = "refund_limit"


def budgets(context: Context) -> Budgets:
    chosen = context.settings
    return Budgets(
        verify=chosen.refund_verify_days,
        approve=chosen.refund_approve_days,
        pay=chosen.refund_pay_days,
        own_finding=chosen.refund_own_finding_days,
    )


def course(row: Found) -> Course:
    return Course(
        cause=RefundCause(row.cause),
        state=RefundState(row.state),
        requested_at=row.requested_at,
        verified_at=row.verified_at,
        approved_at=row.approved_at,
    )


def ends_at(seen: Course, days: Budgets, calendar: Calendar) -> datetime | None:
    """The instant from which the awaited step is late."""
    limit = running(seen, days)
    due = limit.due(calendar) if limit else None
    return end_of_day(due.date) if due else None


async def watch(unit: Unit[Context], number: str, seen: Course) -> None:
    """Sets the timer to the step that is awaited now, or takes it away."""
    at = ends_at(seen, budgets(unit.context), await calendars.held(unit))
    if at is None:
        await cancel_timer(unit, LIMIT, key=number)
    else:
        await set_timer(unit, LIMIT, key=number, due_at=at)


@timers.on(LIMIT)
async def mark_late(unit: Unit[Context], timer: Timer) -> None:
    """Takes no lock that somebody holds: they may be waiting for this very timer."""
    query = select(refunds).where(refunds.c.number == timer.key).with_for_update(nowait=True)
    row = await queries.one(unit, query)
    at = ends_at(course(row), budgets(unit.context), await calendars.in_force(unit)) if row else None
    if at is None:
        return
    if at > unit.now:
        await set_timer(unit, LIMIT, key=timer.key, due_at=at)
        return
    await unit.execute(update(refunds).where(refunds.c.number == timer.key).values(late_since=at))


@calendars.on_plan
async def reckon_anew(unit: Unit[Context], calendar: Calendar) -> None:
    """R35: what was late by the old plan and is not by the new one is late no more."""
    days = budgets(unit.context)
    rows = (await unit.execute(select(refunds).where(refunds.c.state.in_(OPEN)).order_by(refunds.c.number))).all()
    ends = {row.number: ends_at(course(row), days, calendar) for row in rows}
    await set_timers(unit, {(LIMIT, number): at for number, at in ends.items() if at})
    for row in rows:
        at = ends[row.number]
        if row.late_since is not None and at is not None and at > unit.now:
            await unit.execute(update(refunds).where(refunds.c.number == row.number).values(late_since=None))
