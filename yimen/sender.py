"""Side effects after commit: SMS, webhooks, bank orders never run in a handler; the handler writes a row, a sender works it.

Guarantees: a job is done at least once and its outcome recorded once; a sender killed between doing and recording does it
again under the same key, which is what the other side must recognise it by. Every attempt is kept with its answer.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, and_, func, insert, select, tuple_, update

from yimen.bus.unit import Unit, Units
from yimen.db import is_contention, is_unavailable
from yimen.errors import Permanent

log = structlog.get_logger()

POLL_SECONDS = 0.5
LEASE_SECONDS = 60
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do outside; `attempt` counts from 1."""

    kind: str
    key: str
    payload: dict[str, Any]
    attempt: int


Answer = dict[str, Any]
Act = Callable[[Any, Job], Awaitable[Answer]]
Settled = Callable[[Unit[Any], Job, Answer | None, str | None], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Trade:
    act: Act
    settled: Settled
    ladder: Sequence[float]


class Senders:
    """What a service can do outside, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Trade] = {}

    def add(self, kind: str, *, act: Act, settled: Settled, ladder: Sequence[float]) -> None:
        """`ladder`: seconds between attempts; when it is used up the job is given up, and kept."""
        self._by_kind[kind] = Trade(act, settled, tuple(ladder))

    def of(self, kind: str) -> Trade:
        return self._by_kind[kind]

    def __bool__(self) -> bool:
        return bool(self._by_kind)


async def send_later(
    unit: Unit[Any], kind: str, *, key: str, payload: dict[str, Any], not_before: datetime | None = None
) -> None:
    """Once for each (kind, key): asking again changes nothing."""
    row = {"kind": kind, "key": key, "payload": payload, "attempt": 0, "state": "waiting"}
    row |= {"run_at": not_before or unit.now, "created_at": unit.now}
    await unit.execute(unit.insert(unit.table("outgoing")).values(row).on_conflict_do_nothing())


class SenderRunner:
    """Works the rows that are due. Any number of replicas: a claim is a lease."""

    def __init__(self, units: Units[Any], senders: Senders) -> None:
        self._units = units
        self._senders = senders
        self._table = units.metadata.tables["outgoing"]
        self._attempts = units.metadata.tables["outgoing_attempts"]
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        units.woken.append(self._wake)

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                worked = await self.run_due()
            except Exception as error:
                if not (is_unavailable(error) or is_contention(error)):
                    log.exception("sender_failed")
                worked = 0
            if not worked and not self._stopping.is_set():
                try:
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def run_due(self) -> int:
        """One round of what is due now; returns how many jobs it worked."""
        async with self._units.view() as view:
            waiting = self._table.c.state == "waiting"
            earliest = await view.conn.scalar(select(func.min(self._table.c.run_at)).where(waiting))
        if earliest is None or earliest > self._units.clock.now():
            return 0
        jobs = await self._claim()
        await asyncio.gather(*(self._work(job) for job in jobs))
        return len(jobs)

    async def _claim(self) -> list[Job]:
        table = self._table
        async with self._units.begin() as unit:
            query = (
                select(table)
                .where(table.c.state == "waiting", table.c.run_at <= unit.now)
                .order_by(table.c.run_at, table.c.created_at)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            rows: Sequence[Row[Any]] = (await unit.execute(query)).all()
            if rows:
                lease = unit.now + timedelta(seconds=LEASE_SECONDS)
                mine = tuple_(table.c.kind, table.c.key).in_([(row.kind, row.key) for row in rows])
                await unit.execute(update(table).where(mine).values(run_at=lease, attempt=table.c.attempt + 1))
        return [Job(row.kind, row.key, row.payload, row.attempt + 1) for row in rows]

    async def _work(self, job: Job) -> None:
        trade = self._senders.of(job.kind)
        answer: Answer | None = None
        error: Exception | None = None
        try:
            async with asyncio.timeout(LEASE_SECONDS / 2):
                answer = await trade.act(self._units.context, job)
        except Exception as failed:
            error = failed
        await self._record(trade, job, answer, error)

    async def _record(self, trade: Trade, job: Job, answer: Answer | None, error: Exception | None) -> None:
        final = error is None or isinstance(error, Permanent) or job.attempt > len(trade.ladder)
        async with self._units.begin() as unit:
            row = {"kind": job.kind, "key": job.key, "attempt": job.attempt, "at": unit.now}
            await unit.execute(
                insert(self._attempts), row | {"answer": answer, "error": repr(error) if error else None}
            )
            changes: dict[str, Any] = {"state": "given_up" if error else "done"}
            if not final:
                wait = trade.ladder[job.attempt - 1] * random.uniform(1.0, 1.1)  # noqa: S311 - jitter
                changes = {"run_at": unit.now + timedelta(seconds=wait)}
            mine = and_(self._table.c.kind == job.kind, self._table.c.key == job.key)
            await unit.execute(update(self._table).where(mine).values(changes))
            if final:
                await trade.settled(unit, job, answer, str(error) if error else None)
        if error is not None:
            log.warning("job_failed", kind=job.kind, key=job.key, attempt=job.attempt, final=final, error=repr(error))
