"""What the fee window says: lists checked against the standard, notices, and the money that the bank confirmed."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Fen, Instant, Name, Text
from yimen.contracts.parts import Due, PricedLine, Staff, Tally


class WaitsFor(StrEnum):
    """Who has not done their part of a list in time (R51)."""

    FEE_WINDOW = "fee_window"
    DEPARTMENT = "department"


class ReliefKind(StrEnum):
    """减免缓: to pay less, or later."""

    REDUCTION = "reduction"  # 减征、免征
    DEFERRAL = "deferral"  # 缓缴


class RefundCause(StrEnum):
    """Why money is given back; each has its own limits (R59, R62)."""

    REQUEST = "request"  # 缴款人申请
    OWN_FINDING = "own_finding"  # 单位自查
    ORDER = "order"  # 责令退还 (R62)
    SUSPENSE = "suspense"  # 待查款退回 (R53)


class ViolationKind(StrEnum):
    UNLISTED_ITEM = "unlisted_item"  # 收费项目不在公布目录 (R13)
    OVER_STANDARD = "over_standard"  # 超标准收费
    ILLEGAL_FEE = "illegal_fee"  # 违法收费 (R62)


class Difference(StrEnum):
    """How the bank's file and our books may differ (R57)."""

    BANK_ONLY = "bank_only"  # 只银行有: the message was lost
    OURS_ONLY = "ours_only"  # 只系统有
    AMOUNT = "amount"  # 金额不符
    STATUS = "status"  # 状态不符
    DATE_SHIFTED = "date_shifted"  # 跨日: after the cut-off
    DOUBLED = "doubled"  # 文件内重复
    BALANCE = "balance"  # 余额不符
    FILE = "file"  # 文件不符: refused whole


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


class NoticeRefundRequested(NoticeEvent, type="fees.notice.refund_requested.v1"):
    refund_number: Code
    cause: RefundCause
    amount: Fen
    reasons: Text
    requested_at: Instant


class NoticeRefundApproved(NoticeEvent, type="fees.notice.refund_approved.v1"):
    refund_number: Code
    amount: Fen
    approved_by: Staff
    approved_at: Instant
    pay_by: Due


class NoticeRefundRefused(NoticeEvent, type="fees.notice.refund_refused.v1"):
    refund_number: Code
    reasons: Text
    refused_by: Staff
    refused_at: Instant


class NoticeRefunded(NoticeEvent, type="fees.notice.refunded.v1"):
    """The bank's verified message says that the money went back."""

    refund_number: Code
    bank_serial: Code
    amount: Fen
    refunded_at: Instant


class NoticeRefundFailed(NoticeEvent, type="fees.notice.refund_failed.v1"):
    refund_number: Code
    reason: Text
    failed_at: Instant


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


class DayEvent(Event):
    """A day of the bank's books."""

    id_field: ClassVar[str] = "day"
    case_field: ClassVar[str | None] = None

    day: date


class DayDiscrepancyFound(DayEvent, type="fees.day.discrepancy_found.v1"):
    """`due_by`: the day by which `owner` has an answer."""

    difference_id: Code
    difference: Difference
    bank_serial: Code | None = None
    amount: Annotated[int, Field(ge=-(10**13), le=10**13)]
    owner: Code
    due_by: date
    found_at: Instant


class DayReconciled(DayEvent, type="fees.day.reconciled.v1"):
    """The day is closed (R57): bank file = confirmed payments = tickets = account, or each difference is listed.

    `closing`: the bank's closing balance in 分. `carried`: differences that are carried to later days."""

    file: Tally
    payments: Tally
    tickets: Tally
    refunds: Tally
    closing: Annotated[int, Field(ge=-(10**13), le=10**13)]
    carried: Annotated[int, Field(ge=0)]
    reconciled_at: Instant


class DayRemitted(DayEvent, type="fees.day.remitted.v1"):
    """The day's money went to the treasury."""

    remittance_number: Code
    bank_serial: Code
    amount: Fen
    remitted_at: Instant
