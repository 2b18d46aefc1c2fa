"""Departments' lists, checked against the standard, and what a department may not ask for."""

from typing import ClassVar

from yimen.contracts.envelope import Code, Event, Fen, Instant, Text
from yimen.contracts.fees.words import ViolationKind, WaitsFor
from yimen.contracts.parts import Due, PricedLine, Staff


class ListEvent(Event):
    id_field: ClassVar[str] = "list_id"
    scope_field: ClassVar[str | None] = "department"

    list_id: Code
    department: Code
    case_number: Code


class ListVerified(ListEvent, type="fees.list.verified.v1"):
    """Amount = Σ standard × quantity by the published version (R50)."""

    review_id: Code
    lines: tuple[PricedLine, ...]
    amount: Fen
    verified_by: Staff
    verified_at: Instant


class ListRejected(ListEvent, type="fees.list.rejected.v1"):
    """By the fee window, or at once where the item has no such fee (R13); or later, when a dispute was upheld (R55)."""

    review_id: Code
    reason: Text
    rejected_by: Staff | None = None
    rejected_at: Instant


class ListDelayed(ListEvent, type="fees.list.delayed.v1"):
    """Its next step was not done within a working day (R51)."""

    waits_for: WaitsFor
    due: Due
    delayed_at: Instant


class ListSettled(ListEvent, type="fees.list.settled.v1"):
    notice_number: Code
    amount: Fen
    settled_at: Instant


class ListRefunded(ListEvent, type="fees.list.refunded.v1"):
    """All or a part of it was given back; `amount` this time."""

    notice_number: Code
    refund_number: Code
    amount: Fen
    refunded_at: Instant


class ViolationFound(Event, type="fees.violation.found.v1"):
    """A department asked for what it may not. `refund_number`: what has to be given back (R62), where it was paid."""

    id_field: ClassVar[str] = "violation_number"
    scope_field: ClassVar[str | None] = "department"

    violation_number: Code
    department: Code
    case_number: Code
    kind: ViolationKind
    list_id: Code
    notice_number: Code | None = None
    refund_number: Code | None = None
    detail: Text
    found_by: Staff | None = None
    found_at: Instant
