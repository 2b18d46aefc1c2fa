"""The relay: carries the outbox to the carrier, one active per database.

Rows are deleted when the carrier confirms them, never flagged and never read by "seq > last": identity values commit
out of order, and rows would be skipped. No transaction is open while the carrier works. A crash between confirm and
delete publishes twice; inboxes drop the second.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import Row, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from yimen.bus.carrier import Carrier, Message, Publisher
from yimen.bus.describing import described
from yimen.bus.metrics import BusMetrics
from yimen.bus.unit import Units
from yimen.contracts import Meta
from yimen.db import is_contention, is_unavailable
from yimen.errors import CarrierDown
from yimen.tracing import Kind, now, past
from yimen.waiting import rest_until

log = structlog.get_logger()

BATCH = 200
FIRST_IDLE_SECONDS, LONGEST_IDLE_SECONDS = 0.25, 1.0
MEASURE_SECONDS = 5.0
STANDBY_SECONDS = 1.0
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.2, 5.0
REFUSED_SESSION_SECONDS = 5.0
"""How long a session is kept in which messages are refused. A full queue refuses in each new one too, at little cost.
But RabbitMQ (seen on 3.10.8) may refuse on one channel for ever: where the first publish to a quorum queue fell between
the death of its leader's node and the election, the channel goes on asking the dead node."""
_LEADER = 0x5245_4C41  # one relay a database: every service has a database of its own


class Relay:
    """Runs until it is told to stop; survives the carrier and the database going away."""

    def __init__(self, units: Units[Any], carrier: Carrier, metrics: BusMetrics) -> None:
        self._units = units
        self._carrier = carrier
        self._metrics = metrics
        self._outbox = units.metadata.tables["outbox"]
        self._resting: dict[int, float] = {}  # refused by the carrier, by the monotonic time until they rest
        self.wake = asyncio.Event()
        self.leads = False
        self._measured = 0.0
        self.connected = False
        self._stopping = asyncio.Event()
        units.alarms["outbox"].append(self.wake)

    def stop(self) -> None:
        self._stopping.set()
        self.wake.set()

    async def run(self) -> None:
        rest = FIRST_REST_SECONDS
        while not self._stopping.is_set():
            try:
                async with self._leadership() as conn, self._carrier.publisher() as publisher:
                    rest = FIRST_REST_SECONDS
                    self.connected = True
                    await self._pump(conn, publisher)
            except CarrierDown as down:
                log.warning("relay_session_ended", reason=str(down))
            except Exception as error:
                if is_unavailable(error):  # or sealed under a key that this process was not told
                    log.warning("database_unavailable", loop="relay", reason=str(error))
                elif not is_contention(error):
                    log.exception("relay_failed")
            finally:
                self.connected = False
            if not self._stopping.is_set():
                await rest_until(self._stopping, rest)
                rest = min(rest * 2, LONGEST_REST_SECONDS)

    @asynccontextmanager
    async def _leadership(self) -> AsyncIterator[AsyncConnection]:
        """The connection that holds the lock does the work: if it is cut, leadership ends with it.

        It never goes back to the pool: a lock that outlived its leader there would keep every other relay out."""
        async with self._units.database.read() as conn:
            try:
                if not self._units.database.is_sqlite:
                    await self._win(conn)
                self.leads = True
                yield conn
            finally:
                self.leads = False
                if not conn.closed:
                    await conn.invalidate()

    async def _win(self, conn: AsyncConnection) -> None:
        while not await conn.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": _LEADER}):
            await rest_until(self._stopping, STANDBY_SECONDS)
            if self._stopping.is_set():
                raise CarrierDown("stopping")

    async def _pump(self, conn: AsyncConnection, publisher: Publisher) -> None:
        """Woken by commits of its own process that say something; looks by itself, ever more seldom, for those of others."""
        idle = FIRST_IDLE_SECONDS
        renewal = time.monotonic() + REFUSED_SESSION_SECONDS
        while not self._stopping.is_set():
            self.wake.clear()
            rows = await self._next(conn)
            await self._measure()
            if rows:
                idle = FIRST_IDLE_SECONDS
                refused = await self._carry(conn, publisher, rows)
                if refused and time.monotonic() > renewal:
                    raise CarrierDown(f"{refused} messages refused: another session may be taken")
            else:
                publisher.check()
                await rest_until(self.wake, idle)
                idle = min(idle * 2, LONGEST_IDLE_SECONDS)

    async def _measure(self) -> None:
        """Depth and age of the outbox, for whoever scrapes the metrics."""
        if time.monotonic() < self._measured + MEASURE_SECONDS:
            return
        self._measured = time.monotonic()
        depth, oldest = await backlog(self._units)
        self._metrics.outbox_depth.set(depth)
        self._metrics.outbox_oldest.set(oldest)

    async def _next(self, conn: AsyncConnection) -> list[Row[Any]]:
        now = time.monotonic()
        self._resting = {seq: until for seq, until in self._resting.items() if until > now}
        query = select(self._outbox).order_by(self._outbox.c.seq).limit(BATCH)
        if self._resting:
            query = query.where(self._outbox.c.seq.not_in(self._resting))
        if not self._units.database.is_sqlite:
            return list(await conn.execute(query))
        async with self._units.database.read() as fresh:  # each read of SQLite's WAL needs a new snapshot
            return list(await fresh.execute(query))

    async def _carry(self, conn: AsyncConnection, publisher: Publisher, rows: list[Row[Any]]) -> int:
        """Publishes the rows and deletes what was confirmed; how many were refused."""
        began = now()
        confirmed = await publisher.publish([Message(row.key, row.headers, row.body) for row in rows])
        if began:
            _tell(rows, confirmed, began)
        done = [row.seq for row, ok in zip(rows, confirmed, strict=True) if ok]
        until = time.monotonic() + FIRST_REST_SECONDS * 5
        self._resting.update({row.seq: until for row, ok in zip(rows, confirmed, strict=True) if not ok})
        refused = len(rows) - len(done)
        self._metrics.published.inc(len(done))
        self._metrics.refused.inc(refused)
        if not done:
            await rest_until(self._stopping, FIRST_REST_SECONDS)
            return refused
        statement = delete(self._outbox).where(self._outbox.c.seq.in_(done))
        if self._units.database.is_sqlite:
            async with self._units.database.write() as writer:
                await writer.execute(statement)
        else:
            await conn.execute(statement)
        return refused


def _tell(rows: list[Row[Any]], confirmed: list[bool], began: int) -> None:
    """A span for each event that was sent: what lies between it and the event's making was spent in the outbox."""
    for row, ok in zip(rows, confirmed, strict=True):
        meta = Meta.from_headers(row.headers)
        told = described(meta, row.key, "send")
        failed = None if ok else "unconfirmed"
        past(Kind.CLIENT, f"send {meta.type}", meta.traceparent, told, began=began, failed=failed)


async def backlog(units: Units[Any]) -> tuple[int, float]:
    """How many events wait, and for how many seconds the oldest has."""
    outbox = units.metadata.tables["outbox"]
    async with units.view() as view:
        row = (await view.execute(select(func.count().label("n"), func.min(outbox.c.created_at).label("oldest")))).one()
    count, oldest = int(row.n), row.oldest
    return count, (max(0.0, (units.clock.now() - oldest).total_seconds()) if oldest else 0.0)
