"""The worker: takes a queue's deliveries to the inbox in batches, and tells the carrier when they are safe.

Crash-only: whatever ends the session (connection lost, consumer cancelled, queue deleted) a new one starts from nothing.
The first transaction of a session has one message, the next two, then four: a message that kills the process takes few
innocents with it. What has come back three times is handled alone, after everything else. While everything fails the
breaker takes one message at a time, so that an outage does not fill the parking.
"""

import asyncio
import random
import time

import structlog

from yimen.bus.carrier import Carrier, Incoming, Queue, Subscriber
from yimen.bus.inbox import Inbox
from yimen.bus.metrics import BusMetrics
from yimen.errors import CarrierDown, Unavailable
from yimen.waiting import rest_until

log = structlog.get_logger()

BATCH = 200
WITHIN_SECONDS = 0.02
SUSPICIOUS_DELIVERIES = 3
RETRY_SECONDS = 1.0
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.2, 5.0


class Worker:
    """One consumer of one queue; any number of replicas may compete."""

    def __init__(self, carrier: Carrier, queue: Queue, inbox: Inbox, metrics: BusMetrics) -> None:
        self._carrier = carrier
        self._queue = queue
        self._inbox = inbox
        self._metrics = metrics
        self._stopping = asyncio.Event()
        self.connected = False

    def stop(self) -> None:
        """The batch in hand is finished; nothing new is taken."""
        self._stopping.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._consume())
            group.create_task(self._retry())

    async def _consume(self) -> None:
        rest = FIRST_REST_SECONDS
        while not self._stopping.is_set():
            try:
                async with self._carrier.subscriber(self._queue) as subscriber:
                    rest = FIRST_REST_SECONDS
                    self._connect(True)
                    await self._session(subscriber)
            except CarrierDown as down:
                log.warning("session_ended", queue=self._queue.name, reason=str(down))
            except Exception:
                log.exception("session_failed", queue=self._queue.name)
            finally:
                self._connect(False)
            if not self._stopping.is_set():
                await self._rest(rest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                rest = min(rest * 2, LONGEST_REST_SECONDS)

    def _connect(self, connected: bool) -> None:
        self.connected = connected
        self._metrics.connected.set(connected)

    async def _rest(self, seconds: float) -> None:
        await rest_until(self._stopping, seconds)

    async def _session(self, subscriber: Subscriber) -> None:
        size = 1
        while not self._stopping.is_set():
            batch = await self._next(subscriber, 1 if self._inbox.breaker.is_open else BATCH)
            if not batch:
                return
            innocents, suspects = _by_suspicion(batch)
            while innocents:
                part, innocents = innocents[:size], innocents[size:]
                await self._settle(subscriber, part)
                size = min(size * 2, BATCH)
            for suspect in suspects:
                await self._settle(subscriber, [suspect])

    async def _settle(self, subscriber: Subscriber, part: list[Incoming]) -> None:
        await self._handle(part)
        await subscriber.settle(part)

    async def _next(self, subscriber: Subscriber, limit: int) -> list[Incoming]:
        """The next batch, or nothing when it is time to stop."""
        taking = asyncio.ensure_future(subscriber.batch(limit, WITHIN_SECONDS))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() else []
        finally:
            for task in (taking, stopping):
                task.cancel()
            await asyncio.gather(taking, stopping, return_exceptions=True)

    async def _handle(self, batch: list[Incoming]) -> None:
        """Waits out a database that is down: nothing is acknowledged meanwhile."""
        rest = FIRST_REST_SECONDS
        followers = batch[0].deliveries < SUSPICIOUS_DELIVERIES
        while True:
            started = time.perf_counter()
            try:
                await self._inbox.process([incoming.message for incoming in batch], followers=followers)
            except Unavailable as reason:
                log.warning("database_unavailable", queue=self._queue.name, reason=str(reason))
                if self._stopping.is_set():
                    raise CarrierDown("stopping while the database is down") from reason
                await self._rest(rest)
                rest = min(rest * 2, LONGEST_REST_SECONDS)
            else:
                self._metrics.batch.observe(len(batch))
                self._metrics.seconds.observe(time.perf_counter() - started)
                return

    async def _retry(self) -> None:
        while not self._stopping.is_set():
            await self._rest(RETRY_SECONDS)
            if self._stopping.is_set():
                return
            try:
                await self._inbox.retry_due()
            except Exception as error:
                log.warning("retry_postponed", queue=self._queue.name, reason=repr(error))


def _by_suspicion(batch: list[Incoming]) -> tuple[list[Incoming], list[Incoming]]:
    """Innocents, and deliveries that have come back three times: each of these is handled alone, last.

    A crash counts against everything that was delivered, so most suspects are innocent too. In an order of chance each
    settles in one of the next sessions; in the queue's order a killer at its head would take all others with it."""
    innocents = [incoming for incoming in batch if incoming.deliveries < SUSPICIOUS_DELIVERIES]
    suspects = [incoming for incoming in batch if incoming.deliveries >= SUSPICIOUS_DELIVERIES]
    random.shuffle(suspects)
    return innocents, suspects
