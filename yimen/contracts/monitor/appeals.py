"""Appeals (申诉) against an alert, an entry of a score or a rating (R76)."""

from datetime import date
from typing import ClassVar

from yimen.contracts.envelope import Code, Event, Instant, Text
from yimen.contracts.monitor.words import AppealTarget
from yimen.contracts.parts import Staff


class AppealEvent(Event):
    id_field: ClassVar[str] = "appeal_number"
    scope_field: ClassVar[str | None] = "department"

    appeal_number: Code
    department: Code
    case_number: Code | None = None


class AppealFiled(AppealEvent, type="monitor.appeal.filed.v1"):
    target: AppealTarget
    target_id: Code
    grounds: Text
    filed_by: Staff
    filed_at: Instant
    decide_by: date


class AppealDecided(AppealEvent, type="monitor.appeal.decided.v1"):
    """Upheld: the alert is lifted, the entry reversed, the rating voided, each by an entry of its own."""

    target: AppealTarget
    target_id: Code
    upheld: bool
    reasons: Text
    decided_by: Staff
    decided_at: Instant


class AppealOverdue(AppealEvent, type="monitor.appeal.overdue.v1"):
    decide_by: date
    overdue_at: Instant
