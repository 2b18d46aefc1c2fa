"""Keeping an eye on a case: its events folded, its row and rungs set to what follows, its alerts raised once.

Guarantees: row and rungs depend on the set of events, the calendar and the rulebook alone, and change in the transaction
in which an event is recorded: whoever finds a rung due need not look at the case again (`sweeping`).

When the supervisor learns late that a rung was reached (it slept, or catches up with a backlog), the events that prove the
case was done in time may be right behind: the rung waits `patience` once before it is swept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam

from services.monitor import counting, queries, rulebooks, scoring
from services.monitor.context import Context
from services.monitor.domain.clocks import Reached, days_late, findings, on_ladder, reached, unproved
from services.monitor.domain.fold import fold
from services.monitor.domain.limits import Watch, alive, due_of, pack
from services.monitor.domain.views import CaseView
from services.monitor.domain.violations import content_findings
from services.monitor.domain.watches import watches
from services.monitor.doors import keep_door
from services.monitor.raising import raise_alerts
from services.monitor.tables import cases, rungs
from yimen.bus import Unit, View
from yimen.contracts import Meta
from yimen.contracts.monitor import Light
from yimen.worktime import Calendar, Day

_WAITING: Final = "cases to follow"
_OPEN: Final = cases.insert()
_REWRITE: Final = cases.update().where(cases.c.number == bindparam("which"))
_TAKE_AWAY: Final = rungs.delete().where(rungs.c.case_number == bindparam("number"), rungs.c.rung == bindparam("which"))


async def see(view: View[Context], number: str) -> CaseView:
    return fold(number, await queries.case_events(view, number), view.context.hours)


@dataclass
class Followed:
    """A case as it was kept, and as its events tell it now. `cause`: the event for which it is looked at."""

    seen: CaseView
    before: dict[str, Any] | None
    row: dict[str, Any]
    standing: tuple[Reached, ...]
    cause: Meta | None

    @property
    def moves(self) -> "Moves":
        return moved_rungs(self.seen.number, self.before["rungs"] if self.before else {}, self.standing)


def follow(unit: Unit[Context], number: str, cause: Meta | None = None) -> None:
    """Bring a case's row, rungs and findings up to its events before the unit, which holds the chain, ends: a batch often
    brings several events of a case, and what is written of many is written at once. `settle` for who cannot wait."""
    if _WAITING not in unit.notes:
        unit.notes[_WAITING] = {}
        unit.before_commit(partial(settle, unit))
    unit.notes[_WAITING][number] = cause


async def settle(unit: Unit[Context]) -> None:
    """All the cases that wait to be followed."""
    waiting: dict[str, Meta | None] = unit.notes.pop(_WAITING, {})
    if not waiting:
        return
    await keep(unit, await look(unit, waiting))


async def keep(unit: Unit[Context], followed: Sequence[Followed]) -> None:
    """Rows, rungs, counts and findings of these cases, as their events tell them."""
    for statement, rows in (
        (_OPEN, [one.row for one in followed if one.before is None]),
        (_REWRITE, [one.row | {"which": one.row["number"]} for one in followed if one.before not in (None, one.row)]),
    ):
        if rows:
            await unit.execute(statement, rows)
    moves = [one.moves for one in followed]
    await move_rungs(
        unit, Moves([put for each in moves for put in each.put], [name for each in moves for name in each.gone])
    )
    for one in followed:
        unit.before(one.cause)
        counting.recount(unit, one.before, one.row, one.seen)
        await scoring.note_closed(unit, one.before, one.seen)
        await keep_door(unit, one.before, one.seen)
    await _raise_findings(unit, followed)


async def look(unit: Unit[Context], waiting: Mapping[str, Meta | None]) -> list[Followed]:
    """Cases by number, each with the event for which it is looked at."""
    numbers = sorted(waiting)
    events, rows = await queries.events_of(unit, numbers), await queries.rows_of(unit, numbers)
    calendar, book = (await queries.unit_calendars(unit))[-1], await rulebooks.of_unit(unit)
    followed = []
    for number in numbers:
        seen = fold(number, events[number], unit.context.hours)
        watched = watches(seen)
        standing = reached(watched, calendar, book)
        row = row_of(seen, watched, calendar) | dates_of(watched, standing, calendar)
        row |= counting.columns(seen, calendar, row)
        followed.append(Followed(seen, rows.get(number), row, standing, waiting[number]))
    return followed


async def _raise_findings(unit: Unit[Context], followed: Sequence[Followed]) -> None:
    calendars, book = await queries.unit_calendars(unit), await rulebooks.of_unit(unit)
    found = [
        (one.seen.number, finding)
        for one in followed
        for finding in (*findings(one.seen, calendars, book), *content_findings(one.seen, book))
    ]
    await raise_alerts(unit, found, {one.seen.number: one.cause for one in followed})


def row_of(seen: CaseView, watched: Sequence[Watch], calendar: Calendar) -> dict[str, Any]:
    submitted, late = seen.submitted, seen.stopped_at and days_late(seen, calendar, seen.stopped_at)
    return {
        "number": seen.number,
        "state": seen.state,
        "department": seen.department,
        "kind": seen.kind,
        "item_name": seen.item_name,
        "applicant": submitted.applicant.name if submitted else None,
        "accepted_on": seen.accepted_on,
        "paused": seen.paused,
        "outside": seen.outside is not None,
        "stopped_at": seen.stopped_at,
        "closed_at": seen.closed_at,
        "late_days": late if seen.promised else None,
        "watches": pack(watched),
        "running": alive(watched),
        "unproved": any(unproved(told, calendar) for told in seen.announced),
    }


def dates_of(watched: Sequence[Watch], standing: Sequence[Reached], calendar: Calendar) -> dict[str, Any]:
    """What a case's row owes to the calendar and the book: all that a recomputation writes."""
    due = {watch.code: due_of(watch.limit, calendar) for watch in watched if watch.code in ("promised", "statutory")}
    promised, statutory = due.get("promised"), due.get("statutory")
    light = on_ladder(standing)
    return {
        "promised_due": _date(promised),
        "statutory_due": _date(statutory),
        "provisional": any(day is not None and day.provisional for day in (promised, statutory)),
        "blue_at": _earliest(light, Light.BLUE),
        "yellow_at": _earliest(light, Light.YELLOW),
        "red_at": _earliest(light, Light.RED),
        "rungs": {rung.step.rung: rung.at.isoformat() for rung in standing},
    }


def _date(day: Day | None) -> Any:
    return day.date if day else None


def _earliest(standing: Sequence[Reached], level: Light) -> datetime | None:
    return min((rung.at for rung in standing if rung.step.level is level), default=None)


@dataclass(frozen=True)
class Moves:
    """Rungs to set and to take away, of one case or of many."""

    put: list[tuple[str, Reached]]
    gone: list[tuple[str, str]]

    @classmethod
    def of(cls, each: Iterable["Moves"]) -> "Moves":
        """Together."""
        several = list(each)
        return cls([one for moves in several for one in moves.put], [one for moves in several for one in moves.gone])


def moved_rungs(number: str, before: dict[str, str], standing: Iterable[Reached]) -> Moves:
    after = {rung.step.rung: rung for rung in standing}
    put = [(number, rung) for name, rung in after.items() if before.get(name) != rung.at.isoformat()]
    return Moves(put, [(number, name) for name in before if name not in after])


async def move_rungs(unit: Unit[Context], moves: Moves) -> None:
    """Locked in one order, whoever moves them. One that has passed already waits for the backlog (`patience`)."""
    if moves.gone:
        await unit.execute(_TAKE_AWAY, [{"number": number, "which": rung} for number, rung in sorted(moves.gone)])
    if not moves.put:
        return
    rows = [_rung_row(unit, number, rung) for number, rung in moves.put]
    statement = unit.insert(rungs)
    changed = {name: statement.excluded[name] for name in ("code", "department", "at", "run_at", "waited")}
    known = ["case_number", "rung"]
    ordered = sorted(rows, key=lambda row: (row["case_number"], row["rung"]))
    await unit.execute(statement.on_conflict_do_update(index_elements=known, set_=changed), ordered)


def _rung_row(unit: Unit[Context], number: str, rung: Reached) -> dict[str, Any]:
    late = rung.at <= unit.now
    return {
        "case_number": number,
        "rung": rung.step.rung,
        "code": rung.step.code,
        "department": rung.department,
        "at": rung.at,
        "run_at": unit.now + unit.context.patience if late else rung.at,
        "waited": late,
    }
