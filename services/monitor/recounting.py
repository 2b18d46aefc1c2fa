"""Counting the cases that were followed before there were counts: in portions, each a transaction of its own."""

from typing import Final

from sqlalchemy import select

from services.monitor import counting
from services.monitor.context import Context
from services.monitor.recording import take_chain
from services.monitor.registry import timers
from services.monitor.tables import case_counts, cases
from services.monitor.watching import follow
from yimen.bus import Unit, View
from yimen.timers import Timer, set_timer

RECOUNT_TIMER: Final = "recount"
COUNTED_AT_ONCE: Final = 200


async def begin(unit: Unit[Context]) -> None:
    if (await unit.execute(select(case_counts.c.grain).limit(1))).first() is None:
        await counting.count_complaints(unit)
    if await _uncounted(unit, "", 1):
        await _go_on(unit, "")


@timers.on(RECOUNT_TIMER)
async def recount_cases(unit: Unit[Context], timer: Timer) -> None:
    await take_chain(unit)
    numbers = await _uncounted(unit, timer.payload["after"], COUNTED_AT_ONCE)
    for number in numbers:
        await follow(unit, number)
    if len(numbers) == COUNTED_AT_ONCE:
        await _go_on(unit, numbers[-1])


async def _go_on(unit: Unit[Context], after: str) -> None:
    await set_timer(unit, RECOUNT_TIMER, key="cases", due_at=unit.now, payload={"after": after})


async def _uncounted(view: View[Context], after: str, limit: int) -> list[str]:
    never = select(cases.c.number).where(cases.c.contribution.is_(None), cases.c.number > after)
    return list((await view.execute(never.order_by(cases.c.number).limit(limit))).scalars())
