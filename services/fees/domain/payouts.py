"""What the bank says it paid out of the fiscal account: a refund to a payer, or a remittance to the treasury."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PayoutKind(StrEnum):
    REFUND = "refund"  # 退款
    REMITTANCE = "remittance"  # 汇缴国库


@dataclass(frozen=True, slots=True)
class PaidOut:
    """`serial` is the bank's own number of the transaction, `number` ours of what it was ordered by."""

    serial: str
    kind: PayoutKind
    number: str
    amount: int
    account: str
    currency: str
    at: datetime
