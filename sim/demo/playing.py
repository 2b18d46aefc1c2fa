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

ENDINGS = {"closed", "refused", "returned", "withdrawn"}


async def play(hall: Hall, *casts: Cast) -> dict[str, Story]:
    """Every story of every cast, once all have ended."""
    calendar = Calendar.seeded()
    first = calendar.next_working_day(local_date(await hall.now()))
    for moment in sorted({moment for cast in casts for moment in cast.moments}):
        days, at = moment
        day = calendar.add(first, days).date
        await _heard(hall, [story for cast in casts for story in cast.stories.values() if story.number])
        await hall.move_clock(datetime.combine(day, at, SHANGHAI))
        await asyncio.gather(*(cast.moments[moment]() for cast in casts if moment in cast.moments))
    return {name: story for cast in casts for name, story in cast.stories.items()}


async def _heard(hall: Hall, stories: Sequence[Story]) -> None:
    """Until the supervisor knows of each decision and ending: words had hours to arrive in, and here hours pass at once."""

    async def one(story: Story) -> None:
        case = await hall.get("supervisor", story.case)
        known = "state" if case["state"] in ENDINGS else "outcome"
        path = f"/monitor/cases/{story.number}"
        await hall.until("supervisor", path, lambda seen: seen[known] == case[known], f"the end of {story.title}")

    await asyncio.gather(*map(one, stories))


def whole_programme(hall: Hall) -> Sequence[Cast]:
    return (Day(hall), Further(hall), Money(hall), Remaining(hall))
