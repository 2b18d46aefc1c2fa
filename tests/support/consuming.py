"""The consuming side on real parts: a ledger in PostgreSQL that follows a RabbitMQ queue by a worker."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aio_pika

from tests.support.driving import until, working
from tests.support.ledger import Ledger
from yimen.bus import Carrier, Message, Queue
from yimen.bus.carrier import Incoming, Subscriber
from yimen.bus.worker import Worker

QUEUE = Queue("ledger", ("intake.case.#",))


@asynccontextmanager
async def following(ledger: Ledger, carrier: Carrier) -> AsyncIterator[Worker]:
    """A worker takes the queue's messages to the ledger inside the block."""
    await carrier.declare(QUEUE)
    worker = Worker(carrier, QUEUE, ledger.inbox, ledger.metrics)
    async with working(worker):
        yield worker


async def publish(carrier: Carrier, *messages: Message) -> None:
    async with carrier.publisher() as publisher:
        assert all(await publisher.publish(messages))


async def depth(url: str, queue: str = QUEUE.name) -> int:
    """How many messages the queue holds ready; those that somebody took and has not settled are not counted."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        declared = await channel.get_queue(queue, ensure=True)
        return declared.declaration_result.message_count or 0


async def until_effects(ledger: Ledger, count: int) -> list[tuple[str, int]]:
    """The effects, once there are `count`."""

    async def enough() -> bool:
        return len(await ledger.effects()) >= count

    await until(enough)
    return await ledger.effects()


async def until_parked(ledger: Ledger, count: int, seconds: float = 20) -> None:
    async def enough() -> bool:
        return len(await ledger.parked()) >= count

    await until(enough, seconds)


class WatchedCarrier:
    """Another carrier, and how many messages its worker was ready to take each time."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.declare = carrier.declare
        self.publisher = carrier.publisher
        self.limits: list[int] = []

    @asynccontextmanager
    async def subscriber(self, queue: Queue) -> AsyncIterator[Subscriber]:
        async with self._carrier.subscriber(queue) as subscriber:
            yield _WatchedSubscriber(subscriber, self.limits)


class _WatchedSubscriber:
    def __init__(self, subscriber: Subscriber, limits: list[int]) -> None:
        self._subscriber = subscriber
        self._limits = limits

    async def batch(self, limit: int, within: float) -> list[Incoming]:
        self._limits.append(limit)
        return await self._subscriber.batch(limit, within)

    async def settle(self, batch: Sequence[Incoming]) -> None:
        await self._subscriber.settle(batch)
