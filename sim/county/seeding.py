"""The county's last fortnight, played once: the standard day's cases and the town's errands side by side, the bank's days
closed, then what stands open. Afterwards the hall's clock is nine working days on."""

import random
from collections.abc import Awaitable, Callable, Mapping

from sim.county.errands import Town
from sim.county.standing import leave_open
from sim.demo.acting import AFTERNOON, MORNING, Moment
from sim.demo.hall import Hall
from sim.demo.money import closed_days
from sim.demo.playing import play, whole_programme
from sim.demo.supervision import Supervision

DAYS = 9
NEW_EACH_HALF_DAY = 2
SEED = 2026


class Fortnight(Town):
    """The town, at the moments of the standard day and between them."""

    @property
    def moments(self) -> Mapping[Moment, Callable[[], Awaitable[None]]]:
        return {(day, at): self.half_day for day in range(DAYS + 1) for at in (MORNING, AFTERNOON)}

    async def half_day(self) -> None:
        for _ in range(NEW_EACH_HALF_DAY):
            await self.begin()
        await self.work()


async def seed(hall: Hall) -> Town:
    """The town that goes on from here. Raises Unexpected where the hall answered what it should not."""
    town = Fortnight(hall, random.Random(SEED))
    stories = await play(hall, *whole_programme(hall), town)
    await Supervision(hall, stories).play()
    await closed_days(hall)
    await leave_open(hall, town)
    return town
