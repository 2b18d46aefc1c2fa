"""The inbox's tables: positions, deferred events, parked events (what operators do with these: yimen.operations)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import MetaData, Row, and_, bindparam, delete, insert, or_, select, tuple_, update

from yimen.bus.carrier import Message
from yimen.bus.unit import Unit
from yimen.bus.view import View
from yimen.contracts import Meta
from yimen.contracts.envelope import storable

KEY_LENGTH = 200
ERROR_LENGTH = 8000

Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """A message whose attributes could be read."""

    meta: Meta
    message: Message

    @property
    def subject(self) -> Subject:
        return self.meta.source, self.meta.subject


@dataclass(slots=True)
class Position:
    """How far one (source, subject) has come. Held: something in front has to be solved first."""

    subject: Subject
    last: int
    held: bool
    moved: bool = False

    def advance(self) -> None:
        self.last += 1
        self.held = False
        self.moved = True


class InboxStore:
    """Reads and writes one consumer's inbox. Every method works inside the caller's transaction."""

    def __init__(self, metadata: MetaData, consumer: str) -> None:
        self.consumer = consumer
        self._position = metadata.tables["inbox_position"]
        self._deferred = metadata.tables["inbox_deferred"]
        self._parked = metadata.tables["inbox_parked"]

    # -- positions ----------------------------------------------------------------------------------------------------

    async def lock(self, unit: Unit[Any], subjects: set[Subject]) -> dict[Subject, Position]:
        """Locked in sorted order, so that replicas wait for one another instead of deadlocking."""
        found = await self._locked(unit, sorted(subjects))
        missing = sorted(subjects - found.keys())
        if missing:
            rows = [{"consumer": self.consumer, "source": s, "subject": t, "last_sequence": 0} for s, t in missing]
            await unit.execute(unit.insert(self._position).on_conflict_do_nothing(), rows)
            found |= await self._locked(unit, missing)
        return found

    async def _locked(self, unit: Unit[Any], subjects: Sequence[Subject]) -> dict[Subject, Position]:
        p = self._position
        query = (
            select(p.c.source, p.c.subject, p.c.last_sequence, p.c.held)
            .where(p.c.consumer == self.consumer, tuple_(p.c.source, p.c.subject).in_(subjects))
            .order_by(p.c.source, p.c.subject)
            .with_for_update()
        )
        rows = await unit.execute(query)
        return {(r.source, r.subject): Position((r.source, r.subject), r.last_sequence, r.held) for r in rows}

    async def save(self, unit: Unit[Any], positions: Sequence[Position]) -> None:
        if not positions:
            return
        p = self._position
        statement = (
            update(p)
            .where(p.c.consumer == self.consumer, p.c.source == bindparam("s"), p.c.subject == bindparam("t"))
            .values(last_sequence=bindparam("n"), held=bindparam("h"))
        )
        rows = [{"s": x.subject[0], "t": x.subject[1], "n": x.last, "h": x.held} for x in positions]
        await unit.execute(statement, rows)

    async def hold(self, unit: Unit[Any], position: Position) -> None:
        position.held = True
        await self.save(unit, [position])

    # -- deferred -----------------------------------------------------------------------------------------------------

    def _row(self, unit: Unit[Any], one: Received) -> dict[str, Any]:
        return {
            "consumer": self.consumer,
            "source": one.meta.source,
            "subject": one.meta.subject,
            "sequence": one.meta.sequence,
            "key": one.message.key,
            "headers": one.message.headers,
            "body": one.message.body,
            "deferred_at": unit.now,
            "attempt": 0,
        }

    async def defer(self, unit: Unit[Any], late: Sequence[Received]) -> None:
        unique = {(one.subject, one.meta.sequence): self._row(unit, one) for one in late}
        statement = unit.insert(self._deferred).on_conflict_do_nothing()
        await unit.execute(statement, list(unique.values()))

    async def postpone(self, unit: Unit[Any], one: Received, seconds: float, attempt: int, error: str) -> None:
        row = self._row(unit, one) | {
            "not_before": unit.now + timedelta(seconds=seconds),
            "attempt": attempt,
            "error": error,
        }
        changes = {name: row[name] for name in ("not_before", "attempt", "error")}
        statement = unit.insert(self._deferred).values(row)
        await unit.execute(
            statement.on_conflict_do_update(index_elements=["consumer", "source", "subject", "sequence"], set_=changes)
        )

    def _is(self, one: Received) -> Any:
        d = self._deferred
        return and_(
            d.c.consumer == self.consumer,
            d.c.source == one.meta.source,
            d.c.subject == one.meta.subject,
            d.c.sequence == one.meta.sequence,
        )

    async def attempts(self, unit: Unit[Any], one: Received) -> int:
        row = (await unit.execute(select(self._deferred.c.attempt).where(self._is(one)))).first()
        return row.attempt if row else 0

    async def count_try(self, unit: Unit[Any], one: Received) -> int:
        """One more try of a deferred event begins: how many that makes. 0 when it does not wait any more."""
        d = self._deferred
        counted = update(d).where(self._is(one)).values(attempt=d.c.attempt + 1).returning(d.c.attempt)
        row = (await unit.execute(counted)).first()
        return row.attempt if row else 0

    async def is_due(self, unit: Unit[Any], one: Received) -> bool:
        row = (await unit.execute(select(self._deferred.c.not_before).where(self._is(one)))).first()
        return row is not None and row.not_before is not None and row.not_before <= unit.now

    async def forget(self, unit: Unit[Any], done: Iterable[Received]) -> None:
        d = self._deferred
        keys = [(one.meta.source, one.meta.subject, one.meta.sequence) for one in done]
        if keys:
            matches = tuple_(d.c.source, d.c.subject, d.c.sequence).in_(keys)
            await unit.execute(delete(d).where(d.c.consumer == self.consumer, matches))

    async def deferred(self, unit: Unit[Any], positions: Iterable[Position]) -> dict[Subject, list[Received]]:
        """What waits for these subjects, in order of sequence."""
        d = self._deferred
        subjects = [p.subject for p in positions]
        query = (
            select(d)
            .where(d.c.consumer == self.consumer, tuple_(d.c.source, d.c.subject).in_(subjects))
            .order_by(d.c.source, d.c.subject, d.c.sequence)
        )
        waiting: dict[Subject, list[Received]] = {}
        for row in await unit.execute(query):
            waiting.setdefault((row.source, row.subject), []).append(_received(row))
        return waiting

    async def following(self, view: View[Any], one: Received) -> Received | None:
        d = self._deferred
        query = select(d).where(
            d.c.consumer == self.consumer,
            d.c.source == one.meta.source,
            d.c.subject == one.meta.subject,
            d.c.sequence == one.meta.sequence + 1,
        )
        row = (await view.execute(query)).first()
        return _received(row) if row else None

    async def due(self, view: View[Any], limit: int) -> list[Received]:
        """Deferred events to try now: those whose wait is over, and those that are next in an unheld subject."""
        d, p = self._deferred, self._position
        same = and_(p.c.consumer == d.c.consumer, p.c.source == d.c.source, p.c.subject == d.c.subject)
        ready = or_(d.c.not_before <= view.now, and_(d.c.not_before.is_(None), p.c.held.is_(False)))
        query = (
            select(d)
            .join(p, same)
            .where(d.c.consumer == self.consumer, d.c.sequence <= p.c.last_sequence + 1, ready)
            .order_by(d.c.source, d.c.subject, d.c.sequence)
            .limit(limit)
        )
        return [_received(row) for row in await view.execute(query)]

    # -- parked -------------------------------------------------------------------------------------------------------

    async def park(self, unit: Unit[Any], message: Message, meta: Meta | None, kind: str, error: str) -> None:
        """Whatever the message is: what no database takes is marked, a key or reason beyond its room is cut."""
        row = {
            "id": uuid4(),
            "consumer": self.consumer,
            "source": meta.source if meta else None,
            "subject": meta.subject if meta else None,
            "sequence": meta.sequence if meta else None,
            "key": storable(message.key)[:KEY_LENGTH],
            "headers": {storable(name): storable(value) for name, value in message.headers.items()},
            "body": message.body,
            "kind": kind,
            "error": storable(error)[:ERROR_LENGTH],
            "parked_at": unit.now,
        }
        await unit.execute(insert(self._parked), row)

    async def parked(self, view: View[Any], limit: int = 100) -> list[Row[Any]]:
        """The open ones, oldest first."""
        k = self._parked
        query = select(k).where(k.c.consumer == self.consumer, k.c.resolution.is_(None))
        return list(await view.execute(query.order_by(k.c.parked_at, k.c.id).limit(limit)))


def _received(row: Row[Any]) -> Received:
    return Received(Meta.from_headers(row.headers), Message(row.key, row.headers, row.body))
