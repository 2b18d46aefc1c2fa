"""What was said before is put into one queue again, for a reader that lost its place; everybody else hears nothing.

Guarantees: every message reached the queue when this returns, in the order in which it came, under the routing key that it
always had. A reader that had one already drops it by its number. Does not: know which of them the reader needs.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import aio_pika
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity

from yimen.bus import Message
from yimen.bus.rabbit import RabbitPublisher
from yimen.errors import CarrierDown
from yimen.operations.returned import CONNECT_SECONDS, NoSuchQueue

CONFIRM_SECONDS = 30.0
FULL_REST_SECONDS = 0.5


async def send_again(bus_url: str, queue: str, portions: AsyncIterator[Sequence[Message]]) -> int:
    """How many. Raises `NoSuchQueue`, `CarrierDown`; then some were sent, and sending all of them once more is harmless."""
    try:
        async with await aio_pika.connect(bus_url.partition(",")[0], timeout=CONNECT_SECONDS) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            target = await channel.get_queue(queue, ensure=True)
            # An exchange of our own that leads to this queue alone: the default one would change the routing key.
            exchange = await channel.declare_exchange(
                f"yimen.again.{uuid4()}", aio_pika.ExchangeType.TOPIC, auto_delete=True
            )
            await target.bind(exchange, "#")
            try:
                ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
                return await _send(RabbitPublisher(exchange, ended, CONFIRM_SECONDS), portions)
            finally:
                await target.unbind(exchange, "#")
    except ChannelNotFoundEntity as missing:
        raise NoSuchQueue(f"the broker has no queue {queue}") from missing
    except (*CONNECTION_EXCEPTIONS, TimeoutError) as lost:
        raise CarrierDown(f"the broker cannot be reached: {type(lost).__name__}") from lost


async def _send(publisher: RabbitPublisher, portions: AsyncIterator[Sequence[Message]]) -> int:
    count = 0
    async for portion in portions:
        waiting = list(portion)
        while waiting:  # a full queue refuses; its reader makes room
            taken = await publisher.publish(waiting)
            waiting = [message for message, safe in zip(waiting, taken, strict=True) if not safe]
            if waiting:
                await asyncio.sleep(FULL_REST_SECONDS)
        count += len(portion)
    return count
