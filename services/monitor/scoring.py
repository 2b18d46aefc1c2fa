"""Keeps what events say about scores, as they are heard, and reads a month of it.

Guarantees: a fact is written under its own identity, once, whatever the order and however often its event is told. A month
that was published already is looked at again after each fact of it, so that a sheet that no longer says what the facts do is
published anew (`publishing`).
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, delete, false, or_, select, union

from services.monitor.context import Context
from services.monitor.domain.closings import closings_of
from services.monitor.domain.facts import DATE_MISMATCH, Active, Closing, Entry, Facts, Mark, Reversal
from services.monitor.domain.months import end_of, first_day, month_of
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.scoring import facts_of
from services.monitor.domain.staffing import Seating
from services.monitor.domain.views import CaseView
from services.monitor.registry import handlers
from services.monitor.rulebooks import first_book, read_book
from services.monitor.tables import (
    appeals,
    rulebooks,
    score_active,
    score_closings,
    score_entries,
    score_marks,
    score_months,
    score_reversals,
    seatings,
)
from yimen.bus import Unit, View
from yimen.contracts import Event, Meta, intake
from yimen.contracts.monitor import Light, PartyKind
from yimen.contracts.parts import Staff
from yimen.timers import set_timer
from yimen.worktime import Limit, Pause, start_of_day

AGAIN_TIMER: Final = "score-again"
_KEPT: Final[dict[str, Table]] = {
    "entries": score_entries,
    "reversals": score_reversals,
    "marks": score_marks,
    "active": score_active,
    "seatings": seatings,
}
_KNOWN: Final = "score active"
_OF_CASE: Final = select(score_closings).where(score_closings.c.case_number == bindparam("number"))


@handlers.every
async def keep_what_scores_follow_from(unit: Unit[Context], event: Event, meta: Meta) -> None:
    facts = facts_of(meta, event)
    known: set[Active] = unit.notes.setdefault(_KNOWN, set())
    if facts and not (facts.active and facts.active <= known):
        known |= facts.active
        await keep(unit, facts)


@handlers.on(intake.CalendarRevised)
async def look_again_at_the_year(unit: Unit[Context], event: intake.CalendarRevised, _meta: Meta) -> None:
    """How many days of a limit were left when a case was closed follows from the calendar."""
    await look_again(unit, {f"{event.year}-{month:02}" for month in range(1, 13)})


async def keep(unit: Unit[Context], facts: Facts) -> None:
    for name, table in _KEPT.items():
        rows = [_row(one) for one in getattr(facts, name)]
        if rows:
            await unit.execute(unit.insert(table).values(rows).on_conflict_do_nothing())
    months = {one.month for one in facts.entries} | {one.month for one in facts.marks}
    months |= {one.month for one in facts.active}
    for reversal in facts.reversals:
        months |= await _months_of(unit, reversal.target)
    for seating in facts.seatings:
        months |= {month_of(seating.valid_from)}
    await look_again(unit, months)


async def look_again(unit: Unit[Context], months: Iterable[str]) -> None:
    """Those that were published: a timer of its own, since whoever publishes holds no lock that a handler waits for."""
    over = sorted({month for month in months if end_of(month) <= unit.now})
    if not over:
        return
    published = select(score_months.c.month).where(score_months.c.month.in_(over)).order_by(score_months.c.month)
    for month in (await unit.execute(published)).scalars().all():
        await set_timer(unit, AGAIN_TIMER, key=month, due_at=unit.now, payload={"month": month})


async def _months_of(view: View[Context], target: str) -> set[str]:
    """In which what is reversed counts."""
    e, m, a = score_entries.c, score_marks.c, appeals.c
    entry = target.removeprefix("entry/")
    found = select(e.month).where(or_(e.subject == target, e.entry_id == entry))
    marked = select(m.month).where(m.subject == target)
    appealed = select(a.month).where(a.target == "entry", a.target_id == entry, a.month.is_not(None))
    return {month for query in (found, marked, appealed) for month in (await view.execute(query)).scalars()}


# -- closed cases -------------------------------------------------------------------------------------------------------


async def note_closed(unit: Unit[Context], before: dict[str, Any] | None, seen: CaseView) -> None:
    """What the fold says of a case whose clock stopped, or runs again. `before`: the case's row until now."""
    if seen.stopped_at is None and not (before and before["stopped_at"]):
        return
    now = {_closing_row(one)["department"]: _closing_row(one) for one in closings_of(seen)}
    stood = {row.department: dict(row._mapping) for row in await unit.execute(_OF_CASE, {"number": seen.number})}
    if now == stood:
        return
    await unit.execute(delete(score_closings).where(score_closings.c.case_number == seen.number))
    if now:
        await unit.execute(score_closings.insert(), list(now.values()))
    await look_again(unit, {row["month"] for row in (*now.values(), *stood.values())})


def _closing_row(one: Closing) -> dict[str, Any]:
    limit = one.statutory
    told = limit and {
        "start": limit.start.isoformat(),
        "budget": limit.budget,
        "extension": limit.extension,
        "pauses": [[pause.start.isoformat(), pause.end.isoformat() if pause.end else None] for pause in limit.pauses],
    }
    return asdict(one) | {"statutory": told, "lacking": list(one.lacking)}


def _closing(row: Row[Any]) -> Closing:
    told = row.statutory
    limit = told and Limit(
        date.fromisoformat(told["start"]),
        told["budget"],
        tuple(Pause(date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in told["pauses"]),
        told["extension"],
    )
    return Closing(**dict(row._mapping) | {"statutory": limit, "lacking": tuple(row.lacking)})


# -- rows and facts -----------------------------------------------------------------------------------------------------


def _row(one: Any) -> dict[str, Any]:
    if isinstance(one, Seating):
        row = asdict(one) | {"departments": list(one.departments), "staff": [s.model_dump() for s in one.staff]}
        return {("window_code" if name == "window" else name): value for name, value in row.items()}
    return {name: value for name, value in asdict(one).items() if name not in ("reverses", "about")}


def _entry(row: Row[Any]) -> Entry:
    return Entry(**dict(row._mapping) | {"kind": PartyKind(row.kind)})


def _mark(row: Row[Any]) -> Mark:
    return Mark(**dict(row._mapping) | {"level": Light(row.level)})


def _seating(row: Row[Any]) -> Seating:
    return Seating(
        row.seating_id,
        row.window_code,
        row.name,
        tuple(row.departments),
        tuple(Staff(**one) for one in row.staff),
        row.valid_from,
        row.staffed_at,
    )


async def all_seatings(view: View[Context]) -> frozenset[Seating]:
    """A window changes a few times a year."""
    return frozenset(_seating(row) for row in await view.execute(select(seatings)))


async def facts_of_month(view: View[Context], month: str, party: tuple[PartyKind, str] | None = None) -> Facts:
    """What is kept of a month; with `party`, no more than its own sheet follows from."""
    e, m, c = score_entries.c, score_marks.c, score_closings.c
    mine = (e.kind == party[0], e.party == party[1]) if party else ()
    closed = (c.month == month, *_theirs(c.department, party))
    mismatched = and_(m.code == DATE_MISMATCH, m.case_number.in_(select(c.case_number).where(*closed)))
    marked = or_(and_(m.month == month, *_theirs(m.department, party)), mismatched)
    reversals = select(score_reversals).where(score_reversals.c.at >= start_of_day(first_day(month)))
    return Facts(
        entries=await _set(view, select(score_entries).where(e.month == month, *mine), _entry),
        reversals=await _set(view, reversals, lambda row: Reversal(**row._mapping)),
        marks=await _set(view, select(score_marks).where(marked), _mark),
        active=await _set(view, _busy(month), lambda row: Active(**row._mapping)),
        closings=await _set(view, select(score_closings).where(*closed), _closing),
        seatings=await all_seatings(view),
    )


def _theirs(department: ColumnElement[str], party: tuple[PartyKind, str] | None) -> tuple[ColumnElement[bool], ...]:
    """Only a department's lines follow from cases and alerts themselves."""
    if party is None:
        return ()
    return (department == party[1] if party[0] is PartyKind.DEPARTMENT else false(),)


def _busy(month: str) -> Any:
    of = (score_active.c, score_closings.c, score_marks.c)
    return union(*(select(c.month, c.department).where(c.month == month) for c in of))


async def _set(view: View[Context], query: Any, make: Any) -> frozenset[Any]:
    return frozenset(make(row) for row in await view.execute(query))


async def book_at(view: View[Context], instant: datetime) -> Rulebook:
    """The last version that was put into force before that instant; before the first, the first."""
    b = rulebooks.c
    last = select(b.version, b.body).where(b.effective_at < instant).order_by(b.version.desc()).limit(1)
    first = select(b.version, b.body).order_by(b.version).limit(1)
    row = (await view.execute(last)).first() or (await view.execute(first)).first()
    return read_book(row.version, row.body) if row else read_book(1, first_book())
