"""What the supervisor reads."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, true

from services.monitor.context import Context
from services.monitor.domain.chain import GENESIS, Entry, Head, first_broken
from services.monitor.domain.views import Recorded
from services.monitor.tables import alerts, cases, journal, plans
from yimen.bus import Unit, View
from yimen.contracts import Meta, read_event
from yimen.worktime import Calendar, YearPlan

VERIFIED_AT_ONCE = 2000

_CALENDARS = "calendars"

# Asked for each event: built once.
_CASE_EVENTS = select(journal).where(journal.c.case_number == bindparam("number")).order_by(journal.c.position)
_CASE_ROW = select(cases).where(cases.c.number == bindparam("number"))
_PLANS_KNOWN = select(func.count()).select_from(plans)


def _entry(row: Row[Any]) -> Entry:
    meta = Meta(
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
    return Entry(row.position, meta, row.body, row.hash)


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


async def open_cases(view: View[Context], after: str, limit: int) -> list[str]:
    query = (
        select(cases.c.number)
        .where(cases.c.stopped_at.is_(None), cases.c.accepted_on.is_not(None), cases.c.number > after)
        .order_by(cases.c.number)
        .limit(limit)
    )
    return list((await view.execute(query)).scalars())


async def case_alerts(view: View[Context], number: str) -> Sequence[Row[Any]]:
    query = select(alerts).where(alerts.c.case_number == number).order_by(alerts.c.raised_at, alerts.c.rung)
    return (await view.execute(query)).all()


async def alert(view: View[Context], alert_id: str) -> Row[Any] | None:
    return (await view.execute(select(alerts).where(alerts.c.alert_id == alert_id).with_for_update())).first()


async def alert_page(
    view: View[Context],
    *,
    departments: Sequence[str] | None,
    answered: bool | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Newest first."""
    wanted: list[ColumnElement[bool]] = [true()]
    if departments is not None:
        wanted.append(alerts.c.department.in_(departments))
    if answered is not None:
        wanted.append(alerts.c.answered_at.is_not(None) if answered else alerts.c.answered_at.is_(None))
    if before is not None:
        at, alert_id = before
        older = and_(alerts.c.raised_at == at, alerts.c.alert_id < alert_id)
        wanted.append(or_(alerts.c.raised_at < at, older))
    query = select(alerts).where(*wanted).order_by(alerts.c.raised_at.desc(), alerts.c.alert_id.desc())
    return (await view.execute(query.limit(limit))).all()
