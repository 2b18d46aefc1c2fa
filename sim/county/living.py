"""Citizens and clerks who keep working at a moved clock: DEMO=1.

They touch only what they began themselves: a case that somebody at a screen handed in waits for somebody at a screen.
"""

import asyncio
from datetime import datetime, time, timedelta

from sim.county.errands import Town
from yimen.worktime import SHANGHAI, Calendar, local_date

TICK_SECONDS = 3.0
MINUTES_A_TICK = 10
OPENS, CLOSES = time(9), time(16, 50)
AT_MOST = 25  # errands at a time: a small hall
NEW_SHARE = 0.5


async def live(town: Town) -> None:
    """Until it is cancelled."""
    calendar = Calendar.seeded()
    while True:
        await town.hall.move_clock(later(await town.hall.now(), calendar))
        if len(town.errands) < AT_MOST and town.dice.random() < NEW_SHARE:
            await town.begin()
        await town.work()
        await asyncio.sleep(TICK_SECONDS)


def later(now: datetime, calendar: Calendar) -> datetime:
    """Ten minutes on while the hall is open; nights and days off pass at once."""
    local = now.astimezone(SHANGHAI) + timedelta(minutes=MINUTES_A_TICK)
    today = local.date()
    if calendar.is_working_day(today) and local.time() < CLOSES:
        return max(local, datetime.combine(today, OPENS, SHANGHAI))
    return datetime.combine(calendar.next_working_day(local_date(now)), OPENS, SHANGHAI)
