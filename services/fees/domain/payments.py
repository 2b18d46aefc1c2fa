"""What a bank's message of money received means for us.

Guarantees: a payment settles a notice only in full and only while the notice is open (R53); all other money that the bank
says it took goes to suspense with a reason that people can act on, and never onto a notice that it does not fit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.fees.domain.notices import HAS_MONEY, OPEN, NoticeState


class Reason(StrEnum):
    """Why money waits in suspense (待查原因)."""

    UNKNOWN_CODE = "unknown_code"  # 缴款码不存在
    WRONG_AMOUNT = "wrong_amount"  # 金额不符
    SECOND_PAYMENT = "second_payment"  # 重复缴款
    NOT_PAYABLE = "not_payable"  # 通知书已作废或无需缴款
    NO_AMOUNT = "no_amount"  # 金额为零或负数; nothing can be posted
    SERIAL_REUSED = "serial_reused"  # 同一流水号内容不同; nothing is posted
    UNKNOWN_REFUND = "unknown_refund"  # 银行退了我方未要求的款
    UNKNOWN_REMITTANCE = "unknown_remittance"  # 银行划出我方未要求的款
    STATUS_CONTRADICTION = "status_contradiction"  # 银行前后说法不一; nothing is posted

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    Reason.UNKNOWN_CODE: "缴款码不存在",
    Reason.WRONG_AMOUNT: "金额与通知书不符",
    Reason.SECOND_PAYMENT: "重复缴款",
    Reason.NOT_PAYABLE: "通知书已作废或无需缴款",
    Reason.NO_AMOUNT: "金额为零或负数，未入账",
    Reason.SERIAL_REUSED: "同一流水号前后内容不同，未重复入账",
    Reason.UNKNOWN_REFUND: "银行退款无对应指令",
    Reason.UNKNOWN_REMITTANCE: "银行划转无对应指令",
    Reason.STATUS_CONTRADICTION: "银行前后说法不一，未再入账",
}
"""For people to read: each reason has its words here and nowhere else."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What the bank says. `serial` is the bank's own number of the transaction."""

    serial: str
    payment_code: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Payable:
    number: str
    amount: int
    state: NoticeState


def judge(payment: Payment, notice: Payable | None) -> Reason | None:
    """None: the payment settles the notice."""
    if payment.amount <= 0:
        return Reason.NO_AMOUNT
    if notice is None:
        return Reason.UNKNOWN_CODE
    if notice.state in HAS_MONEY:
        return Reason.SECOND_PAYMENT
    if notice.state not in OPEN:
        return Reason.NOT_PAYABLE
    return None if payment.amount == notice.amount else Reason.WRONG_AMOUNT
