"""Both sides of the relay's measurement, as a process: `python -m bench.relaying outbox|loop|frames AMQP DATABASE`.

Says `{"rate": messages a second}`. All publish the same messages, read from the same full outbox, to the same bound
queue. `outbox`: our relay, from its first publish until the outbox is empty. `loop`: a bare loop over aio-pika, 200
publishes pipelined and then their confirms, from memory, no database. `frames`: the same one floor below, over aiormq.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import aio_pika
import aiormq
import orjson
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from bench.projection import SOURCE, metadata
from tests.support.driving import until, working
from yimen.bus import Message, Units
from yimen.bus.metrics import BusMetrics
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.relay import Relay
from yimen.bus.topology import EXCHANGE
from yimen.clock import SystemClock
from yimen.db import Database

AT_ONCE = 200
PATIENCE_SECONDS = 300

outbox = metadata.tables["outbox"]


async def relay(amqp_url: str, database: Database) -> float:
    units: Units[None] = Units(database, SystemClock(), None, metadata, SOURCE)
    registry = CollectorRegistry()
    relay = Relay(units, RabbitCarrier(amqp_url), BusMetrics(registry))
    messages = len(await waiting(database))

    async def leads() -> bool:
        return relay.connected

    async def emptied() -> bool:
        """The database is not asked before the last confirm."""
        return registry.get_sample_value("outbox_published_total") == messages and not await _count(database)

    async with working(relay):
        await until(leads)
        started = time.perf_counter()
        await until(emptied, PATIENCE_SECONDS)
        return messages / (time.perf_counter() - started)


async def _count(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(outbox)) or 0)


async def waiting(database: Database) -> list[Message]:
    async with database.read() as connection:
        rows = await connection.execute(select(outbox).order_by(outbox.c.seq))
        return [Message(row.key, row.headers, row.body) for row in rows]


async def loop(amqp_url: str, database: Database) -> float:
    messages = await waiting(database)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)

        async def publish(message: Message) -> None:
            amqp = aio_pika.Message(
                message.body,
                headers=dict(message.headers),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await exchange.publish(amqp, message.key, mandatory=True)

        return await _pipelined(messages, publish)


async def frames(amqp_url: str, database: Database) -> float:
    messages = await waiting(database)
    connection = await aiormq.connect(amqp_url)
    channel = await connection.channel(publisher_confirms=True)

    async def publish(message: Message) -> None:
        properties = aiormq.spec.Basic.Properties(
            headers=dict(message.headers), content_type="application/json", delivery_mode=2
        )
        await channel.basic_publish(
            message.body, exchange=EXCHANGE, routing_key=message.key, properties=properties, mandatory=True
        )

    rate = await _pipelined(messages, publish)
    await connection.close()
    return rate


async def _pipelined(messages: list[Message], publish: Callable[[Message], Awaitable[None]]) -> float:
    started = time.perf_counter()
    for first in range(0, len(messages), AT_ONCE):
        await asyncio.gather(*map(publish, messages[first : first + AT_ONCE]))
    return len(messages) / (time.perf_counter() - started)


async def main(side: str, amqp_url: str, database_url: str) -> None:
    database = Database(database_url)
    sides: dict[str, Callable[[str, Database], Awaitable[float]]] = {"outbox": relay, "loop": loop, "frames": frames}
    rate = await sides[side](amqp_url, database)
    await database.close()
    print(orjson.dumps({"rate": rate}).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
