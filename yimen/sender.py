"""Side effects after commit: SMS, webhooks, bank orders never run in a handler; the handler writes a row, a sender works it.

Guarantees: a job is done at least once and its outcome settled once; a sender killed between doing and recording does it
again under the same key, which is what the other side must recognise it by. Every attempt is kept with its answer.

A job's state: waiting, until it is done, given_up (the ladder used up, or Permanent) or unsettled (done or given up, but
its `settled` broke: a defect of ours, to be mended by a person).
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, bindparam, select, tuple_, update

from yimen.bus.unit import Unit, Units
from yimen.db import is_contention, is_unavailable
from yimen.errors import Permanent, Transient
from yimen.waiting import rest_until

log = structlog.get_logger()

POLL_SECONDS = 0.5
LEASE_SECONDS = 30
ACT_SECONDS = 20.0
RECORD_SECONDS = (0.05, 0.25, 1.0, 3.0, 5.0)  # act and record end well inside the lease
AT_ONCE = 10


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
    at_once: int


class Senders:
    """What a service can do outside, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Trade] = {}

    def add(self, kind: str, *, act: Act, settled: Settled, ladder: Sequence[float], at_once: int = AT_ONCE) -> None:
        """`ladder`: seconds between attempts; when it is used up the job is given up, and kept. `at_once`: how many jobs
        of this kind one process does side by side; slow ones take no other kind's place."""
        self._by_kind[kind] = Trade(act, settled, tuple(ladder), at_once)

    @property
    def trades(self) -> Mapping[str, Trade]:
        return self._by_kind

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
    unit.work_for.add("outgoing")
    await unit.execute(unit.insert(unit.table("outgoing")).on_conflict_do_nothing(), row)


async def send_again(unit: Unit[Any], kind: str, *, key: str) -> None:
    """A job that has ended, once more under the same key, its whole ladder before it."""
    table = unit.table("outgoing")
    unit.work_for.add("outgoing")
    afresh = {"state": "waiting", "run_at": unit.now, "attempt": 0}
    await unit.execute(update(table).where(table.c.kind == kind, table.c.key == key).values(afresh))


class SenderRunner:
    """Works the rows that are due, each kind with its own number at once. Any number of replicas: a claim is a lease.

    The lease is told by the service's clock: where that is moved past it, another replica may do the job as well."""

    def __init__(self, units: Units[Any], senders: Senders) -> None:
        self._units = units
        self._senders = senders
        self._table = units.metadata.tables["outgoing"]
        self._attempts = units.metadata.tables["outgoing_attempts"]
        t = self._table
        waits = and_(t.c.kind == bindparam("of_kind"), t.c.key == bindparam("of_key"), t.c.state == "waiting")
        self._end = update(t).where(waits)
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._in_hand: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._is_full = False  # something may wait for a place
        units.alarms["outgoing"].append(self._wake)

    def stop(self) -> None:
        """What is in hand is finished; nothing new is taken."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                if not await self._take_quietly():
                    await self._rest()
            await asyncio.gather(*self._in_hand.values(), return_exceptions=True)
        finally:
            for task in self._in_hand.values():
                task.cancel()
            await asyncio.gather(*self._in_hand.values(), return_exceptions=True)

    async def _rest(self) -> None:
        await rest_until(self._wake, POLL_SECONDS)

    async def _take_quietly(self) -> int:
        try:
            return len(await self._take())
        except Exception as error:
            if not (is_unavailable(error) or is_contention(error)):
                log.exception("sender_failed")
            return 0

    async def run_due(self) -> int:
        """Works everything that is due now; returns how many attempts that took."""
        worked = 0
        while tasks := await self._take():
            await asyncio.gather(*tasks)
            worked += len(tasks)
        return worked

    # -- claiming -------------------------------------------------------------------------------------------------------

    async def _take(self) -> list[asyncio.Task[None]]:
        """Starts what is due and has room."""
        room = self._room()
        self._is_full = len(room) < len(self._senders.trades)
        async with self._units.view() as view:
            kinds = set(await view.conn.scalars(select(self._table.c.kind).where(self._due(view.now, room)).distinct()))
        if not kinds:
            return []
        jobs: list[Job] = []
        async with self._units.begin() as unit:
            for kind in sorted(kinds):
                claimed = await self._claim(unit, kind, room[kind])
                self._is_full |= len(claimed) == room[kind]
                jobs += claimed
        return [self._start(job) for job in jobs]

    def _room(self) -> dict[str, int]:
        """How many more of each kind may be done at once, where any."""
        busy = Counter(kind for kind, _key in self._in_hand)
        free = {kind: trade.at_once - busy[kind] for kind, trade in self._senders.trades.items()}
        return {kind: count for kind, count in free.items() if count > 0}

    def _due(self, now: datetime, kinds: Iterable[str]) -> ColumnElement[bool]:
        """Of these kinds only: a replica of another version may know others."""
        t = self._table
        due = and_(t.c.state == "waiting", t.c.run_at <= now, t.c.kind.in_(list(kinds)))
        return and_(due, tuple_(t.c.kind, t.c.key).not_in(list(self._in_hand))) if self._in_hand else due

    async def _claim(self, unit: Unit[Any], kind: str, room: int) -> list[Job]:
        table = self._table
        free = (
            select(table.c.key)
            .where(self._due(unit.now, [kind]))
            .order_by(table.c.run_at, table.c.created_at)
            .limit(room)
            .with_for_update(skip_locked=True)
            .cte("free")  # as a subquery PostgreSQL may look again for each row, and take more than there is room for
        )
        lease = unit.now + timedelta(seconds=LEASE_SECONDS)
        claim = update(table).where(table.c.kind == kind, table.c.key.in_(select(free.c.key)))
        claim = claim.values(run_at=lease, attempt=table.c.attempt + 1)
        rows = await unit.execute(claim.returning(table.c.key, table.c.payload, table.c.attempt))
        return [Job(kind, row.key, row.payload, row.attempt) for row in rows]

    def _start(self, job: Job) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work(job), name=f"{job.kind}:{job.key}")
        self._in_hand[job.kind, job.key] = task
        task.add_done_callback(lambda done: self._finished(job, done))
        return task

    def _finished(self, job: Job, task: asyncio.Task[None]) -> None:
        del self._in_hand[job.kind, job.key]
        if self._is_full:
            self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("job_unrecorded", kind=job.kind, key=job.key, exc_info=error)  # done again when its lease is over

    # -- doing and recording --------------------------------------------------------------------------------------------

    async def _work(self, job: Job) -> None:
        trade = self._senders.of(job.kind)
        answer: Answer | None = None
        error: Exception | None = None
        try:
            async with asyncio.timeout(ACT_SECONDS):
                answer = await trade.act(self._units.context, job)
        except Exception as failed:
            error = failed
            log.warning("job_failed", kind=job.kind, key=job.key, attempt=job.attempt, error=repr(error))
        await self._keep(trade, job, answer, error)

    async def _keep(self, trade: Trade, job: Job, answer: Answer | None, error: Exception | None) -> None:
        """A database that is away is waited for. Where `settled` is broken the job ends unsettled: it was done, and
        doing it again for ever would not mend us."""
        for rest in (*RECORD_SECONDS, None):
            try:
                await self._record(trade, job, answer, error)
            except Exception as broken:
                if not (is_unavailable(broken) or is_contention(broken) or isinstance(broken, Transient)):
                    log.exception("job_unsettled", kind=job.kind, key=job.key)
                    await self._record(None, job, None, broken)
                    return
                if rest is None:
                    raise
                await asyncio.sleep(rest)
            else:
                return

    async def _record(self, trade: Trade | None, job: Job, answer: Answer | None, error: Exception | None) -> None:
        """Without a trade: the outcome could not be settled, only kept."""
        final = trade is None or error is None or isinstance(error, Permanent) or job.attempt > len(trade.ladder)
        mine = {"of_kind": job.kind, "of_key": job.key}
        async with self._units.begin() as unit:
            attempt = {"kind": job.kind, "key": job.key, "attempt": job.attempt, "at": unit.now}
            unit.add(self._attempts, attempt | {"answer": answer, "error": repr(error) if error else None})
            if trade is None:
                await unit.execute(self._end, mine | {"state": "unsettled"})
            elif not final:
                # Another replica that took it over after our lease knows better when to try again.
                retry = self._end.where(self._table.c.attempt == job.attempt)
                await unit.execute(retry, mine | {"run_at": unit.now + _wait_after(trade, job)})
            else:
                done = await unit.execute(self._end, mine | {"state": "given_up" if error else "done"})
                if done.rowcount:
                    await trade.settled(unit, job, answer, str(error) or repr(error) if error else None)


def _wait_after(trade: Trade, job: Job) -> timedelta:
    return timedelta(seconds=trade.ladder[job.attempt - 1] * random.uniform(1.0, 1.1))  # noqa: S311 - jitter
