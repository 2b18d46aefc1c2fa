"""What the bank says, message or answer alike, as agreed with it.

Guarantees: strict where it is money. Of money that came any amount is borne, since what was taken was taken; money that
went out is above zero. `Word`: what a message may say; `OrderAnswer`, `RefundAnswer`: how an order or a refund stands.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from services.fees.domain.payouts import PaidOut, PayoutKind
from yimen.money import MOST_FEN

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._\-]+$")]

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
END: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""No money was taken outside these; at the ends of the calendar no day can be reckoned."""

When = Annotated[AwareDatetime, Field(ge=EPOCH, lt=END)]
Paid = Annotated[int, Field(strict=True, gt=0, le=MOST_FEN)]


class Taken(BaseModel):
    """Money that the bank took. Strict where it is money; any amount, since what was taken was taken."""

    bank_serial: Code
    payment_code: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]
    amount: Annotated[int, Field(strict=True, ge=-MOST_FEN, le=MOST_FEN)]
    currency: str
    account: str
    method: Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[a-z_]+$")]
    paid_at: When


class Refunded(BaseModel):
    """Money that the bank gave back by our order, or says so."""

    bank_serial: Code
    refund_number: Code
    amount: Paid
    currency: str
    account: str
    state: Literal["refunded"]
    at: When

    def paid_out(self) -> PaidOut:
        kind, whence = PayoutKind.REFUND, (self.account, self.currency)
        return PaidOut(self.bank_serial, kind, self.refund_number, self.amount, *whence, self.at)


class RefundFailed(BaseModel):
    """It could not give the money back; nothing moved."""

    refund_number: Code
    amount: Paid
    currency: str
    account: str
    state: Literal["failed"]
    at: When
    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] | None = None


class Remitted(BaseModel):
    """Money that the bank passed on to the treasury."""

    bank_serial: Code
    remittance_number: Code
    amount: Paid
    currency: str
    account: str
    at: When

    def paid_out(self) -> PaidOut:
        kind, whence = PayoutKind.REMITTANCE, (self.account, self.currency)
        return PaidOut(self.bank_serial, kind, self.remittance_number, self.amount, *whence, self.at)


Word = Taken | Refunded | RefundFailed | Remitted


class OrderState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    PAID = "paid"


class OrderAnswer(BaseModel):
    order_number: Code
    revision: int | None = None
    state: OrderState
    payments: list[Taken] = []


def read_order(content: dict[str, Any]) -> OrderAnswer | None:
    """None: not as agreed."""
    try:
        return OrderAnswer.model_validate(content)
    except ValidationError:
        return None


class RefundAnswer(BaseModel):
    """`refund`: its outcome, once there is one."""

    refund_number: Code
    state: Literal["accepted", "refunded", "failed"]
    refund: Annotated[Refunded | RefundFailed, Field(discriminator="state")] | None = None


def read_refund(content: dict[str, Any]) -> RefundAnswer | None:
    """None: not as agreed, or not of one refund."""
    try:
        answer = RefundAnswer.model_validate(content)
    except ValidationError:
        return None
    of_another = answer.refund is not None and answer.refund.refund_number != answer.refund_number
    return None if of_another else answer
