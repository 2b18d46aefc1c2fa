"""What the supervisor says: alerts, each raised once per case and rung."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from yimen.contracts.envelope import Code, Event, Instant, Text
from yimen.contracts.parts import Staff, Tally


class Light(StrEnum):
    GREEN = "green"
    BLUE = "blue"  # 预警
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌


class AlertEvent(Event):
    id_field: ClassVar[str] = "alert_id"
    scope_field: ClassVar[str | None] = "department"

    alert_id: Code
    department: Code
    case_number: Code


class AlertRaised(AlertEvent, type="monitor.alert.raised.v1"):
    """`rule` is the number in rules.md; the department answers by `answer_by` (R77)."""

    rung: Code
    level: Light
    rule: Code
    reason: Text
    raised_at: Instant
    answer_by: date


class AlertAnswered(AlertEvent, type="monitor.alert.answered.v1"):
    answer: Text
    answered_by: Staff
    answered_at: Instant


class AlertLifted(AlertEvent, type="monitor.alert.lifted.v1"):
    reason: Text
    lifted_at: Instant


class TallyCounted(Event, type="monitor.tally.counted.v1"):
    """What the supervisor counts of a closed day's money from the journal alone, for the books to compare (I10). Said again
    whenever it counts otherwise."""

    id_field: ClassVar[str] = "day"
    case_field: ClassVar[str | None] = None

    day: date
    paid: Tally
    refunded: Tally
    counted_at: Instant
