"""The inbox: exactly one effect for each event, per (source, subject) in order, whatever the carrier does.

One batch is one transaction: lock the subjects' positions in sorted order; an old sequence is a duplicate and dropped;
the next one is handled; a later one, or any of a held subject, is put aside (deferred) until its turn. Effects, positions
and the events that handlers emit commit together. A batch that fails is rolled back and its events are taken one by one,
so that only the guilty one is retried or parked, and only its own subject waits.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog

from yimen.bus.breaker import Breaker
from yimen.bus.carrier import Message
from yimen.bus.describing import described
from yimen.bus.handlers import Handlers
from yimen.bus.metrics import BusMetrics
from yimen.bus.store import KEY_LENGTH, InboxStore, Position, Received
from yimen.bus.unit import Unit, Units
from yimen.contracts import Unreadable, check_body, read_event, read_meta
from yimen.contracts.envelope import Windows, storable
from yimen.db import is_contention, is_unavailable
from yimen.errors import Permanent, Transient, Unavailable
from yimen.tracing import Attributes, Kind, batch, span

log = structlog.get_logger()

INLINE_SECONDS = (0.05, 0.25, 1.0)
LATER_SECONDS = (5.0, 30.0, 300.0, 1800.0)
DEADLY_TRIES = 10  # begun and never ended; well beyond the ladder, since several replicas may count one wait at once
OUTAGE_SECONDS = 30.0  # between two tries of one event while everything fails
DEADLINE_SECONDS = 60.0


class Inbox:
    """One consumer's inbox. Any number of replicas may work on the same database."""

    def __init__(
        self,
        units: Units[Any],
        handlers: Handlers,
        consumer: str,
        metrics: BusMetrics,
        deadline: float = DEADLINE_SECONDS,
        inline: Sequence[float] = INLINE_SECONDS,
    ) -> None:
        self._units = units
        self._handlers = handlers
        self._metrics = metrics
        self._deadline = deadline
        self._inline = inline
        self.store = InboxStore(units.metadata, consumer)
        self.breaker = Breaker()

    async def process(self, messages: Sequence[Message], *, followers: bool = True) -> None:
        """Returns once every message is handled, deferred or parked, and that is committed.

        Without `followers`, what waited for these is left to `retry_due`: one of them may be what kills the process.
        Raises `Unavailable` when the database cannot be reached; then nothing may be acknowledged."""
        try:
            received, unreadable = _sort_out(messages, self._units.windows)
            if unreadable:
                await self._park_unreadable(unreadable)
            if received:
                await self._process(received, followers)
        except Exception as error:
            if is_unavailable(error):
                raise Unavailable(str(error)) from error
            raise

    async def retry_due(self, limit: int = 100) -> int:
        """Handles deferred events whose time has come, and what became contiguous without being noticed.

        How many it tried: while everything fails, one."""
        async with self._units.view() as view:
            due = await self.store.due(view, limit)
        for tried, received in enumerate(due, 1):
            if await self._begin_try(received):
                await self._one(received)
            if self.breaker.is_open:
                return tried
        return len(due)

    async def _begin_try(self, one: Received) -> bool:
        """Counted before it is tried, as a broker counts deliveries: one that kills the process is parked in the end."""
        async with self._units.begin() as unit:
            position = (await self.store.lock(unit, {one.subject}))[one.subject]
            tries = await self.store.count_try(unit, one)
            if tries > DEADLY_TRIES:
                await self._park(unit, one, "defect", RuntimeError("the process died each time while handling it"))
                await self.store.hold(unit, position)
        return 0 < tries <= DEADLY_TRIES

    # -- a batch in one transaction ---------------------------------------------------------------------------------

    async def _process(self, received: list[Received], followers: bool) -> None:
        try:
            with batch(Kind.CLIENT, f"receive {self.store.consumer}", *_links(received, self.store.consumer)):
                async with asyncio.timeout(self._deadline), self._units.begin() as unit:
                    await self._apply(unit, received, followers)
        except Exception as error:
            if is_unavailable(error):
                raise
            for one in received:
                await self._one(one)

    async def _apply(self, unit: Unit[Any], received: list[Received], followers: bool) -> None:
        positions = await self.store.lock(unit, {one.subject for one in received})
        late: list[Received] = []
        gapped: set[tuple[str, str]] = set()
        for one in sorted(received, key=lambda r: (r.subject, r.meta.sequence)):
            position = positions[one.subject]
            if one.meta.sequence <= position.last:
                self._metrics.duplicates.inc()
            elif one.meta.sequence == position.last + 1 and not position.held:
                await self._handle(unit, one)
                position.advance()
            else:
                late.append(one)
                gapped.add(one.subject)
        await self._defer(unit, late)
        if followers:
            await self._drain(unit, [positions[s] for s in positions if positions[s].moved or s in gapped])
        await self.store.save(unit, [p for p in positions.values() if p.moved])

    async def _defer(self, unit: Unit[Any], late: list[Received]) -> None:
        if late:
            self._metrics.deferred.inc(len(late))
            await self.store.defer(unit, late)

    async def _drain(self, unit: Unit[Any], positions: Iterable[Position]) -> None:
        """What became contiguous, in order. Anything at or below the position is a leftover and goes."""
        moved = [p for p in positions if not p.held]
        if not moved:
            return
        waiting = await self.store.deferred(unit, moved)
        done: list[Received] = []
        for position in moved:
            for one in waiting.get(position.subject, ()):
                if one.meta.sequence > position.last + 1:
                    break
                if one.meta.sequence == position.last + 1:
                    await self._handle(unit, one)
                    position.advance()
                done.append(one)
        await self.store.forget(unit, done)

    async def _handle(self, unit: Unit[Any], one: Received) -> None:
        handlers = self._handlers.of(one.meta.type)
        event = read_event(one.meta.type, one.message.body)
        check_body(event, one.meta)
        unit.before(one.meta)
        with self._step(one), self._metrics.handling.labels(one.meta.type).time():
            for handler in handlers:
                await handler(unit, event, one.meta)
        unit.after_commit(self._metrics.handled.labels(one.meta.type).inc)
        if handlers and not self.breaker.is_at_rest:  # what was only deferred or dropped proves nothing
            unit.after_commit(self.breaker.succeeded)

    @contextmanager
    def _step(self, one: Received) -> Iterator[None]:
        """Of the event's trace; every line logged inside says which event, and of which case."""
        meta = one.meta
        told = described(meta, one.message.key, "process") | {"messaging.consumer.group.name": self.store.consumer}
        bound: dict[str, Any] = {"event_type": meta.type, "event_id": str(meta.id), "subject": meta.subject}
        if meta.correlation_id is not None:
            bound["case_number"] = meta.correlation_id
        step = span(Kind.CONSUMER, f"process {meta.type}", meta.traceparent, told)
        with step, structlog.contextvars.bound_contextvars(**bound):
            yield

    # -- one event at a time, when a batch failed ---------------------------------------------------------------------

    async def _one(self, one: Received) -> None:
        """Handled, or kept for later, or parked; then its followers, each in a transaction of its own."""
        following: Received | None = one
        while following is not None:
            if not await self._attempt(following):
                return
            following = await self._next_of(following)

    async def _attempt(self, one: Received) -> bool:
        """True when its position moved. Transient: again after each of `inline`; a defect: once more."""
        delays = list(self._inline)
        defects = 1
        while True:
            try:
                async with asyncio.timeout(self._deadline), self._units.begin() as unit:
                    return await self._single(unit, one)
            except Exception as error:
                if is_unavailable(error):
                    raise
                again = isinstance(error, Transient | TimeoutError) or is_contention(error)
                self.breaker.failed(one.subject)
                if again and delays:
                    await asyncio.sleep(delays.pop(0))
                elif not again and not isinstance(error, Permanent | Unreadable) and defects:
                    defects -= 1
                else:
                    await self._set_aside(one, error, again=again)
                    return False

    async def _single(self, unit: Unit[Any], one: Received) -> bool:
        position = (await self.store.lock(unit, {one.subject}))[one.subject]
        if one.meta.sequence <= position.last:
            self._metrics.duplicates.inc()
            await self.store.forget(unit, [one])
            return False
        if one.meta.sequence > position.last + 1 or (position.held and not await self.store.is_due(unit, one)):
            await self._defer(unit, [one])
            return False
        await self._handle(unit, one)
        position.advance()
        await self.store.forget(unit, [one])
        await self.store.save(unit, [position])
        return True

    async def _next_of(self, one: Received) -> Received | None:
        async with self._units.view() as view:
            return await self.store.following(view, one)

    async def _set_aside(self, one: Received, error: Exception, *, again: bool) -> None:
        """Later, if it may succeed by itself and has tries left; else parked. The subject is held either way."""
        async with self._units.begin() as unit:
            position = (await self.store.lock(unit, {one.subject}))[one.subject]
            if one.meta.sequence <= position.last:
                return
            tries = max(1, await self.store.attempts(unit, one))  # the first, from the queue, was not counted
            if again and (self.breaker.is_open or tries <= len(LATER_SECONDS)):
                log.warning("event_retried_later", type=one.meta.type, subject=one.meta.subject, error=str(error))
                seconds, counted = _next_try(tries, outage=self.breaker.is_open)
                await self.store.postpone(unit, one, seconds, counted, repr(error))
            else:
                await self._park(unit, one, _kind_of(error, again=again), error)
            await self.store.hold(unit, position)

    async def _park(self, unit: Unit[Any], one: Received, kind: str, error: Exception) -> None:
        log.error("event_parked", type=one.meta.type, subject=one.meta.subject, kind=kind, exc_info=error)
        await self.store.park(unit, one.message, one.meta, kind, repr(error))
        await self.store.forget(unit, [one])  # else its wait, long over, would bring it back at once
        self._metrics.parked.labels(kind).inc()

    async def _park_unreadable(self, messages: list[tuple[Message, str]]) -> None:
        async with self._units.begin() as unit:
            for message, reason in messages:
                log.error("message_unreadable", key=message.key, reason=reason)
                await self.store.park(unit, message, None, "unreadable", reason)
                self._metrics.parked.labels("unreadable").inc()


def _next_try(tries: int, *, outage: bool) -> tuple[float, int]:
    """In how many seconds, and how many count so far. In an outage the last does not: it says nothing of the event."""
    return (OUTAGE_SECONDS, tries - 1) if outage else (LATER_SECONDS[tries - 1], tries)


def _kind_of(error: Exception, *, again: bool) -> str:
    if again:
        return "transient"
    if isinstance(error, Unreadable):
        return "unreadable"
    return "permanent" if isinstance(error, Permanent) else "defect"


def _links(received: list[Received], consumer: str) -> tuple[list[str | None], Attributes]:
    """What a batch is linked to, and what is said of it."""
    told: Attributes = {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "receive",
        "messaging.operation.type": "receive",
        "messaging.destination.name": consumer,
        "messaging.batch.message_count": len(received),
    }
    return [one.meta.traceparent for one in received], told


def _sort_out(messages: Sequence[Message], windows: Windows | None) -> tuple[list[Received], list[tuple[Message, str]]]:
    received: list[Received] = []
    unreadable: list[tuple[Message, str]] = []
    for message in messages:
        try:
            if len(message.key) > KEY_LENGTH or message.key != storable(message.key):
                raise Unreadable("the routing key is too long, or holds what is no character")
            received.append(Received(read_meta(message.key, message.headers, windows), message))
        except Unreadable as reason:
            unreadable.append((message, str(reason)))
    return received, unreadable
