"""What follows from silence, each midnight: alerts and orders whose day has passed (R77).

Guarantees: one sweep a day, by whichever replica claims its timer, in portions that each commit for themselves; a sweep
that was interrupted or slept goes on from the rows. Being late is dated at the end of the day that was let pass; what
follows is dated when it is issued, so that nobody is late with an order that nobody had given (decision 0042).
"""

from typing import Any, Final

from sqlalchemy import select

from services.monitor import alerting, orders
from services.monitor.context import Context
from services.monitor.domain.orders import EXPLAIN, OrderState, worse
from services.monitor.registry import timers
from services.monitor.tables import alerts
from services.monitor.tables import orders as orders_table
from yimen.bus import Unit
from yimen.contracts.monitor import Light
from yimen.timers import Timer, set_timer
from yimen.worktime import end_of_day, local_date

ANSWERS_DUE: Final = "answers_due"
AT_ONCE: Final = 200
_KEY: Final = "daily"
_SILENT: Final = (orders_table.c.state == OrderState.WAITING, orders_table.c.overdue_at.is_(None))


async def begin(unit: Unit[Context]) -> None:
    """On start: the timer stands from its first midnight on, and one that is due is not moved."""
    t = unit.table("timers").c
    query = select(t.key).where(t.name == ANSWERS_DUE, t.key == _KEY)
    if (await unit.execute(query)).first() is None:
        await set_timer(unit, ANSWERS_DUE, key=_KEY, due_at=end_of_day(local_date(unit.now)))


@timers.on(ANSWERS_DUE)
async def follow_silence(unit: Unit[Context], timer: Timer) -> None:
    """A portion; at once again where it was a full one."""
    more = await escalate_alerts(unit) or await escalate_orders(unit)
    again = timer.due_at if more else end_of_day(local_date(unit.now))
    await set_timer(unit, ANSWERS_DUE, key=_KEY, due_at=again)


async def escalate_alerts(unit: Unit[Context]) -> bool:
    """Whether there may be more."""
    late = await alerting.due(unit, AT_ONCE)
    await alerting.escalate(unit, await alerting.lock(unit, late, *alerting.DUE))
    return len(late) == AT_ONCE


async def escalate_orders(unit: Unit[Context]) -> bool:
    """Whether there may be more."""
    o = orders_table.c
    query = select(o.number, o.about).where(*_SILENT, o.answer_by < local_date(unit.now))
    late = (await unit.execute(query.order_by(o.answer_by, o.number).limit(AT_ONCE))).all()
    numbers = [one.number for one in late]
    followed = alerts.c.order_number.in_(numbers)
    about = {row.order_number: row for row in await alerting.lock(unit, _about(late), *alerting.OPEN, followed)}
    rows = [row for row in await orders.lock(unit, numbers) if row.state == OrderState.WAITING]
    rows = [row for row in rows if row.overdue_at is None and row.answer_by < local_date(unit.now)]
    if rows:
        levels = {number: worse(Light(row.level)) for number, row in about.items()}
        issued = await orders.overdue(unit, rows, levels)
        first = [row for row in rows if row.stage == EXPLAIN and row.number in about]
        moved = [(about[row.number], issued[row.number], end_of_day(row.answer_by)) for row in first]
        await alerting.follow_orders(unit, moved, alerting.SILENCE_AGAIN)
    return len(late) == AT_ONCE


def _about(late: Any) -> list[str]:
    return sorted({one.about for one in late if one.about is not None})
