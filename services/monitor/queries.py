"""What the supervisor reads."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select

from services.monitor.context import Context
from services.monitor.domain.chain import GENESIS, Entry, Head, first_broken
from services.monitor.domain.clocks import SEVERITY
from services.monitor.domain.views import Recorded
from services.monitor.tables import alerts, cases, journal, plans
from yimen.bus import Unit, View
from yimen.contracts import Meta, read_event
from yimen.contracts.monitor import Light
from yimen.worktime import Calendar, YearPlan

VERIFIED_AT_ONCE = 2000
NO_DUE = date.max  # sorts cases without a running clock last

_CALENDARS = "calendars"

# Asked for each event: built once.
_CASE_EVENTS = select(journal).where(journal.c.case_number == bindparam("number")).order_by(journal.c.position)
_CASE_ROW = select(cases).where(cases.c.number == bindparam("number"))
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


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.position, meta_of(row), row.body, row.hash)


async def journal_head(view: View[Context]) -> Head:
    row = (
        await view.execute(select(journal.c.position, journal.c.hash).order_by(journal.c.position.desc()).limit(1))
    ).first()
    return Head(row.position, row.hash) if row else Head(0, GENESIS)


async def journal_page(view: View[Context], after: int, limit: int) -> Sequence[Entry]:
    query = select(journal).where(journal.c.position > after).order_by(journal.c.position).limit(limit)
    return [_entry(row) for row in await view.execute(query)]


async def verify_journal(view: View[Context]) -> tuple[Head, int | None]:
    """Walk the whole chain: the last sound head, and the first altered position if there is one."""
    head, broken = Head(), None
    while broken is None and (entries := await journal_page(view, head.position, VERIFIED_AT_ONCE)):
        head, broken = first_broken(head, entries)
    return head, broken


async def case_events(view: View[Context], number: str) -> list[Recorded]:
    """The case's own rows; none other is read."""
    entries = [_entry(row) for row in await view.execute(_CASE_EVENTS, {"number": number})]
    return [Recorded(entry.meta, read_event(entry.meta.type, entry.body.encode())) for entry in entries]


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


def severity(now: datetime) -> ColumnElement[int]:
    """The light as a number: a stopped clock has no instants after its end, so only the hour decides."""
    return case(
        (cases.c.red_at <= now, SEVERITY[Light.RED]),
        (cases.c.yellow_at <= now, SEVERITY[Light.YELLOW]),
        (cases.c.blue_at <= now, SEVERITY[Light.BLUE]),
        else_=SEVERITY[Light.GREEN],
    )


async def case_page(
    view: View[Context],
    *,
    light: Light | None,
    departments: Sequence[str] | None,
    ended: bool,
    after: tuple[int, date, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Worst light first, then the earliest promised date, then the number. `ended`: those whose clock has stopped."""
    rank, due = severity(view.now), func.coalesce(cases.c.promised_due, NO_DUE)
    wanted: list[ColumnElement[bool]] = [
        cases.c.state.is_not(None),
        cases.c.stopped_at.is_not(None) if ended else cases.c.stopped_at.is_(None),
    ]
    if light is not None:
        wanted.append(rank == SEVERITY[light])
    if departments is not None:
        wanted.append(cases.c.department.in_(departments))
    if after is not None:
        worst, day, number = after
        later = or_(due > day, and_(due == day, cases.c.number > number))
        wanted.append(or_(rank < worst, and_(rank == worst, later)))
    query = select(cases, rank.label("severity")).where(*wanted)
    return (await view.execute(query.order_by(rank.desc(), due, cases.c.number).limit(limit))).all()


async def case_alerts(view: View[Context], number: str) -> Sequence[Row[Any]]:
    query = select(alerts).where(alerts.c.case_number == number).order_by(alerts.c.raised_at, alerts.c.rung)
    return (await view.execute(query)).all()


async def summary(view: View[Context]) -> AsyncIterator[Row[Any]]:
    """One row a lead department."""
    rank, running = severity(view.now), cases.c.stopped_at.is_(None)

    def count(name: str, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((and_(*conditions), 1))).label(name)

    late = or_(and_(running, rank >= SEVERITY[Light.YELLOW]), cases.c.late_days > 0)
    query = (
        select(
            cases.c.department,
            count("accepted", cases.c.accepted_on.is_not(None)),
            count("open", running),
            count("closed", ~running),
            count("late", late),
            *(count(light, running, rank == number) for light, number in SEVERITY.items()),
        )
        .where(cases.c.department.is_not(None))
        .group_by(cases.c.department)
        .order_by(cases.c.department)
    )
    for row in await view.execute(query):
        yield row
