"""Side effects after commit: SMS, webhooks, bank orders never run in a handler; the handler writes a row, a sender works it.

Guarantees: a job is done at least once and its outcome settled once; a sender killed between doing and recording does it
again under the same key, which is what the other side must recognise it by. Every attempt is kept with its answer.

The jobs of a kind may wait in queues, one for each other side: a queue that is slow keeps its own places only, and one
that fails again and again is left alone until it answers (yimen.queues).
"""

import asyncio
import time
from collections import Counter
from typing import Any

import structlog
from sqlalchemy import and_, bindparam, update

from yimen.attempts import Outcome, next_try
from yimen.bus.unit import Unit, Units
from yimen.db import is_contention, is_unavailable
from yimen.errors import Permanent, Transient
from yimen.jobs import Job, Senders, Trade
from yimen.queues import Claimed, Head, Queues
from yimen.tracing import Attributes, Kind, span
from yimen.waiting import rest_until

log = structlog.get_logger()

POLL_SECONDS = 0.5
LEASE_SECONDS = 30
ACT_SECONDS = 20.0
RECORD_SECONDS = (0.05, 0.25, 1.0, 3.0, 5.0)  # act and record end well inside the lease

Place = tuple[str, ...]
"""(kind,) or (kind, queue): what has room for so many jobs and no more."""


class SenderRunner:
    """Works the rows that are due, each kind with its own number at once. Any number of replicas: a claim is a lease.

    The lease is told by the service's clock: where that is moved past it, another replica may do the job as well."""

    def __init__(self, units: Units[Any], senders: Senders) -> None:
        self._units = units
        self._senders = senders
        tables = units.metadata.tables
        self._table = t = tables["outgoing"]
        self._attempts = tables["outgoing_attempts"]
        self._queues = Queues(t, tables["outgoing_queues"], LEASE_SECONDS)
        waits = and_(t.c.kind == bindparam("of_kind"), t.c.key == bindparam("of_key"), t.c.state == "waiting")
        self._end = update(t).where(waits).values(leased=False)
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._in_hand: dict[tuple[str, str, str], asyncio.Task[None]] = {}
        self._full: set[Place] = set()  # where something may wait for whoever ends
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
        async with self._units.view() as view:
            due = await self._queues.due(view, sorted(self._senders.trades))  # another version may know other kinds
        busy = self._busy()
        self._full = {place for head in due for place in _places(head)}  # who ends while we claim wakes us
        jobs: list[Claimed] = []
        if any(self._room(head, busy) for head in due):
            async with self._units.begin() as unit:
                for head in due:
                    jobs += await self._claim(unit, head, busy)
        self._full = {place for head in due for place in _places(head) if busy[place] >= self._most(head, place)}
        return [self._start(job) for job in jobs]

    def _busy(self) -> Counter[Place]:
        """How many are in hand, of each kind and of each queue."""
        return Counter(place for kind, queue, _key in self._in_hand for place in ((kind,), (kind, queue)))

    def _most(self, head: Head, place: Place) -> int:
        trade = self._senders.of(head.kind)
        if trade.each is None or len(place) == 1:
            return trade.at_once
        return trade.each if head.next_look is None else 1

    def _room(self, head: Head, busy: Counter[Place]) -> int:
        return max(0, min(self._most(head, place) - busy[place] for place in _places(head)))

    async def _claim(self, unit: Unit[Any], head: Head, busy: Counter[Place]) -> list[Claimed]:
        room = self._room(head, busy)
        if not room:
            return []
        mine = [key for kind, queue, key in self._in_hand if (kind, queue) == (head.kind, head.queue)]
        claimed = await self._queues.claim(unit, head, room, mine)
        busy.update(dict.fromkeys(_places(head), len(claimed)))
        return claimed

    def _start(self, claimed: Claimed) -> asyncio.Task[None]:
        kind, queue = claimed.head.kind, claimed.head.queue
        task = asyncio.create_task(self._work(claimed), name=f"{kind}:{claimed.key}")
        self._in_hand[kind, queue, claimed.key] = task
        task.add_done_callback(lambda done: self._finished(claimed, done))
        return task

    def _finished(self, claimed: Claimed, task: asyncio.Task[None]) -> None:
        kind, queue, key = claimed.head.kind, claimed.head.queue, claimed.key
        del self._in_hand[kind, queue, key]
        if not self._full.isdisjoint(_places(claimed.head)):
            self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("job_unrecorded", kind=kind, key=key, exc_info=error)  # done again when its lease is over

    # -- doing and recording --------------------------------------------------------------------------------------------

    async def _work(self, claimed: Claimed) -> None:
        job = Job(claimed.head.kind, claimed.key, claimed.payload, claimed.attempt)
        told: Attributes = {"yimen.job.kind": job.kind, "yimen.job.key": job.key, "yimen.job.attempt": job.attempt}
        bound = structlog.contextvars.bound_contextvars(job=job.kind, key=job.key)
        with span(Kind.CLIENT, f"job {job.kind}", claimed.traceparent, told) as step, bound:
            outcome = await self._act(job)
            if outcome.error is not None:
                step.fail(type(outcome.error).__name__)
            await self._keep(self._senders.of(job.kind), claimed, job, outcome)

    async def _act(self, job: Job) -> Outcome:
        trade = self._senders.of(job.kind)
        outcome = Outcome()
        started = time.monotonic()
        try:
            async with asyncio.timeout(ACT_SECONDS):
                outcome.answer = await trade.act(self._units.context, job)
        except Exception as failed:
            outcome.error = failed
            log.warning("job_failed", kind=job.kind, key=job.key, attempt=job.attempt, error=repr(failed))
        outcome.milliseconds = round(1000 * (time.monotonic() - started))
        return outcome

    async def _keep(self, trade: Trade, claimed: Claimed, job: Job, outcome: Outcome) -> None:
        """A database that is away is waited for. Where `settled` is broken the job ends unsettled: it was done, and
        doing it again for ever would not mend us."""
        for rest in (*RECORD_SECONDS, None):
            try:
                await self._record(trade, claimed, job, outcome)
            except Exception as broken:
                if not (is_unavailable(broken) or is_contention(broken) or isinstance(broken, Transient)):
                    log.exception("job_unsettled", kind=job.kind, key=job.key)
                    await self._record(None, claimed, job, Outcome(error=broken))
                    return
                if rest is None:
                    raise
                await asyncio.sleep(rest)
            else:
                return

    async def _record(self, trade: Trade | None, claimed: Claimed, job: Job, outcome: Outcome) -> None:
        """Without a trade: the outcome could not be settled, only kept."""
        error = outcome.error
        final = trade is None or error is None or isinstance(error, Permanent) or job.attempt > len(trade.ladder)
        mine = {"of_kind": job.kind, "of_key": job.key}
        async with self._units.begin() as unit:
            attempt = {"kind": job.kind, "key": job.key, "attempt": job.attempt, "at": unit.now}
            unit.add(self._attempts, attempt | outcome.kept())
            if trade is None:
                await unit.execute(self._end, mine | {"state": "unsettled"})
                return
            if trade.each is not None:
                await self._judge(unit, claimed, outcome)
            if not final:
                # Another replica that took it over after our lease knows better when to try again.
                retry = self._end.where(self._table.c.attempt == job.attempt)
                await unit.execute(retry, mine | {"run_at": next_try(trade.ladder, claimed, outcome, unit.now)})
            else:
                done = await unit.execute(self._end, mine | {"state": "given_up" if error else "done"})
                if done.rowcount:
                    await trade.settled(unit, job, outcome.answer, str(error) or repr(error) if error else None)

    async def _judge(self, unit: Unit[Any], claimed: Claimed, outcome: Outcome) -> None:
        """What the outcome says of the other side. Our own database's absence says nothing."""
        if outcome.error is None or isinstance(outcome.error, Permanent):
            if claimed.head.troubled:
                await self._queues.succeeded(unit, claimed.head)
        elif not is_unavailable(outcome.error):
            await self._queues.failed(unit, claimed, outcome.retry_after)


def _places(head: Head) -> tuple[Place, Place]:
    return (head.kind,), (head.kind, head.queue)
