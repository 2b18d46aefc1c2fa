"""What the supervisor reads."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select

from services.monitor.context import Context
from services.monitor.domain.chain import GENESIS, Entry, Head
from services.monitor.domain.views import Recorded
from services.monitor.tables import alerts, cases, journal, plans
from yimen.bus import Unit, View
from yimen.contracts import Meta, read_event
from yimen.worktime import Calendar, YearPlan

_CALENDARS = "calendars"

# Asked for each event: built once.
_CASE_EVENTS = select(journal).where(journal.c.case_number == bindparam("number")).order_by(journal.c.position)
_CASE_ROW = select(cases).where(cases.c.number == bindparam("number"))
_EVENTS_OF = (
    select(journal)
    .where(journal.c.case_number.in_(bindparam("numbers", expanding=True)))
    .order_by(journal.c.case_number, journal.c.position)
)
_ROWS_OF = select(cases).where(cases.c.number.in_(bindparam("numbers", expanding=True)))
_PLANS_KNOWN = select(func.count()).select_from(plans)


def meta_of(row: Row[Any]) -> Meta:
    """The attributes of a row of the journal."""
    return Meta(
        id=row.event_id,
        type=row.type,
        source=row.source,
        subject=row.subject,
        sequence=row.sequence,
        scope=row.scope,
        time=row.time,
        correlation_id=row.case_number,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
    )


def entry_of(row: Row[Any]) -> Entry:
    return Entry(row.position, meta_of(row), row.body, row.hash)


async def journal_head(view: View[Context]) -> Head:
    row = (
        await view.execute(select(journal.c.position, journal.c.hash).order_by(journal.c.position.desc()).limit(1))
    ).first()
    return Head(row.position, row.hash) if row else Head(0, GENESIS)


async def journal_page(view: View[Context], after: int, limit: int) -> Sequence[Entry]:
    query = select(journal).where(journal.c.position > after).order_by(journal.c.position).limit(limit)
    return [entry_of(row) for row in await view.execute(query)]


async def journal_entry(view: View[Context], *, position: int | None, event_id: UUID | None) -> Entry | None:
    wanted = journal.c.event_id == event_id if position is None else journal.c.position == position
    row = (await view.execute(select(journal).where(wanted).order_by(journal.c.position).limit(1))).first()
    return entry_of(row) if row else None


async def case_entries(view: View[Context], number: str) -> list[Entry]:
    """The case's own rows; none other is read."""
    return [entry_of(row) for row in await view.execute(_CASE_EVENTS, {"number": number})]


async def case_places(view: View[Context], number: str) -> dict[tuple[str, str, int], int]:
    """Where each event of the case stands in the journal."""
    j = journal.c
    query = select(j.source, j.subject, j.sequence, j.position).where(j.case_number == number)
    return {(row.source, row.subject, row.sequence): row.position for row in await view.execute(query)}


async def case_events(view: View[Context], number: str) -> list[Recorded]:
    entries = await case_entries(view, number)
    return [Recorded(entry.meta, read_event(entry.meta.type, entry.body.encode())) for entry in entries]


async def events_of(view: View[Context], numbers: Sequence[str]) -> dict[str, list[Recorded]]:
    """Of each case its own events, of all of them in one query."""
    found: dict[str, list[Recorded]] = {number: [] for number in numbers}
    for row in await view.execute(_EVENTS_OF, {"numbers": list(numbers)}):
        entry = entry_of(row)
        found[row.case_number].append(Recorded(entry.meta, read_event(entry.meta.type, entry.body.encode())))
    return found


async def rows_of(view: View[Context], numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    found = await view.execute(_ROWS_OF, {"numbers": list(numbers)})
    return {row.number: dict(row._mapping) for row in found}


async def case_row(view: View[Context], number: str) -> Row[Any] | None:
    return (await view.execute(_CASE_ROW, {"number": number})).first()


async def calendars(view: View[Context]) -> tuple[Calendar, ...]:
    """Every calendar that was in force, the present one last; read again when a plan has been added, by any replica."""
    almanac = view.context.almanac
    count = (await view.execute(_PLANS_KNOWN)).scalar_one()
    if count != almanac.plans:
        almanac.calendars, almanac.plans = await _calendars(view), count
    return almanac.calendars


async def unit_calendars(unit: Unit[Context]) -> tuple[Calendar, ...]:
    """The same, asked once a unit; `forget_calendars` after a plan was added in it."""
    if _CALENDARS not in unit.notes:
        unit.notes[_CALENDARS] = await calendars(unit)
    known: tuple[Calendar, ...] = unit.notes[_CALENDARS]
    return known


def forget_calendars(unit: Unit[Context]) -> None:
    unit.notes.pop(_CALENDARS, None)


async def _calendars(view: View[Context]) -> tuple[Calendar, ...]:
    known = [Calendar.seeded()]
    for row in await view.execute(select(plans).order_by(plans.c.revised_at, plans.c.year, plans.c.version)):
        plan = YearPlan(row.year, _days(row.days_off), _days(row.worked_weekends), row.version)
        known.append(known[-1].with_plan(plan))
    return tuple(known)


def _days(texts: Sequence[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


async def case_alerts(view: View[Context], number: str) -> Sequence[Row[Any]]:
    query = select(alerts).where(alerts.c.case_number == number).order_by(alerts.c.raised_at, alerts.c.rung)
    return (await view.execute(query)).all()
