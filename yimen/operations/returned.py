"""Messages that the broker set aside: each was delivered twenty times and never settled, as what kills its worker is.

They wait in the queue `<consumer>.parked`. Reading them there would count as a delivery, so they are brought home first:
into the consumer's own parking, where they are shown, replayed or skipped like any other.

Guarantees: a message leaves the broker after it is stored here; a crash in between brings it again, and it is known.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity
from sqlalchemy import and_, select

from yimen.bus import Message, Queue, Unit, Units
from yimen.bus.carrier import DELIVERY_LIMIT
from yimen.bus.store import InboxStore
from yimen.contracts import Meta, Unreadable, read_meta
from yimen.contracts.envelope import HEADER_PREFIX
from yimen.errors import CarrierDown
from yimen.operations.acts import By, record

CONNECT_SECONDS = 10.0
REASON = f"delivered {DELIVERY_LIMIT} times and never settled: it may end whoever handles it"


class NoSuchQueue(LookupError):
    """The broker has no queue of that name."""


@dataclass
class Brought:
    """What became of them: parked here, known here already, or handled long ago."""

    parked: int = 0
    known: int = 0
    handled: int = 0


@asynccontextmanager
async def _queue(bus_url: str, consumer: str) -> AsyncIterator[AbstractQueue]:
    name = Queue(consumer, ()).parked
    try:
        async with await aio_pika.connect(bus_url, timeout=CONNECT_SECONDS) as connection:
            channel = await connection.channel()
            yield await channel.get_queue(name, ensure=True)
    except ChannelNotFoundEntity as missing:
        raise NoSuchQueue(f"the broker has no queue {name}") from missing
    except (*CONNECTION_EXCEPTIONS, TimeoutError) as lost:
        raise CarrierDown(f"the broker cannot be reached: {type(lost).__name__}") from lost


async def returned_count(bus_url: str, consumer: str) -> int:
    """How many wait in the broker. Touches none of them. Raises `NoSuchQueue`, `CarrierDown`."""
    async with _queue(bus_url, consumer) as queue:
        return queue.declaration_result.message_count or 0


async def bring_back(bus_url: str, consumer: str, units: Units[Any], by: By) -> Brought:
    """All that wait now, each in a transaction of its own. Raises `NoSuchQueue`, `CarrierDown`."""
    brought = Brought()
    async with _queue(bus_url, consumer) as queue:
        while (amqp := await queue.get(fail=False)) is not None:
            async with units.begin() as unit:
                outcome = await _take_in(unit, consumer, _from_amqp(amqp), by)
            await amqp.ack()
            setattr(brought, outcome, getattr(brought, outcome) + 1)
    return brought


def _from_amqp(amqp: AbstractIncomingMessage) -> Message:
    """Under the key that it was published with, which the broker keeps in x-death."""
    headers = {name: str(value) for name, value in amqp.headers.items() if name.startswith(HEADER_PREFIX)}
    deaths: Any = amqp.headers.get("x-death") or [{}]
    keys = deaths[0].get("routing-keys") or [amqp.routing_key or ""]
    return Message(str(keys[0]), headers, amqp.body)


async def _take_in(unit: Unit[Any], consumer: str, message: Message, by: By) -> str:
    """The name of the field of `Brought` that counts it."""
    store = InboxStore(unit.table("inbox_parked").metadata, consumer)
    try:
        meta = read_meta(message.key, message.headers, unit.windows)
    except Unreadable as reason:
        await store.park(unit, message, None, "unreadable", str(reason))
        await record(unit, by, "bring_back", "queue", consumer, {"key": message.key})
        return "parked"
    position = (await store.lock(unit, {(meta.source, meta.subject)}))[meta.source, meta.subject]
    if meta.sequence <= position.last:
        return "handled"
    if await _is_known(unit, consumer, meta):
        return "known"
    await store.park(unit, message, meta, "poison", REASON)
    if meta.sequence == position.last + 1:
        await store.hold(unit, position)
    was = {"source": meta.source, "subject": meta.subject, "sequence": meta.sequence}
    await record(unit, by, "bring_back", "queue", consumer, was)
    return "parked"


async def _is_known(unit: Unit[Any], consumer: str, meta: Meta) -> bool:
    k = unit.table("inbox_parked")
    same = and_(k.c.consumer == consumer, k.c.source == meta.source, k.c.subject == meta.subject)
    query = select(k.c.id).where(same, k.c.sequence == meta.sequence, k.c.resolution.is_(None)).limit(1)
    return (await unit.execute(query)).first() is not None
