"""Keeping an eye on a case: its events folded, its row and timers set to what follows, its alerts raised once.

Guarantees: the row depends on the set of events and the calendar alone; a timer stands at the instant at which each rung
will be reached, and is moved or taken away when the clock is; an alert is claimed and announced in one transaction.

When the supervisor learns late that a rung was reached (it slept, or catches up with a backlog), the events that prove the
case was done in time may be right behind: it waits `patience` once before it raises the alert.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import bindparam

from services.monitor import counting, queries
from services.monitor.context import Context
from services.monitor.domain.clocks import Finding, Reached, days_late, findings, rungs
from services.monitor.domain.fold import fold
from services.monitor.domain.steps import step_findings, step_rungs
from services.monitor.domain.views import CaseView, Recorded
from services.monitor.tables import alerts, cases
from yimen.bus import Unit, View
from yimen.contracts.monitor import AlertRaised, Light
from yimen.timers import cancel_timer, set_timer
from yimen.worktime import Calendar, Limit, local_date

RUNG_TIMER: Final = "rung"
_DOSSIERS: Final = "dossiers"
_OPEN: Final = cases.insert()
_REWRITE: Final = cases.update().where(cases.c.number == bindparam("which"))


async def see(view: View[Context], number: str) -> CaseView:
    return fold(number, await queries.case_events(view, number), view.context.hours)


@dataclass
class Dossier:
    """What a unit has read of a case. Good until the unit ends: it holds the chain, so nobody else can add to it."""

    events: list[Recorded]
    row: dict[str, Any] | None


async def _dossier(unit: Unit[Context], number: str, new: Recorded | None) -> Dossier:
    """With `new`, which stands in the journal already. A batch often brings several events of a case: read once."""
    open_dossiers: dict[str, Dossier] = unit.notes.setdefault(_DOSSIERS, {})
    known = open_dossiers.get(number)
    if known is None:
        row = await queries.case_row(unit, number)
        known = Dossier(await queries.case_events(unit, number), dict(row._mapping) if row else None)
        open_dossiers[number] = known
    elif new is not None:
        known.events.append(new)
    return known


async def follow(unit: Unit[Context], number: str, new: Recorded | None = None) -> None:
    """Bring a case's row, timers and findings up to its events. The unit holds the chain."""
    dossier, calendars = await _dossier(unit, number, new), await queries.unit_calendars(unit)
    seen = fold(number, dossier.events, unit.context.hours)
    reached = rungs(seen, calendars[-1], unit.context.thresholds)
    standing = {rung.step.rung: rung.at.isoformat() for rung in (*reached, *step_rungs(seen, calendars[-1]))}
    row = row_of(seen, calendars[-1], reached) | {"rungs": standing}
    row |= counting.columns(seen, calendars[-1], row)
    before, dossier.row = dossier.row, row
    if before is None:
        await unit.execute(_OPEN, row)
    elif before != row:
        await unit.execute(_REWRITE, row | {"which": number})
    counting.recount(unit, before, row, seen)
    await _move_timers(unit, number, before["rungs"] if before else {}, standing)
    for finding in (*findings(seen, calendars), *step_findings(seen)):
        await raise_alert(unit, number, finding, calendars[-1])


def row_of(seen: CaseView, calendar: Calendar, reached: tuple[Reached, ...]) -> dict[str, Any]:
    promised, statutory = _due(seen.promised, calendar), _due(seen.statutory, calendar)
    submitted, late = seen.submitted, seen.stopped_at and days_late(seen, calendar, seen.stopped_at)
    return {
        "number": seen.number,
        "state": seen.state,
        "department": seen.department,
        "kind": seen.kind,
        "item_name": submitted.item_name if submitted else None,
        "applicant": submitted.applicant.name if submitted else None,
        "accepted_on": seen.accepted.accepted_on if seen.accepted else None,
        "promised_due": promised.date if promised else None,
        "statutory_due": statutory.date if statutory else None,
        "provisional": any(due is not None and due.provisional for due in (promised, statutory)),
        "paused": seen.paused,
        "stopped_at": seen.stopped_at,
        "closed_at": seen.closed.closed_at if seen.closed else None,
        "late_days": late if seen.promised else None,
        "blue_at": _earliest(reached, Light.BLUE),
        "yellow_at": _earliest(reached, Light.YELLOW),
        "red_at": _earliest(reached, Light.RED),
    }


def _due(limit: Limit | None, calendar: Calendar) -> Any:
    return limit.due(calendar) if limit else None


def _earliest(reached: tuple[Reached, ...], level: Light) -> datetime | None:
    return min((rung.at for rung in reached if rung.step.level is level), default=None)


async def _move_timers(unit: Unit[Context], number: str, before: dict[str, str], after: dict[str, str]) -> None:
    for rung in sorted(before.keys() - after.keys()):
        await cancel_timer(unit, RUNG_TIMER, key=f"{number}/{rung}")
    for rung, at in after.items():
        if before.get(rung) != at:
            await watch_for(unit, number, rung, datetime.fromisoformat(at))


async def watch_for(unit: Unit[Context], number: str, rung: str, at: datetime) -> None:
    """Set the rung's timer; with patience if its hour has passed already."""
    late = at <= unit.now
    await set_timer(
        unit,
        RUNG_TIMER,
        key=f"{number}/{rung}",
        due_at=unit.now + unit.context.patience if late else at,
        payload={"case_number": number, "rung": rung, "waited": late},
    )


async def raise_alert(unit: Unit[Context], number: str, finding: Finding, calendar: Calendar) -> None:
    """Once per case and rung: whoever inserts the row announces it."""
    step = finding.step
    alert = AlertRaised(
        alert_id=uuid5(NAMESPACE_URL, f"alert:{number}/{step.rung}").hex,
        case_number=number,
        rung=step.rung,
        department=finding.department,
        level=step.level,
        rule=step.rule,
        reason=step.reason,
        raised_at=unit.now,
        answer_by=calendar.add(local_date(unit.now), unit.context.thresholds.answer_days).date,
    )
    claim = unit.insert(alerts).values(**alert.model_dump(mode="python"), version=1).on_conflict_do_nothing()
    if (await unit.execute(claim.returning(alerts.c.alert_id))).first() is not None:
        unit.emit(alert)
