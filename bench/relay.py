"""The relay on a full outbox, beside the ceiling: bare loops of pipelined confirmed publishes, the faster of two.

Each run publishes the same messages to a queue that is bound and empty; each side is a process of its own.
"""

from statistics import median

from bench.projection import PUBLISHED_AT_ONCE, QUEUE, SOURCE, make_tables, metadata, receipt
from bench.report import Figure, Wanted
from bench.rig import Rig
from yimen.bus import Units
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import SystemClock
from yimen.db import Database

SUBJECTS = 1000
CEILINGS = {
    "loop": "a loop of 200 pipelined confirmed publishes over aio-pika, no database",
    "frames": "a loop of 200 pipelined confirmed publishes over aiormq, no database",
}


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    events = 5_000 if quick else 20_000
    with rig.database() as database_url:
        await make_tables(database_url)
        found: dict[str, list[float]] = {"outbox": [], **{name: [] for name in CEILINGS}}
        for turn in range(rig.rounds):
            for side in found if turn % 2 == 0 else reversed(found):
                found[side].append(await _rate(rig, side, database_url, events))
    ceiling = max(CEILINGS, key=lambda name: median(found[name]))
    wanted, what = Wanted(ratio=0.8), CEILINGS[ceiling]
    return [Figure("relay: a full outbox", found["outbox"], found[ceiling], "events/s", wanted, what)]


async def _rate(rig: Rig, side: str, database_url: str, events: int) -> float:
    await _fill(database_url, events)
    with rig.virtual_host() as amqp_url:
        await RabbitCarrier(amqp_url).declare(QUEUE)
        async with rig.process("bench.relaying", side, amqp_url, database_url) as process:
            return float((await process.said())["rate"])


async def _fill(database_url: str, events: int) -> None:
    """Exactly so many rows wait, whatever the side before left."""
    database = Database(database_url)
    units: Units[None] = Units(database, SystemClock(), None, metadata, SOURCE)
    async with units.begin() as unit:
        await unit.execute(metadata.tables["outbox"].delete())
    for first in range(0, events, PUBLISHED_AT_ONCE):
        async with units.begin() as unit:
            for number in range(first, first + PUBLISHED_AT_ONCE):
                unit.emit(receipt(number % SUBJECTS))
    await database.close()
