"""Moves the hall's clock from moment to moment, and lets each cast play its part in it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sim.demo.acting import Cast, Story
from sim.demo.day import Day
from sim.demo.further import Further
from sim.demo.hall import Hall
from sim.demo.money import Money
from sim.demo.remaining import Remaining
from yimen.worktime import SHANGHAI, Calendar, local_date


async def play(hall: Hall, *casts: Cast) -> dict[str, Story]:
    """Every story of every cast, once all have ended."""
    calendar = Calendar.seeded()
    first = calendar.next_working_day(local_date(await hall.now()))
    for moment in sorted({moment for cast in casts for moment in cast.moments}):
        days, at = moment
        day = calendar.add(first, days).date
        await hall.move_clock(datetime.combine(day, at, SHANGHAI))
        await asyncio.gather(*(cast.moments[moment]() for cast in casts if moment in cast.moments))
    return {name: story for cast in casts for name, story in cast.stories.items()}


def whole_programme(hall: Hall) -> Sequence[Cast]:
    return (Day(hall), Further(hall), Money(hall), Remaining(hall))
