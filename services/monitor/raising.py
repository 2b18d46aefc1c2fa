"""Raising alerts: claimed, stored and announced in one transaction.

Guarantees: one alert per case and rung, whoever finds it and how often: whoever inserts the row announces it. An alert
that a changed calendar took back (`recomputing`) frees its rung for one more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func, select

from services.monitor import queries, rulebooks
from services.monitor.context import Context
from services.monitor.domain.clocks import Finding
from services.monitor.domain.rulebook import Rulebook, deductions
from services.monitor.staffing import window_of
from services.monitor.tables import alerts, recalled
from yimen.bus import Unit, View
from yimen.contracts import Meta
from yimen.contracts.monitor import AlertRaised, AlertRule, Deduction
from yimen.worktime import Calendar, local_date

Found = tuple[str, Finding]
"""A case's number, and what is wrong with it."""

_RECALLED: Final = "recalled"
_ANY_RECALLED: Final = select(func.count()).select_from(recalled)


async def raise_alerts(
    unit: Unit[Context], found: Sequence[Found], causes: Mapping[str, Meta | None] | None = None
) -> int:
    """In bulk; returns how many were new. By the rulebook in force, which each names. `causes`: of each case the event that
    gave rise to it, where that is not the one that the unit handles."""
    if not found:
        return 0
    book, calendar = await rulebooks.of_unit(unit), (await queries.unit_calendars(unit))[-1]
    windows = {name: await window_of(unit, name) for name in sorted({one.department for _, one in found})}
    turns = await _turns(unit, [number for number, _ in found])
    terms = Terms(book, calendar, unit.now, windows)
    made = [_alert(number, one, turns.get((number, one.step.rung), 0), terms) for number, one in found]
    fresh = {alert.alert_id: alert for alert in made if alert is not None}
    if not fresh:
        return 0
    claim = unit.insert(alerts).on_conflict_do_nothing().returning(alerts.c.alert_id)
    rows = [_row(fresh[alert_id]) for alert_id in sorted(fresh)]
    mine = {row.alert_id for row in await unit.execute(claim, rows)}
    for alert_id, alert in fresh.items():
        if alert_id in mine:
            unit.before(causes[alert.case_number] if causes else unit.cause)
            unit.emit(alert)
    return len(mine)


@dataclass
class Terms:
    """Under what alerts are raised now; what many of them share is reckoned once."""

    book: Rulebook
    calendar: Calendar
    now: datetime
    windows: Mapping[str, str]
    _known: dict[tuple[str, str], tuple[date, tuple[Deduction, ...]]] = field(default_factory=dict)

    def of(self, code: str, rule: AlertRule, department: str) -> tuple[date, tuple[Deduction, ...]]:
        """By when it is answered, and what it costs."""
        known = self._known.get((code, department))
        if known is None:
            answer_by = self.calendar.add(local_date(self.now), rule.answer_days).date
            costs = deductions(code, rule.charges, department=department, window=self.windows[department])
            known = self._known[code, department] = (answer_by, costs)
        return known


def _alert(number: str, finding: Finding, turn: int, terms: Terms) -> AlertRaised | None:
    step = finding.step
    rule = terms.book.alert(step.code)
    if rule is None:
        return None
    rung = f"{step.rung[:76]}.{turn + 1}" if turn else step.rung
    answer_by, costs = terms.of(step.code, rule, finding.department)
    return AlertRaised(
        alert_id=uuid5(NAMESPACE_URL, f"alert:{number}/{rung}").hex,
        case_number=number,
        rung=rung,
        department=finding.department,
        level=step.level,
        rule=step.rule,
        reason=step.reason,
        raised_at=terms.now,
        answer_by=answer_by,
        code=step.code,
        rulebook=terms.book.version,
        deductions=costs,
    )


def _row(alert: AlertRaised) -> dict[str, Any]:
    row = {name: getattr(alert, name) for name in AlertRaised.model_fields}
    return row | {"deductions": [one.model_dump(mode="json") for one in alert.deductions], "version": 1}


async def _turns(view: View[Context], numbers: Sequence[str]) -> dict[tuple[str, str], int]:
    """How often the rungs of these cases were taken back. Almost always none was, of any case."""
    if not (await view.execute(_ANY_RECALLED)).scalar_one():
        return {}
    count = select(recalled.c.case_number, recalled.c.rung, func.count().label("times"))
    mine = count.where(recalled.c.case_number.in_(set(numbers))).group_by(recalled.c.case_number, recalled.c.rung)
    return {(row.case_number, row.rung): row.times for row in await view.execute(mine)}
