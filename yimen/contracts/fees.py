"""What the fee window says: lists checked against the standard, notices, and the money that the bank confirmed."""

from datetime import date
from typing import ClassVar

from yimen.contracts.envelope import Code, Event, Fen, Instant, Name, Text
from yimen.contracts.parts import PricedLine, Staff


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
    """By the fee window, or at once where the item has no such fee (R13)."""

    review_id: Code
    reason: Text
    rejected_by: Staff | None = None
    rejected_at: Instant


class ListSettled(ListEvent, type="fees.list.settled.v1"):
    notice_number: Code
    amount: Fen
    settled_at: Instant


class NoticeEvent(Event):
    id_field: ClassVar[str] = "notice_number"

    notice_number: Code
    case_number: Code


class NoticeIssued(NoticeEvent, type="fees.notice.issued.v1"):
    """The one payment notice of a case (缴款通知书, R47) with its 20-character payment code."""

    payment_code: Code
    lists: tuple[Code, ...]
    amount: Fen
    pay_by: date
    issued_at: Instant


class NoticePaid(NoticeEvent, type="fees.notice.paid.v1"):
    """The bank's verified message says so; nothing else can (R52)."""

    bank_serial: Code
    amount: Fen
    paid_at: Instant


class NoticeReceipted(NoticeEvent, type="fees.notice.receipted.v1"):
    ticket_code: Code
    ticket_number: Code
    receipted_at: Instant


class NoticeCleared(NoticeEvent, type="fees.notice.cleared.v1"):
    """Nothing is owed any more; the licence may be issued (R54)."""

    amount: Fen
    cleared_at: Instant


class NoticeOverdue(NoticeEvent, type="fees.notice.overdue.v1"):
    amount: Fen
    pay_by: date
    overdue_at: Instant


class NoticeVoided(NoticeEvent, type="fees.notice.voided.v1"):
    reason: Name
    voided_at: Instant
