"""Publishes the month's sheets and the quarter's grades: on their day, when somebody asks, and again when they change.

Guarantees: what is published follows from the facts alone; a sheet is said again, as the next revision, only where it
comes to something else. Publishers of one month take turns. A supervisor that slept publishes the months that it missed
one after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, select, update

from services.monitor import queries
from services.monitor.context import Context
from services.monitor.domain import months
from services.monitor.domain.ranking import Place, places
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.sheets import Sheet, sheets
from services.monitor.grading import HEAD, RANKED, Party, grade_where_due, score_id, supersede
from services.monitor.registry import timers
from services.monitor.scoring import AGAIN_TIMER, book_at, facts_of_month
from services.monitor.tables import score_months, score_sheets
from yimen.bus import Unit, View
from yimen.contracts.monitor import PartScore, PartyKind, ScorePublished
from yimen.timers import Timer, set_timer
from yimen.worktime import start_of_day

PUBLISH_TIMER: Final = "score-publish"
_KEY: Final = "monthly"
_SETTLED: Final = timedelta(minutes=5)
"""After which whatever was being written while the month was published for the first time has been written."""


# -- when ---------------------------------------------------------------------------------------------------------------


async def begin(unit: Unit[Context]) -> None:
    """On start: the timer stands from the first month on, and one that is due is not moved."""
    t = unit.table("timers").c
    standing = select(t.key).where(t.name == PUBLISH_TIMER, t.key == _KEY)
    if (await unit.execute(standing)).first() is None:
        await _wait_for(unit, months.month_at(unit.now))


async def _wait_for(unit: Unit[Context], month: str) -> None:
    book = await book_at(unit, months.end_of(month))
    day = months.first_day(months.after(month)).replace(day=min(28, max(1, book.number("score_publish_day"))))
    await set_timer(unit, PUBLISH_TIMER, key=_KEY, due_at=start_of_day(day), payload={"month": month})


@timers.on(PUBLISH_TIMER)
async def publish_on_the_day(unit: Unit[Context], timer: Timer) -> None:
    month = timer.payload["month"]
    await publish(unit, month)
    await _wait_for(unit, months.after(month))


@timers.on(AGAIN_TIMER)
async def publish_what_changed(unit: Unit[Context], timer: Timer) -> None:
    if await published_at(unit, timer.payload["month"]) is not None:
        await publish(unit, timer.payload["month"])


async def published_at(view: View[Context], month: str) -> datetime | None:
    found: datetime | None = (
        await view.execute(select(score_months.c.published_at).where(score_months.c.month == month))
    ).scalar_one_or_none()
    return found


# -- the month ----------------------------------------------------------------------------------------------------------


async def publish(unit: Unit[Context], month: str) -> int:
    """How many sheets were published, the first time or again."""
    m = score_months.c
    await unit.execute(unit.insert(score_months).values(month=month).on_conflict_do_nothing())
    first = (await unit.execute(select(m.published_at).where(m.month == month).with_for_update())).scalar_one()
    if first is None:
        await unit.execute(update(score_months).where(m.month == month).values(published_at=unit.now))
        await set_timer(unit, AGAIN_TIMER, key=f"{month}/after", due_at=unit.now + _SETTLED, payload={"month": month})
    found, book = await sheets_of_month(unit, month)
    former, before = await _current(unit, month), await _current(unit, months.after(month, -1))
    changed = 0
    for sheet, place in _placed(found, book):
        party = (str(sheet.kind), sheet.party)
        row = _sheet_row(sheet, place, book, before.get(party))
        changed += await _say_sheet(unit, row, former.get(party))
    await grade_where_due(unit, month)
    return changed


async def sheets_of_month(view: View[Context], month: str) -> tuple[tuple[Sheet, ...], Rulebook]:
    book, calendar = await book_at(view, months.end_of(month)), (await queries.calendars(view))[-1]
    return sheets(month, await facts_of_month(view, month), book, calendar), book


def _placed(found: Sequence[Sheet], book: Rulebook) -> Iterable[tuple[Sheet, Place | None]]:
    flags = {PartyKind.WINDOW: book.number("red_flags")}
    for kind in PartyKind:
        own = [sheet for sheet in found if sheet.kind is kind]
        standing = places(own, flags.get(kind, 0)) if kind in RANKED else {}
        yield from ((sheet, standing.get(sheet.party)) for sheet in own)


def ranks(found: Sequence[Sheet], book: Rulebook) -> dict[Party, Place]:
    return {(str(sheet.kind), sheet.party): place for sheet, place in _placed(found, book) if place}


async def _current(view: View[Context], month: str) -> dict[Party, Row[Any]]:
    query = select(*HEAD).where(score_sheets.c.month == month, score_sheets.c.current)
    return {(row.kind, row.party): row for row in await view.execute(query)}


def _sheet_row(sheet: Sheet, place: Place | None, book: Rulebook, before: Row[Any] | None) -> dict[str, Any]:
    lasts = (before.last_months if before else 0) + 1 if place and place.last else 0
    return {
        "month": sheet.month,
        "kind": str(sheet.kind),
        "party": sheet.party,
        "name": sheet.name,
        "scope": sheet.scope,
        "departments": list(sheet.departments),
        "tenths": sheet.tenths,
        "bonus": sheet.bonus,
        "parts": [part.model_dump() for part in sheet.parts],
        "lines": [asdict(line) for line in sheet.lines],
        "digest": sheet.digest,
        "reds": sheet.reds,
        "rank": place.rank if place else None,
        "red_flag": bool(place and place.chosen),
        "last_months": lasts,
        "rulebook": book.version,
    }


_SAID: Final = ("tenths", "bonus", "digest", "rank", "red_flag", "last_months", "rulebook")
"""What a sheet says: where none of it is different, it is not said again."""


async def _say_sheet(unit: Unit[Context], row: dict[str, Any], former: Row[Any] | None) -> bool:
    if former is not None and all(getattr(former, name) == row[name] for name in _SAID):
        return False
    # A subject keeps its scope for good, whoever serves the window by now.
    row |= {"scope": former.scope if former else row["scope"], "published_at": unit.now}
    row |= await supersede(unit, score_sheets, row, ("month", "kind", "party"), former)
    unit.emit(
        ScorePublished(
            score_id=score_id(row["month"], row["kind"], row["party"]),
            department=row["scope"],
            kind=PartyKind(row["kind"]),
            parts=tuple(PartScore(**part) for part in row["parts"]),
            entries=len(row["lines"]),
            **{name: row[name] for name in (*_SAID, "month", "party", "name", "revision", "published_at")},
        )
    )
    return True
