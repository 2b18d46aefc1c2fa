"""The payment notices of a case, from issue to the treasury, and what the payer asks about them."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Fen, Instant, Name, Text
from yimen.contracts.fees.words import ReliefKind
from yimen.contracts.parts import Staff


class NoticeEvent(Event):
    id_field: ClassVar[str] = "notice_number"

    notice_number: Code
    case_number: Code


class NoticeIssued(NoticeEvent, type="fees.notice.issued.v1"):
    """The one open payment notice of a case (缴款通知书, R47) with its 20-character payment code.

    `replaces`: the notice that it stands in for after an upheld dispute (R55). `late_fee_of`: it asks for the late fee of
    that notice (R54), and names no lists."""

    payment_code: Code
    lists: tuple[Code, ...]
    amount: Fen
    pay_by: date
    issued_at: Instant
    replaces: Code | None = None
    late_fee_of: Code | None = None


class NoticePaid(NoticeEvent, type="fees.notice.paid.v1"):
    """The bank's verified message says so; nothing else can (R52)."""

    bank_serial: Code
    amount: Fen
    paid_at: Instant


class NoticeReceipted(NoticeEvent, type="fees.notice.receipted.v1"):
    """Said again with another number when the ticket was voided."""

    ticket_code: Code
    ticket_number: Code
    receipted_at: Instant


class NoticeTicketVoided(NoticeEvent, type="fees.notice.ticket_voided.v1"):
    """The number stays used (R56)."""

    ticket_code: Code
    ticket_number: Code
    reason: Text
    voided_by: Staff
    voided_at: Instant


class NoticeCleared(NoticeEvent, type="fees.notice.cleared.v1"):
    """Nothing is owed any more; the licence may be issued (R54).

    `case_round`: 1, and one more for each return of the case that was not upheld (R17): what cleared an earlier round
    clears no later one."""

    amount: Fen
    cleared_at: Instant
    case_round: Annotated[int, Field(ge=1)] | None = None


class NoticeOverdue(NoticeEvent, type="fees.notice.overdue.v1"):
    amount: Fen
    pay_by: date
    overdue_at: Instant


class NoticeDisputed(NoticeEvent, type="fees.notice.disputed.v1"):
    """The limit to pay stays (R55)."""

    dispute_number: Code
    reasons: Text
    answer_by: date
    disputed_at: Instant


class NoticeDisputeAnswered(NoticeEvent, type="fees.notice.dispute_answered.v1"):
    """`lists`: those found wrong, where it is upheld."""

    dispute_number: Code
    upheld: bool
    answer: Text
    lists: tuple[Code, ...] = ()
    answered_by: Staff
    answered_at: Instant


class NoticeReliefRequested(NoticeEvent, type="fees.notice.relief_requested.v1"):
    """The payer asks to pay less, or later (R58); the department reviews, the treasury and above the limit the government
    approve."""

    relief_number: Code
    kind: ReliefKind
    department: Code
    basis: Text
    reasons: Text
    requested_at: Instant


class NoticeReliefRefused(NoticeEvent, type="fees.notice.relief_refused.v1"):
    relief_number: Code
    reasons: Text
    refused_by: Staff
    refused_at: Instant


class NoticeReduced(NoticeEvent, type="fees.notice.reduced.v1"):
    """`reduced` less (R58), `amount` is left to pay."""

    relief_number: Code
    basis: Text
    reduced: Fen
    amount: Fen
    granted_by: Staff
    reduced_at: Instant


class NoticeDeferred(NoticeEvent, type="fees.notice.deferred.v1"):
    relief_number: Code
    basis: Text
    pay_by: date
    granted_by: Staff
    deferred_at: Instant


class NoticeVoided(NoticeEvent, type="fees.notice.voided.v1"):
    reason: Name
    voided_at: Instant


class NoticeRemitted(NoticeEvent, type="fees.notice.remitted.v1"):
    """Its money reached the treasury."""

    remittance_number: Code
    remitted_at: Instant
