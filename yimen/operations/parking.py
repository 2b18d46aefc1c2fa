"""Parked messages and subjects that wait.

Each open record leaves the parking one way only, so that no subject can be left waiting for ever:

    replay      tried again by the service; whether it works then or is parked anew is said by its log and the list
    skip        the subject goes on without it; for the one that its subject waits for
    discard     put away for good; for one that nothing waits for: no subject could be read, or it is long handled

Raises `NotNow` (yimen.errors) with one of these codes: already-settled, subject-waits-for-it, nothing-waits-for-it,
not-its-turn. Rows are never deleted: a settled one keeps how, when and by whom.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select, update

from yimen.bus import Message, Unit, View
from yimen.bus.store import InboxStore, Position, Received
from yimen.contracts import Unreadable, read_meta
from yimen.errors import NotNow
from yimen.operations.acts import By, record

KEPT = ("consumer", "source", "subject", "sequence", "kind", "error", "parked_at")
"""What the record of an act says about the message."""


# -- looking ------------------------------------------------------------------------------------------------------------


def _open(view: View[Any], query: Select[Any], *, kind: str | None, subject: str | None) -> Select[Any]:
    k = view.table("inbox_parked")
    query = query.where(k.c.resolution.is_(None))
    query = query if kind is None else query.where(k.c.kind == kind)
    return query if subject is None else query.where(k.c.subject == subject)


async def parked(
    view: View[Any], *, kind: str | None = None, subject: str | None = None, limit: int = 100
) -> list[Row[Any]]:
    """The open ones, oldest first."""
    k = view.table("inbox_parked")
    query = select(k).order_by(k.c.parked_at, k.c.source, k.c.subject, k.c.sequence, k.c.id).limit(limit)
    return list(await view.execute(_open(view, query, kind=kind, subject=subject)))


async def open_count(view: View[Any], *, kind: str | None = None, subject: str | None = None) -> int:
    query = _open(view, select(func.count()).select_from(view.table("inbox_parked")), kind=kind, subject=subject)
    return int((await view.execute(query)).scalar_one())


async def show(view: View[Any], parked_id: UUID) -> Row[Any] | None:
    """Open or settled; its body may hold personal data."""
    k = view.table("inbox_parked")
    return (await view.execute(select(k).where(k.c.id == parked_id))).first()


async def in_front_of(view: View[Any], row: Row[Any]) -> int:
    """How many events wait behind this message."""
    d = view.table("inbox_deferred")
    if row.sequence is None:
        return 0
    same = and_(d.c.consumer == row.consumer, d.c.source == row.source, d.c.subject == row.subject)
    query = select(func.count()).select_from(d).where(same, d.c.sequence > row.sequence)
    return int((await view.execute(query)).scalar_one())


async def deferred_subjects(view: View[Any], *, limit: int = 100) -> list[Row[Any]]:
    """Subjects of which something waits, the longest waiting first.

    Not held and `first` beyond `last_sequence` + 1: the numbers between have not come."""
    d, p = view.table("inbox_deferred"), view.table("inbox_position")
    same = and_(p.c.consumer == d.c.consumer, p.c.source == d.c.source, p.c.subject == d.c.subject)
    place = (d.c.consumer, d.c.source, d.c.subject, p.c.held, p.c.last_sequence)
    oldest = func.min(d.c.deferred_at).label("oldest")
    query = (
        select(
            *place,
            func.count().label("waiting"),
            func.min(d.c.sequence).label("first"),
            oldest,
            func.min(d.c.not_before).label("next_try"),
            func.max(d.c.error).label("error"),  # only the one in front was tried and has one
        )
        .join(p, same)
        .group_by(*place)
        .order_by(oldest, d.c.source, d.c.subject)
        .limit(limit)
    )
    return list(await view.execute(query))


# -- acting -------------------------------------------------------------------------------------------------------------


async def replay(unit: Unit[Any], parked_id: UUID, by: By) -> Row[Any] | None:
    """The record as it is now; None where there is none. The service's worker tries the message within a second.

    One whose attributes could not be read is read anew: as long as that fails it stays open, with the new reason."""
    row = await _locked(unit, parked_id)
    if row is None:
        return None
    try:
        meta = read_meta(row.key, row.headers, unit.windows)
        received = Received(meta, Message(row.key, row.headers, row.body))
    except Unreadable as reason:
        await record(unit, by, "replay", "parked", str(parked_id), _was(row))
        return await _change(unit, row, error=str(reason))
    store = _store(unit, row)
    await store.lock(unit, {received.subject})
    await store.postpone(unit, received, 0.0, 0, row.error)
    return await _settle(unit, row, "replay", "replayed", by)


async def skip(unit: Unit[Any], parked_id: UUID, by: By) -> Row[Any] | None:
    """Its subject goes on without it, within a second. None where there is no such record."""
    row = await _locked(unit, parked_id)
    if row is None:
        return None
    position = await _position(unit, row)
    if position is None or row.sequence <= position.last:
        raise NotNow(
            "nothing-waits-for-it",
            "没有后续消息在等它",
            "该消息无主体或已办理，跳过没有意义；如不再需要，请改用“丢弃”。",
        )
    if row.sequence > position.last + 1:
        raise NotNow("not-its-turn", "前面还有未到的消息", f"请先处理该主体第{position.last + 1}号消息。")
    position.advance()
    await _store(unit, row).save(unit, [position])
    return await _settle(unit, row, "skip", "skipped", by)


async def discard(unit: Unit[Any], parked_id: UUID, by: By) -> Row[Any] | None:
    """Put away for good. None where there is no such record."""
    row = await _locked(unit, parked_id)
    if row is None:
        return None
    position = await _position(unit, row)
    if position is not None and row.sequence > position.last:
        raise NotNow(
            "subject-waits-for-it",
            "该主体正等着这条消息",
            "丢弃会使后续消息一直等待；如要放弃它，请改用“跳过”，后续消息随即继续办理。",
        )
    return await _settle(unit, row, "discard", "discarded", by)


async def _locked(unit: Unit[Any], parked_id: UUID) -> Row[Any] | None:
    """Open, and nobody else's until we commit."""
    k = unit.table("inbox_parked")
    row = (await unit.execute(select(k).where(k.c.id == parked_id).with_for_update())).first()
    if row is not None and row.resolution is not None:
        raise NotNow(
            "already-settled",
            "该消息已处理过",
            "请刷新列表查看处理结果，不要重复处理。",
            resolution=row.resolution,
            resolved_by=row.resolved_by,
        )
    return row


async def _position(unit: Unit[Any], row: Row[Any]) -> Position | None:
    if row.sequence is None:
        return None
    subject = (row.source, row.subject)
    return (await _store(unit, row).lock(unit, {subject}))[subject]


def _store(unit: Unit[Any], row: Row[Any]) -> InboxStore:
    return InboxStore(unit.table("inbox_parked").metadata, row.consumer)


def _was(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KEPT}


async def _settle(unit: Unit[Any], row: Row[Any], act: str, resolution: str, by: By) -> Row[Any]:
    await record(unit, by, act, "parked", str(row.id), _was(row))
    return await _change(unit, row, resolution=resolution, resolved_at=unit.now, resolved_by=by.who)


async def _change(unit: Unit[Any], row: Row[Any], **values: Any) -> Row[Any]:
    k = unit.table("inbox_parked")
    changed = await unit.execute(update(k).where(k.c.id == row.id).values(**values).returning(*k.c))
    return changed.one()
