"""Counting open limits again: a year's plan came or changed (R35), the centre revised the rulebook, or the supervisor has
learnt to watch more.

Guarantees: portions, each a transaction of its own, in which nobody else can write a case; what was told of a case is not
read again, its watches are enough (decision 0040). Old and new dates of each case that moved are kept for good. An alert
whose rung is not reached any more is taken back, and may be raised once more when its hour comes. At the end the
supervisor says how many it looked at, and how many moved.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from services.monitor import queries, rulebooks
from services.monitor.context import Context
from services.monitor.domain.clocks import Reached, reached
from services.monitor.domain.limits import unpack
from services.monitor.recalling import Passed, recall
from services.monitor.recording import take_chain
from services.monitor.registry import timers
from services.monitor.tables import cases, recomputations
from services.monitor.watching import Moves, dates_of, follow, move_rungs, moved_rungs, settle
from yimen.bus import Unit
from yimen.contracts.monitor import CalendarApplied
from yimen.timers import Timer, set_timer

RECOMPUTE_TIMER: Final = "recompute"
REFOLD_TIMER: Final = "refold"
AT_ONCE: Final = 500
FOLDED_AT_ONCE: Final = 200

_DATES: Final = ("promised_due", "statutory_due", "provisional", "blue_at", "yellow_at", "red_at", "rungs")
_PORTION: Final = (
    select(cases.c.number, cases.c.watches, cases.c.unproved, *(cases.c[name] for name in _DATES))
    .where(cases.c.running.is_(True), cases.c.number > bindparam("after"))
    .order_by(cases.c.number)
)
_REWRITE: Final = (
    cases.update().where(cases.c.number == bindparam("which")).values({name: bindparam(name) for name in _DATES})
)
_UNFOLDED: Final = select(cases.c.number).where(cases.c.running.is_(None)).order_by(cases.c.number)


@dataclass(frozen=True)
class Work:
    """How far a recomputation has come. `year` is None where no calendar has changed."""

    year: int | None
    version: int
    after: str = ""
    cases: int = 0
    moved: int = 0


async def begin_recomputation(unit: Unit[Context], key: str, year: int | None = None, version: int = 0) -> None:
    """Every running clock is looked at again: its calendar or the rulebook has changed."""
    await _go_on(unit, key, Work(year, version))


async def _go_on(unit: Unit[Context], key: str, work: Work) -> None:
    await set_timer(unit, RECOMPUTE_TIMER, key=key, due_at=unit.now, payload=asdict(work))


@timers.on(RECOMPUTE_TIMER)
async def recompute_portion(unit: Unit[Context], timer: Timer) -> None:
    work = Work(**{"year": None, "version": 0} | timer.payload)
    await take_chain(unit)
    rows = (await unit.execute(_PORTION.limit(AT_ONCE), {"after": work.after})).all()
    moved = await _recompute(unit, work, rows)
    work = replace(work, cases=work.cases + len(rows), moved=work.moved + moved)
    if len(rows) == AT_ONCE:
        await _go_on(unit, timer.key, replace(work, after=rows[-1].number))
    elif work.year is not None:
        said = asdict(work)
        unit.emit(
            CalendarApplied(**{name: said[name] for name in ("year", "version", "cases", "moved")}, applied_at=unit.now)
        )


@dataclass(frozen=True)
class Counted:
    """A case's row as it was, and what it owes to the calendar and the book now."""

    row: Row[Any]
    dates: dict[str, Any]
    standing: tuple[Reached, ...]

    @property
    def changed(self) -> bool:
        return any(self.row._mapping[name] != self.dates[name] for name in _DATES)

    @property
    def moved(self) -> bool:
        return any(self.row._mapping[name] != self.dates[name] for name in ("promised_due", "statutory_due"))


async def _recompute(unit: Unit[Context], work: Work, rows: Sequence[Row[Any]]) -> int:
    """How many of these cases have other dates than before."""
    calendar, book = (await queries.unit_calendars(unit))[-1], await rulebooks.of_unit(unit)
    counted = []
    for row in rows:
        watched = unpack(row.watches)
        standing = reached(watched, calendar, book)
        counted.append(Counted(row, dates_of(watched, standing, calendar), standing))
    changed = [one for one in counted if one.changed]
    if changed:
        await unit.execute(_REWRITE, [one.dates | {"which": one.row.number} for one in changed])
        await _move(unit, work, changed)
    moved = [one for one in changed if one.moved]
    if moved and work.year is not None:
        new = unit.insert(recomputations).on_conflict_do_nothing()
        await unit.execute(new, [_line(unit, work, one) for one in moved])
    for row in rows:
        if row.unproved:  # a date was told that only this plan could prove or disprove
            follow(unit, row.number)
    return len(moved)


async def _move(unit: Unit[Context], work: Work, changed: Sequence[Counted]) -> None:
    """What was raised under an earlier book stays; a calendar is corrected from its beginning."""
    await move_rungs(unit, Moves.of(moved_rungs(one.row.number, one.row.rungs, one.standing) for one in changed))
    if work.year is not None:
        await recall(unit, [Passed(one.row.number, one.row.rungs, one.dates["rungs"]) for one in changed])


def _line(unit: Unit[Context], work: Work, one: Counted) -> dict[str, Any]:
    return {
        "year": work.year,
        "version": work.version,
        "case_number": one.row.number,
        "old_promised": one.row.promised_due,
        "new_promised": one.dates["promised_due"],
        "old_statutory": one.row.statutory_due,
        "new_statutory": one.dates["statutory_due"],
        "at": unit.now,
    }


async def begin_refolding(unit: Unit[Context]) -> None:
    """Cases that were kept before their watches were: folded once more, from the journal."""
    if (await unit.execute(_UNFOLDED.limit(1))).first() is not None:
        await set_timer(unit, REFOLD_TIMER, key="cases", due_at=unit.now)


@timers.on(REFOLD_TIMER)
async def refold_portion(unit: Unit[Context], _timer: Timer) -> None:
    await take_chain(unit)
    for number in (await unit.execute(_UNFOLDED.limit(FOLDED_AT_ONCE))).scalars().all():
        follow(unit, number)
    await settle(unit)
    await begin_refolding(unit)
