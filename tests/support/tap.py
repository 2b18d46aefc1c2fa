"""A carrier seen through: every event that was published, and who has not handled which yet.

Wraps any carrier and changes nothing. What a queue chooses is told from its bindings, not from what was delivered, so a
carrier that loses something is found out.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sqlalchemy import func, select

from yimen.bus import Carrier, Message, Queue
from yimen.bus.carrier import Publisher, Subscriber
from yimen.bus.local import matches
from yimen.contracts import Meta
from yimen.service import Service

Subject = tuple[str, str]


def chosen(queue: Queue, messages: Iterable[Message]) -> list[Message]:
    """The messages that the queue's bindings choose, in the same order."""
    return [message for message in messages if any(matches(binding, message.key) for binding in queue.bindings)]


class _TappedPublisher:
    def __init__(self, inner: Publisher, tap: "TappedCarrier") -> None:
        self._inner = inner
        self._tap = tap

    async def publish(self, messages: Sequence[Message]) -> list[bool]:
        for message in messages:
            self._tap.seen.setdefault(Meta.from_headers(message.headers).id, message)
        return await self._inner.publish(messages)

    def check(self) -> None:
        self._inner.check()


class TappedCarrier:
    """`messages`: each event once, in the order in which it was first published. Replicas may share what was `seen`."""

    def __init__(self, inner: Carrier, seen: dict[Any, Message] | None = None) -> None:
        self._inner = inner
        self.seen = {} if seen is None else seen

    @property
    def messages(self) -> list[Message]:
        return list(self.seen.values())

    async def declare(self, queue: Queue) -> None:
        await self._inner.declare(queue)

    @asynccontextmanager
    async def publisher(self) -> AsyncIterator[Publisher]:
        async with self._inner.publisher() as inner:
            yield _TappedPublisher(inner, self)

    def subscriber(self, queue: Queue) -> AbstractAsyncContextManager[Subscriber]:
        return self._inner.subscriber(queue)

    def ends(self, queue: Queue) -> dict[Subject, int]:
        """How far this queue's consumer has to come, by (source, subject)."""
        ends: dict[Subject, int] = {}
        for meta in map(meta_of, chosen(queue, self.messages)):
            ends[meta.source, meta.subject] = max(meta.sequence, ends.get((meta.source, meta.subject), 0))
        return ends

    async def caught_up(self, services: Iterable[Service[Any]], patience: float = 60) -> None:
        """Until nothing waits to be published and everybody has handled everything. Raises with what is missing."""
        left: dict[str, Any] = {}
        try:
            async with asyncio.timeout(patience):
                while left := {s.instance: found for s in services if (found := await self._left(s))}:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not handled, or not published: {left}") from None

    async def _left(self, service: Service[Any]) -> dict[Any, Any]:
        positions, outbox = (service.units.metadata.tables[name] for name in ("inbox_position", "outbox"))
        async with service.units.view() as view:
            waiting = (await view.execute(select(func.count()).select_from(outbox))).scalar_one()
            rows = await view.execute(select(positions).where(positions.c.consumer == service.instance))
            stand = {(row.source, row.subject): row.last_sequence for row in rows}
        missing: dict[Any, Any] = {
            subject: (stand.get(subject, 0), end)
            for subject, end in self.ends(service.queue).items()
            if stand.get(subject, 0) < end
        }
        return missing | ({"outbox": waiting} if waiting else {})


def meta_of(message: Message) -> Meta:
    return Meta.from_headers(message.headers)
