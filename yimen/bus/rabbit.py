"""The carrier over RabbitMQ (3.10 or newer, also 4.x): quorum queues, confirmed publishes, crash-only sessions.

Each session has a connection of its own; any close, broker-sent cancel or publish timeout ends it with `CarrierDown`, and
its owner opens a new one and declares again, or finds what others declared (topology.py). A publish timeout is not a
failed publish: the row stays and is sent again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any

import aio_pika
import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelPreconditionFailed, DeliveryError, PublishError
from aiormq.exceptions import ChannelAccessRefused

from yimen.bus.carrier import Incoming, Message, Queue
from yimen.bus.topology import EXCHANGE, Topology
from yimen.contracts.envelope import HEADER_PREFIX
from yimen.errors import CarrierDown

PREFETCH = 300
HEARTBEAT_SECONDS = 10  # the default of 60 needs three minutes to see a frozen broker
CONNECT_SECONDS = 10.0
PUBLISH_SECONDS = 10.0


class RabbitPublisher:
    def __init__(self, exchange: AbstractExchange, ended: "asyncio.Future[str]", seconds: float) -> None:
        self._exchange = exchange
        self._ended = ended
        self._seconds = seconds

    async def publish(self, messages: Sequence[Message]) -> list[bool]:
        """All at once, then the confirms. A refusal concerns one message; anything else ends the session."""
        self.check()
        results = await asyncio.gather(*(self._one(message) for message in messages), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise CarrierDown(f"publishing failed: {result!r}") from result
        return [result is True for result in results]

    def check(self) -> None:
        if self._ended.done():
            raise CarrierDown(self._ended.result())

    async def _one(self, message: Message) -> bool:
        try:
            await self._exchange.publish(_to_amqp(message), message.key, mandatory=True, timeout=self._seconds)
        except (DeliveryError, PublishError):
            return False
        return True


def _to_amqp(message: Message) -> aio_pika.Message:
    attributes = message.headers
    return aio_pika.Message(
        message.body,
        headers=dict(attributes),
        message_id=attributes.get(HEADER_PREFIX + "id"),
        type=attributes.get(HEADER_PREFIX + "type"),
        app_id=attributes.get(HEADER_PREFIX + "source"),
        correlation_id=attributes.get(HEADER_PREFIX + "correlationid"),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def _from_amqp(amqp: aiormq.abc.DeliveredMessage) -> Incoming:
    carried = amqp.header.properties.headers or {}
    headers = {name: str(value) for name, value in carried.items() if name.startswith(HEADER_PREFIX)}
    deliveries = carried.get("x-delivery-count", 0)
    message = Message(amqp.routing_key or "", headers, amqp.body)
    return Incoming(message, int(deliveries) if isinstance(deliveries, int) else 0, amqp.delivery_tag or 0)


class RabbitSubscriber:
    def __init__(self, channel: aiormq.abc.AbstractChannel, ended: "asyncio.Future[str]") -> None:
        self._channel = channel
        self._ended = ended
        self._arrived: asyncio.Queue[Incoming] = asyncio.Queue()
        self._open: dict[int, bool] = {}  # delivery tag → settled, in order of arrival

    async def on_message(self, amqp: aiormq.abc.DeliveredMessage) -> None:
        incoming = _from_amqp(amqp)
        self._open[incoming.tag] = False
        self._arrived.put_nowait(incoming)

    def _check(self) -> None:
        if self._ended.done():
            raise CarrierDown(self._ended.result())

    async def _first(self) -> Incoming:
        getting = asyncio.ensure_future(self._arrived.get())
        try:
            waited: set[asyncio.Future[Any]] = {getting, self._ended}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            self._check()
            return getting.result()
        finally:
            getting.cancel()

    async def batch(self, limit: int, within: float) -> list[Incoming]:
        taken = [await self._first()]
        if self._arrived.qsize() + 1 < limit:
            await asyncio.sleep(within)
        while len(taken) < limit and not self._arrived.empty():
            taken.append(self._arrived.get_nowait())
        return taken

    async def settle(self, batch: Sequence[Incoming]) -> None:
        """One acknowledgement for the contiguous prefix, single ones for what lies beyond it."""
        self._check()
        for incoming in batch:
            self._open[incoming.tag] = True
        prefix = 0
        for tag, settled in self._open.items():
            if not settled:
                break
            prefix = tag
        try:
            if prefix:
                await self._channel.basic_ack(prefix, multiple=True)
            beyond = [incoming.tag for incoming in batch if incoming.tag > prefix]
            for tag in beyond:
                await self._channel.basic_ack(tag)
        except CONNECTION_EXCEPTIONS as lost:
            raise CarrierDown(f"acknowledging failed: {lost!r}") from lost
        gone = {tag for tag in self._open if tag <= prefix} | set(beyond)
        self._open = {tag: settled for tag, settled in self._open.items() if tag not in gone}


def _soon() -> asyncio.Timeout:
    """A queue whose leader is away answers nothing; without an end to the wait no new session would ever be tried."""
    return asyncio.timeout(CONNECT_SECONDS)


class RabbitCarrier:
    """Sessions on one broker or cluster. A confirm is awaited for `publish_seconds`.

    `url` is an AMQP URL, or several with commas between them, one per node of a cluster: each new session tries the next.
    """

    def __init__(self, url: str, publish_seconds: float = PUBLISH_SECONDS) -> None:
        self._urls = cycle(url.split(","))
        self._publish_seconds = publish_seconds
        self._topology = Topology()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[AbstractConnection, AbstractChannel, "asyncio.Future[str]"]]:
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def end(reason: object) -> None:
            if not ended.done():
                ended.set_result(str(reason))

        try:
            connection = await aio_pika.connect(next(self._urls), timeout=CONNECT_SECONDS, heartbeat=HEARTBEAT_SECONDS)
        except (*CONNECTION_EXCEPTIONS, TimeoutError) as refused:
            raise CarrierDown(f"no connection: {refused!r}") from refused
        try:
            connection.close_callbacks.add(lambda _sender, error: end(f"connection closed: {error!r}"))
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            channel.close_callbacks.add(lambda _sender, error: end(f"channel closed: {error!r}"))
            yield connection, channel, ended
        except ChannelPreconditionFailed as mismatch:
            raise CarrierDown(f"declared before with other arguments: {mismatch}") from mismatch
        except ChannelAccessRefused as refusal:
            raise CarrierDown(f"a right is missing on the broker: {refusal}") from refusal
        except (*CONNECTION_EXCEPTIONS, TimeoutError) as lost:
            raise CarrierDown(f"session lost: {lost!r}") from lost
        finally:
            with suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
                await asyncio.wait_for(connection.close(), 5)

    async def _declare(self, connection: AbstractConnection, channel: AbstractChannel, queue: Queue) -> None:
        await self._topology.shared(connection)
        await self._topology.queue(connection, queue)
        declared = await channel.get_queue(queue.name, ensure=False)
        for binding in queue.bindings:
            await declared.bind(EXCHANGE, binding)

    async def declare(self, queue: Queue) -> None:
        async with self._session() as (connection, channel, _ended), _soon():
            await self._declare(connection, channel, queue)

    @asynccontextmanager
    async def publisher(self) -> AsyncIterator[RabbitPublisher]:
        async with self._session() as (connection, channel, ended):
            async with _soon():
                await self._topology.shared(connection)
                exchange = await channel.get_exchange(EXCHANGE, ensure=False)
            yield RabbitPublisher(exchange, ended, self._publish_seconds)

    @asynccontextmanager
    async def subscriber(self, queue: Queue) -> AsyncIterator[RabbitSubscriber]:
        async with self._session() as (connection, channel, ended):
            async with _soon():
                await self._declare(connection, channel, queue)
            await channel.set_qos(prefetch_count=PREFETCH)
            underlay = await channel.get_underlay_channel()
            subscriber = RabbitSubscriber(underlay, ended)

            def cancelled(*_: object) -> None:
                if not ended.done():
                    ended.set_result("the broker cancelled the consumer")

            underlay.on_consumer_cancel_callbacks.add(cancelled)
            async with _soon():  # below aio-pika, whose own messages cost a seventh of a consumer's time
                await underlay.basic_consume(queue.name, subscriber.on_message)
            yield subscriber
