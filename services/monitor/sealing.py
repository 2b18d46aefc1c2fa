"""Seals: the root of everything recorded so far, signed. One at the end of each day in Shanghai, and when somebody asks.

Guarantees: seals count from 1, each holds what the one before held and more; nothing is sealed twice, however many replicas
and supervisors set about it. Recording goes on meanwhile: sealing takes no lock of the chain, and reads the journal in
portions. Where the hall slept through several midnights, or its clock was moved past them, one seal under the last of these
days holds them all: nobody saw how the journal stood at the others. A day on which nothing was recorded has no seal; where
the hall is awake there is none such, for the seal of the day before is recorded too.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Select, func, insert, select

from services.monitor import queries, tree
from services.monitor.context import Context
from services.monitor.domain.chain import Head
from services.monitor.registry import timers
from services.monitor.signing import publish, read_key
from services.monitor.tables import seals
from yimen.bus import Unit, View
from yimen.contracts.monitor import RootSealed
from yimen.errors import Transient
from yimen.proofs import sign_seal
from yimen.timers import Timer, set_timer
from yimen.worktime import SHANGHAI, local_date

log = structlog.get_logger()

SEAL_TIMER: Final = "seal"
DAILY, ASKED = "daily", "asked"
_SEALS: Final = 0x5345414C  # "SEAL"
_ONE_DAY: Final = timedelta(days=1)


async def begin_sealing(unit: Unit[Context]) -> None:
    """On start: the key is published, and the timer stands from its first midnight on. Whoever cannot seal can still record:
    a key that is missing or unreadable stops nobody from starting."""
    path = unit.context.signing_key_file
    if path is None:
        log.warning("signing_key_missing", effect="the journal is not sealed")
        return
    try:
        await publish(unit, read_key(path))
    except Transient as error:
        log.error("signing_key_unreadable", effect="the journal is not sealed", reason=str(error))
    t = unit.table("timers").c
    standing = select(t.key).where(t.name == SEAL_TIMER, t.key == DAILY)
    if (await unit.execute(standing)).first() is None:
        await set_timer(unit, SEAL_TIMER, key=DAILY, due_at=_next_midnight(unit.now))


def _next_midnight(now: datetime) -> datetime:
    return datetime.combine(local_date(now) + _ONE_DAY, datetime.min.time(), SHANGHAI)


async def ask_for_seal(unit: Unit[Context]) -> None:
    await set_timer(unit, SEAL_TIMER, key=ASKED, due_at=unit.now)


@timers.on(SEAL_TIMER)
async def seal_journal(unit: Unit[Context], timer: Timer) -> None:
    """Taken up again from the next start on, where the key was taken away."""
    if unit.context.signing_key_file is None:
        return
    await _take_turn(unit)
    head = await queries.journal_head(unit)  # before the tree grows: up to here every full tile is there when it has
    if await tree.grow(unit):
        await set_timer(unit, SEAL_TIMER, key=timer.key, due_at=unit.now)
        return
    await seal(unit, head, daily=timer.key == DAILY)
    if timer.key == DAILY:
        await set_timer(unit, SEAL_TIMER, key=DAILY, due_at=_next_midnight(unit.now))


async def _take_turn(unit: Unit[Context]) -> None:
    """Nobody else seals until this unit ends. A statement of its own: the next one's snapshot is taken after it."""
    if unit.conn.dialect.name == "postgresql":
        await unit.execute(select(func.pg_advisory_xact_lock(_SEALS)))


async def seal(unit: Unit[Context], head: Head, *, daily: bool) -> RootSealed | None:
    """Up to `head`, whose full tiles are written. Nothing where nothing was recorded since the last one. The unit has its
    turn."""
    path = unit.context.signing_key_file
    assert path is not None, "nobody asks for a seal without a key"
    former = await newest(unit)
    former_size = former.size if former else 0
    if head.position == former_size:
        return None
    key = read_key(path)
    await publish(unit, key)
    roots = tree.Tree(unit)
    fields: dict[str, Any] = {
        "number": former.number + 1 if former else 1,
        "day": local_date(unit.now) - (_ONE_DAY if daily else timedelta()),
        "size": head.position,
        "root": (await roots.root(head.position)).hex(),
        "head": head.hash,
        "former_size": former_size,
        "sealed_at": unit.now,
        "key_id": key.thumbprint(),
        "signature": "-",
    }
    draft = RootSealed(**fields)
    sealed = draft.model_copy(update={"signature": sign_seal(draft.model_dump(mode="json"), key)})
    await unit.execute(insert(seals).values(**sealed.model_dump(), tail=await roots.tail(head.position)))
    unit.emit(sealed)
    log.info("journal_sealed", number=sealed.number, size=sealed.size, root=sealed.root)
    return sealed


# -- what was sealed ---------------------------------------------------------------------------------------------------


_SEALED = select(*(column for column in seals.c if column.name != "tail"))


async def _read(view: View[Context], query: Select[Any]) -> list[RootSealed]:
    return [RootSealed(**row._mapping) for row in await view.execute(query)]


async def newest(view: View[Context]) -> RootSealed | None:
    return next(iter(await page(view, None, 1)), None)


async def numbered(view: View[Context], number: int) -> RootSealed | None:
    return next(iter(await _read(view, _SEALED.where(seals.c.number == number))), None)


async def page(view: View[Context], before: int | None, limit: int) -> list[RootSealed]:
    """Newest first."""
    query = _SEALED.order_by(seals.c.number.desc()).limit(limit)
    return await _read(view, query if before is None else query.where(seals.c.number < before))


async def all_seals(view: View[Context]) -> list[RootSealed]:
    """Oldest first: one a day, so a few thousand in ten years."""
    return await _read(view, _SEALED.order_by(seals.c.number))


async def tail(view: View[Context]) -> dict[int, bytes]:
    """By position, the hashes that the newest seal keeps of events in no tile yet."""
    query = select(seals.c.size, seals.c.tail).order_by(seals.c.number.desc()).limit(1)
    row = (await view.execute(query)).first()
    if row is None:
        return {}
    first = row.size // tree.WIDTH * tree.WIDTH + 1
    return dict(enumerate(tree.pieces(row.tail), start=first))
