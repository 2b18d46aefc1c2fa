"""What is given back of a notice (R59)."""

from yimen.contracts.envelope import Code, Fen, Instant, Text
from yimen.contracts.fees.notices import NoticeEvent
from yimen.contracts.fees.words import RefundCause
from yimen.contracts.parts import Due, Staff


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
