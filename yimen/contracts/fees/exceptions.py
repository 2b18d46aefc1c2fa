"""Money in suspense, and words of the bank that contradict what is known."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Fen, Instant, Text
from yimen.contracts.parts import Staff


class ExceptionEvent(Event):
    """Money in suspense, or a word of the bank's that contradicts what is known. `owner`: the role that has to answer."""

    id_field: ClassVar[str] = "exception_id"

    exception_id: Code
    case_number: Code | None = None


class ExceptionOpened(ExceptionEvent, type="fees.exception.opened.v1"):
    """`amount` in 分: what came in; negative: what went out without our order."""

    reason: Code
    bank_serial: Code
    notice_number: Code | None = None
    amount: Annotated[int, Field(ge=-(10**13), le=10**13)]
    owner: Code
    answer_by: date
    opened_at: Instant


class ExceptionOverdue(ExceptionEvent, type="fees.exception.overdue.v1"):
    """Nobody answered in time: from now on it is `owner`'s."""

    owner: Code
    answer_by: date
    overdue_at: Instant


class ExceptionResolved(ExceptionEvent, type="fees.exception.resolved.v1"):
    """`resolution`: notice (it paid that one), refund, noted (nothing had to move), offset (it came back)."""

    resolution: Code
    notice_number: Code | None = None
    refund_number: Code | None = None
    note: Text
    resolved_by: Staff | None = None
    resolved_at: Instant


class ExceptionRefunded(ExceptionEvent, type="fees.exception.refunded.v1"):
    refund_number: Code
    bank_serial: Code
    amount: Fen
    refunded_at: Instant
