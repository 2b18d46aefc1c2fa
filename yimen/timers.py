"""Durable timers: what must happen at an instant is a row, set and cancelled in the transaction that gives rise to it.

Guarantees: a timer is claimed by one replica and handled like an event: its effect, the events that it emits and its end
commit together. It may run late (downtime, a moved clock), never twice and never early: use `due_at` for the legal instant.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, and_, bindparam, delete, func, select, update

from yimen.bus.unit import Unit, Units
from yimen.db import is_contention, is_unavailable
from yimen.errors import Permanent
from yimen.tracing import Kind, span
from yimen.waiting import rest_until

log = structlog.get_logger()

POLL_SECONDS = 0.5
RETRY_SECONDS = (1, 5, 30, 300, 1800)
DEADLINE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Timer:
    name: str
    key: str
    due_at: datetime
    payload: dict[str, Any]


TimerHandler = Callable[[Unit[Any], Timer], Awaitable[None]]


class Timers:
    """A service's timer handlers by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, TimerHandler] = {}

    def on(self, name: str) -> Callable[[TimerHandler], TimerHandler]:
        def register(handler: TimerHandler) -> TimerHandler:
            self._by_name[name] = handler
            return handler

        return register

    def of(self, name: str) -> TimerHandler:
        return self._by_name[name]

    def __bool__(self) -> bool:
        return bool(self._by_name)


async def set_timer(
    unit: Unit[Any], name: str, *, key: str, due_at: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Sets the timer, or moves the one that stands under this name and key."""
    await set_timers(unit, {(name, key): due_at}, payload)


async def set_timers(
    unit: Unit[Any], due: Mapping[tuple[str, str], datetime], payload: dict[str, Any] | None = None
) -> None:
    """Sets or moves several in one round trip, locked in the order of their names and keys."""
    if not due:
        return
    fresh: dict[str, Any] = {"payload": payload or {}, "attempt": 0, "parked": False, "error": None}
    fresh["traceparent"] = unit.traceparent
    rows = [
        {"name": name, "key": key, "due_at": due_at, "run_at": due_at} | fresh
        for (name, key), due_at in sorted(due.items())
    ]
    statement = unit.insert(unit.table("timers"))
    changed = {name: statement.excluded[name] for name in ("due_at", "run_at", *fresh)}
    await unit.execute(statement.on_conflict_do_update(index_elements=["name", "key"], set_=changed), rows)


async def cancel_timer(unit: Unit[Any], name: str, *, key: str) -> None:
    await cancel_timers(unit, [(name, key)])


async def cancel_timers(unit: Unit[Any], which: Collection[tuple[str, str]]) -> None:
    """Those of these names and keys that stand, in one round trip, locked in that order."""
    if not which:
        return
    table = unit.table("timers")
    standing = delete(table).where(table.c.name == bindparam("n"), table.c.key == bindparam("k"))
    await unit.execute(standing, [{"n": name, "k": key} for name, key in sorted(which)])


async def run_rounds(run_due: Callable[[], Awaitable[int]], stopping: asyncio.Event, *, failed: str) -> None:
    """What is due, round after round, with a rest after each that found nothing. A database that is away or held by somebody
    else is waited for; anything else is logged as `failed`, and the next round comes all the same."""
    while not stopping.is_set():
        try:
            ran = await run_due()
        except Exception as error:
            if not (is_unavailable(error) or is_contention(error)):
                log.exception(failed)
            ran = 0
        if not ran:
            await rest_until(stopping, POLL_SECONDS)


class TimerRunner:
    """Runs what is due, earliest first. Any number of replicas."""

    def __init__(self, units: Units[Any], timers: Timers, deadline: float = DEADLINE_SECONDS) -> None:
        self._units = units
        self._timers = timers
        self._deadline = deadline
        self._table = units.metadata.tables["timers"]
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        await run_rounds(self.run_due, self._stopping, failed="timers_failed")

    async def run_due(self) -> int:
        """Runs every timer that is due now; returns how many ran."""
        ran = 0
        while not self._stopping.is_set() and await self._any_due():
            if not await self._run_one():
                break
            ran += 1
        return ran

    async def _any_due(self) -> bool:
        table = self._table
        async with self._units.view() as view:
            earliest = await view.conn.scalar(select(func.min(table.c.run_at)).where(table.c.parked.is_(False)))
        return earliest is not None and earliest <= self._units.clock.now()

    async def _run_one(self) -> bool:
        claimed: Row[Any] | None = None
        try:
            async with asyncio.timeout(self._deadline), self._units.begin() as unit:
                claimed = await self._claim(unit)
                if claimed is None:
                    return False
                timer = Timer(claimed.name, claimed.key, claimed.due_at, claimed.payload)
                bound = structlog.contextvars.bound_contextvars(timer=timer.name, key=timer.key)
                with span(Kind.INTERNAL, f"timer {timer.name}", claimed.traceparent), bound:
                    await self._timers.of(timer.name)(unit, timer)
        except Exception as error:
            if claimed is None or is_unavailable(error):
                raise
            await self._postpone(claimed, error)
        return True

    async def _claim(self, unit: Unit[Any]) -> Row[Any] | None:
        """Locked and taken away: the handler may set the same timer anew."""
        table = self._table
        query = (
            select(table)
            .where(table.c.parked.is_(False), table.c.run_at <= unit.now)
            .order_by(table.c.run_at, table.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await unit.execute(query)).first()
        if row is not None:
            await unit.execute(delete(table).where(table.c.name == row.name, table.c.key == row.key))
        return row

    async def _postpone(self, row: Row[Any], error: Exception) -> None:
        """Later; parked when it can never succeed. Somebody else holding the row is no failure and counts for nothing."""
        contended = is_contention(error)
        final = not contended and (isinstance(error, Permanent) or row.attempt >= len(RETRY_SECONDS))
        if contended:
            log.info("timer_waits", timer=row.name, key=row.key, reason=repr(error))
        else:
            log.error("timer_parked" if final else "timer_postponed", timer=row.name, key=row.key, exc_info=error)
        wait = timedelta(seconds=RETRY_SECONDS[min(row.attempt, len(RETRY_SECONDS) - 1)])
        table = self._table
        async with self._units.begin() as unit:
            await unit.execute(
                update(table)
                .where(and_(table.c.name == row.name, table.c.key == row.key, table.c.due_at == row.due_at))
                .values(run_at=unit.now + wait, attempt=row.attempt + (not contended), parked=final, error=repr(error))
            )
