"""What there is to do outside after a commit, and who can do it: handlers write a row here, yimen.sender works it.

A job's state: waiting, until it is done, given_up (the ladder used up, or Permanent) or unsettled (done or given up, but
its `settled` broke: a defect of ours, to be mended by a person).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from yimen.bus.unit import Unit

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
    each: int | None


class Senders:
    """What a service can do outside, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Trade] = {}

    def add(
        self,
        kind: str,
        *,
        act: Act,
        settled: Settled,
        ladder: Sequence[float],
        at_once: int = AT_ONCE,
        each: int | None = None,
    ) -> None:
        """`ladder`: seconds between attempts; when it is used up the job is given up, and kept. `at_once`: how many jobs
        of this kind one process does side by side; slow ones take no other kind's place. `each`: how many of them may be
        of one queue; given, each queue has a breaker."""
        self._by_kind[kind] = Trade(act, settled, tuple(ladder), at_once, each)

    @property
    def trades(self) -> Mapping[str, Trade]:
        return self._by_kind

    def of(self, kind: str) -> Trade:
        return self._by_kind[kind]

    def __bool__(self) -> bool:
        return bool(self._by_kind)


async def send_later(
    unit: Unit[Any],
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    not_before: datetime | None = None,
    queue: str = "",
    traceparent: str | None = None,
) -> None:
    """Once for each (kind, key): asking again changes nothing. `traceparent`: of what it is done for, where that is not
    what is being worked on."""
    row = {"kind": kind, "key": key, "payload": payload, "queue": queue, "run_at": not_before or unit.now}
    await _add_jobs(unit, [row | ({"traceparent": traceparent} if traceparent else {})])


async def send_all_later(unit: Unit[Any], kind: str, jobs: Iterable[tuple[str, str, str | None]]) -> None:
    """Many jobs in one round trip, (key, queue, traceparent) each, as `send_later` leaves them."""
    common = {"kind": kind, "payload": {}, "run_at": unit.now}
    rows = [common | {"key": key, "queue": queue, "traceparent": trace} for key, queue, trace in jobs]
    if rows:
        await _add_jobs(unit, rows)


async def _add_jobs(unit: Unit[Any], rows: list[dict[str, Any]]) -> None:
    fresh = {"attempt": 0, "state": "waiting", "created_at": unit.now, "traceparent": unit.traceparent}
    rows = [fresh | row for row in rows]
    unit.work_for.add("outgoing")
    await unit.execute(unit.insert(unit.table("outgoing")).on_conflict_do_nothing(), rows)


async def send_again(unit: Unit[Any], kind: str, *, key: str) -> None:
    """A job that has ended, once more under the same key, its whole ladder before it."""
    table = unit.table("outgoing")
    unit.work_for.add("outgoing")
    afresh = {"state": "waiting", "run_at": unit.now, "attempt": 0}
    await unit.execute(update(table).where(table.c.kind == kind, table.c.key == key).values(afresh))
