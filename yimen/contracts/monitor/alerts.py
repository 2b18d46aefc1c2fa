"""Alerts (监察提示), each raised once per case and rung, answered within a limit, or escalated (R70-R73, R77)."""

from datetime import date
from typing import ClassVar

from yimen.contracts.envelope import Code, Event, Instant, Text
from yimen.contracts.monitor.words import Deduction, Light
from yimen.contracts.parts import Staff


class AlertEvent(Event):
    id_field: ClassVar[str] = "alert_id"
    scope_field: ClassVar[str | None] = "department"

    alert_id: Code
    department: Code
    case_number: Code


class AlertRaised(AlertEvent, type="monitor.alert.raised.v1"):
    """`rule` is the number in rules.md; the department answers by `answer_by` (R77). `code`: the row of the rulebook, in its
    version `rulebook`. Deductions are those of the level at which it was raised (R74)."""

    rung: Code
    level: Light
    rule: Code
    reason: Text
    raised_at: Instant
    answer_by: date
    code: Code | None = None
    rulebook: int | None = None
    deductions: tuple[Deduction, ...] = ()


class AlertAnswered(AlertEvent, type="monitor.alert.answered.v1"):
    answer: Text
    answered_by: Staff
    answered_at: Instant


class AlertEscalated(AlertEvent, type="monitor.alert.escalated.v1"):
    """Unanswered: to the next colour, with a supervision order (R77). Deductions: what the new level costs more."""

    level: Light
    former: Light
    order_number: Code
    reason: Text
    answer_by: date
    escalated_at: Instant
    deductions: tuple[Deduction, ...] = ()


class AlertLifted(AlertEvent, type="monitor.alert.lifted.v1"):
    """Its deductions are given back by a reversing entry (R76)."""

    reason: Text
    lifted_at: Instant
    lifted_by: Staff | None = None
