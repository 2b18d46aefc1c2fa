"""A carrier in process that keeps no order: it delays, reorders, doubles, refuses, forgets acknowledgements, cuts sessions.

Everything that it confirmed arrives at least once, as on any broker; nothing else is promised. Each queue throws its own
dice, seeded. The seed repeats the dice, not the machine's scheduling: a failure may need several runs to come back.
"""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from tests.support.tap import meta_of
from yimen.bus import Message, Queue
from yimen.bus.carrier import DELIVERY_LIMIT, Incoming
from yimen.bus.local import matches
from yimen.errors import CarrierDown

RETURNS = DELIVERY_LIMIT // 2  # so often one delivery may come back; more would be a poison's fate, not chaos


@dataclass(frozen=True)
class Dice:
    """Shares of 1, and the mean delay in seconds; a tenth of the deliveries waits ten times as long."""

    delay: float = 0.03
    double: float = 0.2
    refuse: float = 0.1
    unacknowledge: float = 0.15
    cut: float = 0.03


@dataclass
class Tally:
    """What the chaos came to, so that a test can tell that there was any."""

    delivered: int = 0
    out_of_order: int = 0
    again: int = 0
    refused: int = 0
    cut: int = 0


class _ChaosQueue:
    def __init__(self, spec: Queue, carrier: "ChaosCarrier") -> None:
        self.spec = spec
        self.carrier = carrier
        self.random = random.Random(f"{carrier.seed}/{spec.name}")
        self._heap: list[tuple[float, int, Incoming]] = []
        self._numbers = count()
        self._arrived = asyncio.Event()
        self._newest: dict[tuple[str, str], int] = {}
        self._known: set[tuple[str, str, int]] = set()

    def put(self, incoming: Incoming) -> None:
        delay = self.random.expovariate(1 / self.carrier.dice.delay) * self.random.choice([10, *[1] * 9])
        ripe = asyncio.get_running_loop().time() + delay
        heapq.heappush(self._heap, (ripe, next(self._numbers), incoming))
        self._arrived.set()

    async def ripe(self, limit: int) -> list[Incoming]:
        """At least one delivery, in no order."""
        now = asyncio.get_running_loop().time
        while not self._heap or self._heap[0][0] > now():
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(self._heap[0][0] if self._heap else None):
                    await self._arrived.wait()
            except TimeoutError:
                continue
        taken: list[Incoming] = []
        while self._heap and self._heap[0][0] <= now() and len(taken) < limit:
            taken.append(heapq.heappop(self._heap)[2])
        self.random.shuffle(taken)
        for incoming in taken:
            self._count(incoming)
        return taken

    def _count(self, incoming: Incoming) -> None:
        meta, tally = meta_of(incoming.message), self.carrier.tally
        key = (meta.source, meta.subject, meta.sequence)
        before = self._newest.get(key[:2], 0)
        tally.delivered += 1
        tally.again += key in self._known
        tally.out_of_order += key not in self._known and meta.sequence != before + 1
        self._known.add(key)
        self._newest[key[:2]] = max(before, meta.sequence)


class _ChaosSubscriber:
    def __init__(self, queue: _ChaosQueue) -> None:
        self._queue = queue
        self._taken: list[Incoming] = []

    async def batch(self, limit: int, within: float) -> list[Incoming]:
        queue = self._queue
        if queue.random.random() < queue.carrier.dice.cut:
            queue.carrier.tally.cut += 1
            raise CarrierDown("the session was cut")
        batch = await queue.ripe(queue.random.randint(1, limit))
        self._taken += batch
        return batch

    async def settle(self, batch: Sequence[Incoming]) -> None:
        """What the handlers committed, the broker may not learn."""
        for incoming in batch:
            self._taken.remove(incoming)
            if self._queue.random.random() < self._queue.carrier.dice.unacknowledge:
                self._return(incoming)

    def _return(self, incoming: Incoming) -> None:
        if incoming.deliveries < RETURNS:
            incoming.deliveries += 1
            self._queue.put(incoming)

    def close(self) -> None:
        for incoming in self._taken:
            incoming.deliveries = min(incoming.deliveries + 1, RETURNS)
            self._queue.put(incoming)
        self._taken.clear()


class _ChaosPublisher:
    def __init__(self, carrier: "ChaosCarrier") -> None:
        self._carrier = carrier

    async def publish(self, messages: Sequence[Message]) -> list[bool]:
        return [self._carrier.take(message) for message in messages]

    def check(self) -> None:
        """In process the carrier is always there."""


class ChaosCarrier:
    def __init__(self, seed: int, dice: Dice | None = None) -> None:
        self.seed = seed
        self.dice = dice or Dice()
        self.tally = Tally()
        self._random = random.Random(f"{seed}/publisher")
        self._queues: dict[str, _ChaosQueue] = {}

    def take(self, message: Message) -> bool:
        """Refused: half of the time it arrives nevertheless, as after a confirm that was lost."""
        refused = self._random.random() < self.dice.refuse
        if not refused or self._random.random() < 0.5:
            for queue in self._queues.values():
                if any(matches(binding, message.key) for binding in queue.spec.bindings):
                    for _ in range(1 + (queue.random.random() < self.dice.double)):
                        queue.put(Incoming(message))
        self.tally.refused += refused
        return not refused

    async def declare(self, queue: Queue) -> None:
        self._queues.setdefault(queue.name, _ChaosQueue(queue, self)).spec = queue

    @asynccontextmanager
    async def publisher(self) -> AsyncIterator[_ChaosPublisher]:
        yield _ChaosPublisher(self)

    @asynccontextmanager
    async def subscriber(self, queue: Queue) -> AsyncIterator[_ChaosSubscriber]:
        await self.declare(queue)
        subscriber = _ChaosSubscriber(self._queues[queue.name])
        try:
            yield subscriber
        finally:
            subscriber.close()
