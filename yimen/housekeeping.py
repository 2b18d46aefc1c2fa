"""What is forgotten by itself, in portions, while the service runs: answers kept for repeated requests, and what each
service keeps only for so long (its chores).

Guarantees: each portion is one transaction of at most `PORTION` rows; replicas may do it at once; what fails is tried again
with the next round.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from yimen.bus import Unit, Units
from yimen.clock import SystemClock
from yimen.waiting import rest_until
from yimen.web.idempotency import forget_old_answers

log = structlog.get_logger()

ROUND_SECONDS = 3600.0
PORTION = 200

Chore = Callable[[Unit[Any], int], Awaitable[int]]
"""Forgets at most so many of what is due, and says how many it forgot."""


@dataclass(frozen=True)
class House:
    units: Units[Any]
    instance: str
    chores: Sequence[Chore] = ()

    async def keep(self, stopping: asyncio.Event) -> None:
        """Round after round until it is told to stop."""
        while not stopping.is_set():
            try:
                await self.round(stopping)
            except Exception as error:
                log.warning("housekeeping_postponed", instance=self.instance, reason=repr(error))
            await rest_until(stopping, ROUND_SECONDS)

    async def round(self, stopping: asyncio.Event | None = None) -> int:
        """All that is due now; how much that was. Answers go by real time, everything else by the hall's clock."""
        async with self.units.begin() as unit:
            done = await forget_old_answers(unit, SystemClock().now())
        for chore in self.chores:
            forgotten = PORTION
            while forgotten >= PORTION and not (stopping and stopping.is_set()):
                async with self.units.begin() as unit:
                    forgotten = await chore(unit, PORTION)
                done += forgotten
        return done
