"""What must stand on the broker: declared by whoever may, found ready by everybody else.

Where the broker's definitions were imported (deploy/rabbitmq), no service has the right to declare anything: whoever may
declare a name could lay a way around the rights on `yimen.events` (docs/decisions/0064). It then looks whether all stands.
What correctness needs is here; capacity is policy.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused

from yimen.bus.carrier import DELIVERY_LIMIT, Queue
from yimen.errors import CarrierDown

log = structlog.get_logger()

EXCHANGE = "yimen.events"
UNROUTED = "yimen.unrouted"
UNROUTED_LIMIT = 100_000

Arguments = dict[str, Any]
Step = Callable[[AbstractChannel], Awaitable[None]]

EXCHANGE_ARGUMENTS: Arguments = {"alternate-exchange": UNROUTED}
PARKED_ARGUMENTS: Arguments = {"x-queue-type": "quorum"}
# A quorum queue too: a classic one cannot be declared while its home node is down, and no session would begin.
UNROUTED_ARGUMENTS: Arguments = {
    "x-queue-type": "quorum",
    "x-max-length": UNROUTED_LIMIT,
    "x-overflow": "drop-head",
}


def queue_arguments(queue: Queue) -> Arguments:
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue.parked,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


class Topology:
    """Of one user on one broker. A refusal closes a channel and stands in the broker's log, so it is remembered."""

    def __init__(self) -> None:
        self._refused: set[str] = set()

    async def shared(self, connection: AbstractConnection) -> None:
        await self._have(connection, EXCHANGE, _declare_shared, _find_shared)

    async def queue(self, connection: AbstractConnection, queue: Queue) -> None:
        """The queue and its parking, without its bindings."""
        await self._have(connection, queue.name, partial(_declare_queue, queue), partial(_find_queue, queue))

    async def _have(self, connection: AbstractConnection, what: str, declare: Step, find: Step) -> None:
        """Raises `CarrierDown` when it neither stands nor may be declared."""
        if what not in self._refused:
            try:
                return await _on_own_channel(connection, declare)
            except ChannelAccessRefused as refusal:
                self._refused.add(what)
                log.info("broker_keeps_topology", what=what, reason=str(refusal))
        try:
            await _on_own_channel(connection, find)
        except ChannelNotFoundEntity as missing:
            self._refused.discard(what)
            raise CarrierDown(
                f"{missing}; we may not declare it: import the definitions (deploy/rabbitmq)"
            ) from missing
        return None


async def _on_own_channel(connection: AbstractConnection, step: Step) -> None:
    """What is refused or missing closes the channel, never the session's."""
    async with connection.channel() as channel:
        await step(channel)


async def _declare_shared(channel: AbstractChannel) -> None:
    await channel.declare_exchange(UNROUTED, ExchangeType.FANOUT, durable=True)
    unrouted = await channel.declare_queue(UNROUTED, durable=True, arguments=UNROUTED_ARGUMENTS)
    await unrouted.bind(UNROUTED)
    await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True, arguments=EXCHANGE_ARGUMENTS)


async def _find_shared(channel: AbstractChannel) -> None:
    await channel.get_exchange(EXCHANGE, ensure=True)
    await channel.get_queue(UNROUTED, ensure=True)


async def _declare_queue(queue: Queue, channel: AbstractChannel) -> None:
    await channel.declare_queue(queue.parked, durable=True, arguments=PARKED_ARGUMENTS)
    await channel.declare_queue(queue.name, durable=True, arguments=queue_arguments(queue))


async def _find_queue(queue: Queue, channel: AbstractChannel) -> None:
    await channel.get_queue(queue.parked, ensure=True)
    await channel.get_queue(queue.name, ensure=True)
