"""A service that publishes, as a process: outbox, relay, nothing else. `python -m bench.speaking AMQP DATABASE
[forwarded]`: of reviews that were received, or forwarded, which applicants are told.

Reads orders from its standard input: `steady N RATE` commits N events one by one at RATE a second, `burst N` commits N
in one transaction. To each it answers with one line, `[[subject, sequence, committed at], …]`, when all are committed.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable

import orjson
from prometheus_client import CollectorRegistry

from bench.projection import SOURCE, forwarded, metadata, receipt
from tests.support.driving import working
from yimen.bus import Units
from yimen.bus.metrics import BusMetrics
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.relay import Relay
from yimen.clock import SystemClock
from yimen.contracts import Event
from yimen.db import Database

SUBJECTS = 1000
Committed = tuple[str, int, float]


class Speaker:
    """Counts as the outbox does: the sequence of each subject's events is known without asking."""

    def __init__(self, database_url: str, make: Callable[[int], Event] = receipt) -> None:
        self._make = make
        self.units: Units[None] = Units(Database(database_url), SystemClock(), None, metadata, SOURCE)
        self._said: Counter[str] = Counter()
        self._next = 0

    async def commit(self, count: int) -> list[Committed]:
        events = [self._make((self._next + n) % SUBJECTS) for n in range(count)]
        self._next += count
        async with self.units.begin() as unit:
            for event in events:
                unit.emit(event)
        at = time.time()
        return [self._numbered(event.subject, at) for event in events]

    def _numbered(self, subject: str, at: float) -> Committed:
        self._said[subject] += 1
        return subject, self._said[subject], at

    async def steady(self, count: int, rate: int) -> list[Committed]:
        """By the clock, not by the answers: a slow commit does not thin out what follows."""
        begun = asyncio.get_running_loop().time()
        committed: list[Committed] = []
        for number in range(count):
            await asyncio.sleep(begun + number / rate - asyncio.get_running_loop().time())
            committed += await self.commit(1)
        return committed


async def main(amqp_url: str, database_url: str, of: str = "received") -> None:
    speaker = Speaker(database_url, forwarded if of == "forwarded" else receipt)
    async with working(Relay(speaker.units, RabbitCarrier(amqp_url), BusMetrics(CollectorRegistry()))):
        while order := (await asyncio.to_thread(sys.stdin.readline)).split():
            how, *numbers = order
            counts = [int(number) for number in numbers]
            done = await (speaker.steady(*counts) if how == "steady" else speaker.commit(*counts))
            print(orjson.dumps(done).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
