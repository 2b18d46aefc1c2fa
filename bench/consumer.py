"""A consumer with an inbox and one projected row per event, beside FastStream's. Each is a process of its own, in turns.

Rate: events by the seconds from the first row written to the last, told by the database. What a process needs to start
counts for neither.
"""

import asyncio

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.projection import fill_queue, make_tables, receipts, received_reviews
from bench.report import Figure, Wanted
from bench.rig import Rig
from yimen.bus.rabbit import RabbitCarrier

SUBJECTS = 1000
LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 300.0


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    each = 5 if quick else 20
    ours, beside = await rig.in_turns(
        lambda: _rate(rig, "bench.projector", each), lambda: _rate(rig, "bench.faststream_projector", each)
    )
    what = "FastStream 0.7, one transaction per message, prefetch 10, no inbox"
    return [Figure("consumer: one row per event", ours, beside, "events/s", Wanted(ratio=10), what)]


async def _rate(rig: Rig, module: str, each: int) -> float:
    with rig.virtual_host() as amqp_url, rig.database() as database_url:
        await make_tables(database_url)
        await fill_queue(RabbitCarrier(amqp_url), receipts(SUBJECTS, each))
        engine = create_async_engine(database_url)
        try:
            async with rig.process(module, amqp_url, database_url):
                return await _written(engine, SUBJECTS * each)
        finally:
            await engine.dispose()


async def _written(engine: AsyncEngine, events: int) -> float:
    """Events a second, once all are written. A look costs the database the same on either side."""
    at = received_reviews.c.written_at
    seconds = func.extract("epoch", func.max(at) - func.min(at))
    async with asyncio.timeout(PATIENCE_SECONDS), engine.connect() as connection:
        while True:
            count, took = (await connection.execute(select(func.count(), seconds).select_from(received_reviews))).one()
            await connection.rollback()
            if count == events:
                return (events - 1) / float(took)
            assert count < events, "an event was written twice"
            await asyncio.sleep(LOOK_SECONDS)
