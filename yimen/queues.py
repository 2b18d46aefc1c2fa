"""The queues in which jobs of one kind wait, and the breaker of each.

Guarantees: finding what is due costs as much as there are queues, not as there are jobs: what waits in one is not read on
the way to the next. After `PATIENCE` failures in a row a queue is open: one job at a time, over all replicas, at growing
intervals, until one succeeds; then everything of it that waits for its ladder is due at once, oldest first. A look that
comes before its job's hour leaves the job's ladder where it stands, so that an outage uses nobody's ladder up.
Does not: count exactly. Jobs that run side by side may open a queue that a success among them would have kept closed; it
is closed again by its first look.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    Integer,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from yimen.bus.unit import Unit
from yimen.bus.view import View

PATIENCE = 5
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A queue's failures in a row. `next_look` stands only while it is open, and then says when one job may be tried."""

    failures: int = 0
    since: datetime | None = None
    next_look: datetime | None = None

    def after_failure(self, now: datetime, *, looked: bool, retry_after: float = 0) -> "Trouble":
        """`looked`: by the one job that an open queue is tried by. Others began before it opened, and say nothing new."""
        if self.next_look is not None and not looked:
            return self
        failures = self.failures + 1
        if failures < PATIENCE:
            return Trouble(failures)
        doubled = FIRST_SECONDS * 2 ** min(failures - PATIENCE, 30)
        wait = max(min(doubled, LONGEST_SECONDS), retry_after)
        return Trouble(failures, self.since or now, now + timedelta(seconds=wait))


@dataclass(frozen=True, slots=True)
class Head:
    """A queue in which something waits, and when the earliest of it is due. `troubled`: it failed since its last success."""

    kind: str
    queue: str
    run_at: datetime
    troubled: bool
    next_look: datetime | None

    def is_due(self, now: datetime) -> bool:
        return (self.next_look or self.run_at) <= now


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours until its lease ends. `early`: the hour that it waits for, if it was taken before that."""

    key: str
    payload: dict[str, Any]
    attempt: int
    head: Head
    early: datetime | None = None
    traceparent: str | None = None


class Queues:
    """Finds, claims and releases jobs. `lease`: seconds for which a claim holds."""

    def __init__(self, outgoing: Table, troubles: Table, lease: float) -> None:
        self._jobs = outgoing
        self._troubles = troubles
        self._lease = timedelta(seconds=lease)
        self._heads: dict[tuple[str, ...], Select[Any]] = {}
        self._due = self._first_ones(outgoing.c.run_at <= bindparam("moment")).cte("free")
        # As a subquery PostgreSQL may look again for each row, and take more than there is room for.
        self._claim = self._taking(outgoing.c.key.in_(select(self._due.c.key)), by=1)
        self._one = self._first_ones(or_(outgoing.c.leased.is_(False), outgoing.c.run_at <= bindparam("moment")))
        self._take = self._taking(outgoing.c.key == bindparam("of_key"), by=bindparam("by"))

    # -- statements, made once: building one costs as much as half of its round trip -----------------------------------

    def _of_queue(self, table: Table) -> Any:
        return and_(table.c.kind == bindparam("of_kind"), table.c.queue == bindparam("of_queue"))

    def _first_ones(self, which: Any) -> Select[Any]:
        t = self._jobs
        mine = and_(
            t.c.state == "waiting", self._of_queue(t), t.c.key.not_in(bindparam("in_hand", expanding=True)), which
        )
        first = select(t.c.key, t.c.run_at, t.c.leased).where(mine).order_by(t.c.run_at, t.c.created_at)
        return first.limit(bindparam("room", type_=Integer)).with_for_update(skip_locked=True)

    def _taking(self, which: Any, by: Any) -> Any:
        t = self._jobs
        taken = update(t).where(t.c.kind == bindparam("of_kind"), which)
        taken = taken.values(run_at=bindparam("until"), leased=True, attempt=t.c.attempt + by)
        return taken.returning(t.c.key, t.c.payload, t.c.attempt, t.c.created_at, t.c.traceparent)

    def _heads_of(self, kinds: tuple[str, ...]) -> Select[Any]:
        if kinds not in self._heads:
            self._heads[kinds] = self._all_heads(self._names(kinds))
        return self._heads[kinds]

    def _names(self, kinds: tuple[str, ...]) -> CTE:
        """Every queue in which something waits: from each to the next by the index (`QUEUE_INDEX`), never through it."""
        t = self._jobs

        def least(kind: Any, *beyond: Any) -> Any:
            waits = (t.c.state == "waiting", t.c.kind == kind, *beyond)
            return select(func.min(t.c.queue)).where(*waits).scalar_subquery().label("queue")

        firsts = [select(literal(kind).label("kind"), least(kind)) for kind in kinds]
        names = select(union_all(*firsts).subquery("firsts")).cte("names", recursive=True)
        following = select(names.c.kind, least(names.c.kind, t.c.queue > names.c.queue))
        return names.union_all(following.where(names.c.queue.is_not(None)))

    def _all_heads(self, names: CTE) -> Select[Any]:
        t, q = self._jobs, self._troubles
        mine = (t.c.state == "waiting", t.c.kind == names.c.kind, t.c.queue == names.c.queue)
        earliest = select(func.min(t.c.run_at)).where(*mine).scalar_subquery().label("run_at")
        trouble = and_(q.c.kind == names.c.kind, q.c.queue == names.c.queue)
        shown = select(names.c.kind, names.c.queue, earliest, q.c.failures, q.c.next_look)
        return shown.select_from(names.outerjoin(q, trouble)).where(names.c.queue.is_not(None))

    # -- finding and claiming ------------------------------------------------------------------------------------------

    async def due(self, view: View[Any], kinds: Sequence[str]) -> list[Head]:
        """The queues in which something may be done now, the longest waiting first."""
        if not kinds:
            return []
        rows = await view.execute(self._heads_of(tuple(kinds)))
        heads = [Head(r.kind, r.queue, r.run_at, r.failures is not None, r.next_look) for r in rows if r.run_at]
        return sorted((head for head in heads if head.is_due(view.now)), key=lambda head: head.run_at)

    async def claim(self, unit: Unit[Any], head: Head, room: int, in_hand: Collection[str]) -> list[Claimed]:
        """Of an open queue one job at most, whatever the room."""
        mine = {"of_kind": head.kind, "of_queue": head.queue, "in_hand": list(in_hand), "moment": unit.now}
        mine |= {"room": room, "until": unit.now + self._lease}
        if head.next_look is not None:
            return await self._claim_one(unit, head, mine | {"room": 1})
        rows = sorted(await unit.execute(self._claim, mine), key=lambda row: row.created_at)  # begun in their order too
        return [Claimed(row.key, row.payload, row.attempt, head, None, row.traceparent) for row in rows]

    async def _claim_one(self, unit: Unit[Any], head: Head, mine: dict[str, Any]) -> list[Claimed]:
        """The queue's row is locked by the replica that looks; it is looked at again when that one's lease has ended."""
        q = self._troubles
        ours = select(q.c.queue).where(self._of_queue(q), q.c.next_look <= bindparam("moment"))
        if (await unit.execute(ours.with_for_update(skip_locked=True), mine)).first() is None:
            return []
        first = (await unit.execute(self._one, mine)).first()
        if first is None:
            return []
        early = first.run_at if first.run_at > unit.now else None
        row = (await unit.execute(self._take, mine | {"of_key": first.key, "by": 0 if early else 1})).one()
        await unit.execute(self._changed(next_look=mine["until"]), mine)
        return [Claimed(row.key, row.payload, row.attempt, head, early, row.traceparent)]

    # -- what came of it -----------------------------------------------------------------------------------------------

    async def succeeded(self, unit: Unit[Any], head: Head) -> None:
        """What waits for its ladder is due; what somebody has in hand is left alone."""
        t, q = self._jobs, self._troubles
        mine = {"of_kind": head.kind, "of_queue": head.queue}
        ended = (await unit.execute(delete(q).where(self._of_queue(q)).returning(q.c.next_look), mine)).first()
        if ended is not None and ended.next_look is not None:
            waits = and_(t.c.state == "waiting", self._of_queue(t), t.c.leased.is_(False), t.c.run_at > unit.now)
            unit.work_for.add("outgoing")
            await unit.execute(update(t).where(waits).values(run_at=t.c.created_at), mine)

    async def failed(self, unit: Unit[Any], claimed: Claimed, retry_after: float) -> None:
        mine = {"of_kind": claimed.head.kind, "of_queue": claimed.head.queue}
        row = await self._lock(unit, claimed.head)
        trouble = Trouble(row.failures, row.since, row.next_look)
        looked = claimed.head.next_look is not None
        after = trouble.after_failure(unit.now, looked=looked, retry_after=retry_after)
        values = {"failures": after.failures, "since": after.since, "next_look": after.next_look}
        await unit.execute(self._changed(**values), mine)

    async def _lock(self, unit: Unit[Any], head: Head) -> Row[Any]:
        q = self._troubles
        row = unit.insert(q)
        row = row.on_conflict_do_update(index_elements=["kind", "queue"], set_={"failures": q.c.failures})
        row = row.returning(q.c.failures, q.c.since, q.c.next_look)
        return (await unit.execute(row, {"kind": head.kind, "queue": head.queue, "failures": 0})).one()

    def _changed(self, **values: Any) -> Update:
        return update(self._troubles).where(self._of_queue(self._troubles)).values(values)
