"""The carrier inside one process: same protocol, same promises, no broker.

"Published" means settled by every subscriber, so an outbox row goes only after the handlers committed: it needs no
durability of its own, and a killed process starts again from its outboxes. What came back too often is parked in memory
and refused from then on, so that its row stays in its outbox too.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from yimen.bus.carrier import DELIVERY_LIMIT, Incoming, Message, Queue
from yimen.contracts.envelope import HEADER_PREFIX
from yimen.errors import CarrierDown

SETTLE_SECONDS = 5.0  # a publisher waits no longer for a slow subscriber; asking again joins the wait for the first


def matches(binding: str, key: str) -> bool:
    """AMQP topic matching: `*` is one word, `#` is any number of words."""
    return _match(binding.split("."), key.split("."))


def _match(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(_match(pattern[1:], words[n:]) for n in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and _match(pattern[1:], words[1:])


@dataclass(eq=False)
class _Pending:
    incoming: Incoming
    settled: asyncio.Future[bool]


@dataclass(eq=False)
class _LocalQueue:
    spec: Queue
    ready: deque[_Pending] = field(default_factory=deque)
    known: OrderedDict[str, _Pending] = field(default_factory=OrderedDict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    parked: dict[str, Message] = field(default_factory=dict)

    def put(self, message: Message) -> asyncio.Future[bool]:
        """A message that still waits here is not put twice: the publisher joins the wait for the first."""
        key = _key(message)
        pending = self.known.get(key)
        if pending is None:
            pending = _Pending(Incoming(message), asyncio.get_running_loop().create_future())
            if key in self.parked:
                pending.settled.set_result(False)
                return pending.settled
            self.known[key] = pending
            pending.settled.add_done_callback(lambda _: self.known.pop(key, None))
            self.ready.append(pending)
            self.arrived.set()
        return pending.settled


def _key(message: Message) -> str:
    return message.headers.get(HEADER_PREFIX + "id") or f"{message.key} {hash(message.body)}"


class LocalSubscriber:
    def __init__(self, queue: _LocalQueue) -> None:
        self._queue = queue
        self._taken: dict[int, _Pending] = {}
        self.closed = False

    async def batch(self, limit: int, within: float) -> list[Incoming]:
        queue = self._queue
        while True:
            self._check()
            if not queue.ready:
                queue.arrived.clear()
                await queue.arrived.wait()
            elif len(queue.ready) < limit:
                await asyncio.sleep(within)
            self._check()
            if queue.ready:  # a rival may have been quicker
                return [self._take() for _ in range(min(limit, len(queue.ready)))]

    def _check(self) -> None:
        if self.closed:
            raise CarrierDown("the session was closed")

    def _take(self) -> Incoming:
        pending = self._queue.ready.popleft()
        self._taken[id(pending.incoming)] = pending
        return pending.incoming

    async def settle(self, batch: Sequence[Incoming]) -> None:
        for incoming in batch:
            pending = self._taken.pop(id(incoming), None)
            if pending and not pending.settled.done():
                pending.settled.set_result(True)

    def give_back(self) -> None:
        """What was taken and not settled is delivered again, up to the limit, then parked."""
        for pending in reversed(self._taken.values()):
            pending.incoming.deliveries += 1
            if pending.incoming.deliveries > DELIVERY_LIMIT:
                self._queue.parked[_key(pending.incoming.message)] = pending.incoming.message
                pending.settled.set_result(False)
            else:
                self._queue.ready.appendleft(pending)
        self._taken.clear()
        self._queue.arrived.set()


class LocalPublisher:
    def __init__(self, carrier: "LocalCarrier") -> None:
        self._carrier = carrier

    async def publish(self, messages: Sequence[Message]) -> list[bool]:
        waits = [self._carrier.route(message) for message in messages]
        everything = {future for futures in waits for future in futures}
        if everything:
            await asyncio.wait(everything, timeout=self._carrier.settle_seconds)
        return [all(future.done() and future.result() for future in futures) for futures in waits]

    def check(self) -> None:
        """In process the carrier is always there."""


class LocalCarrier:
    """Queues in memory. Ships with the product: the embedded hall runs on it, and so do most tests."""

    def __init__(self, settle_seconds: float = SETTLE_SECONDS) -> None:
        self._queues: dict[str, _LocalQueue] = {}
        self._sessions: dict[str, list[LocalSubscriber]] = {}
        self.settle_seconds = settle_seconds
        self.unrouted = 0

    def route(self, message: Message) -> list[asyncio.Future[bool]]:
        chosen = [q for q in self._queues.values() if any(matches(b, message.key) for b in q.spec.bindings)]
        self.unrouted += not chosen
        return [queue.put(message) for queue in chosen]

    async def declare(self, queue: Queue) -> None:
        self._queues.setdefault(queue.name, _LocalQueue(queue)).spec = queue

    @asynccontextmanager
    async def publisher(self) -> AsyncIterator[LocalPublisher]:
        yield LocalPublisher(self)

    @asynccontextmanager
    async def subscriber(self, queue: Queue) -> AsyncIterator[LocalSubscriber]:
        await self.declare(queue)
        subscriber = LocalSubscriber(self._queues[queue.name])
        self._sessions.setdefault(queue.name, []).append(subscriber)
        try:
            yield subscriber
        finally:
            subscriber.closed = True
            self._sessions[queue.name].remove(subscriber)
            subscriber.give_back()

    def end_sessions(self, queue: str) -> None:
        """What a broker does when it cancels a consumer; its worker starts a new session."""
        for subscriber in self._sessions.get(queue, ()):
            subscriber.closed = True
            self._queues[queue].arrived.set()

    def parked(self, queue: str) -> list[Message]:
        return list(self._queues[queue].parked.values())
