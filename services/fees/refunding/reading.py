"""Refunds as people and other programs are shown them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, or_, select

from services.fees.context import Context
from services.fees.domain.refunds import Budgets, RefundState, Step, limits
from services.fees.queries import Found
from services.fees.refunding.limits import course
from services.fees.tables import refunds
from yimen.bus import View
from yimen.contracts.fees import RefundCause
from yimen.contracts.parts import Due, Staff
from yimen.worktime import Calendar

Place = tuple[datetime | None, str]


class ReturnedLine(BaseModel):
    line: int
    quantity: int


class RefundShareView(BaseModel):
    """`lines`: where only a part of the quantities is given back."""

    list_id: str
    department: str
    amount: int
    lines: list[ReturnedLine] | None


class RefundView(BaseModel):
    """`…_by` are the last days for each step that the refund has come to, reckoned by the calendar in force (R59)."""

    refund_number: str
    cause: RefundCause
    notice_number: str | None
    exception_id: int | None
    bank_serial: str
    amount: int
    reasons: str
    state: RefundState
    version: int
    late_since: datetime | None
    verify_by: Due | None
    approve_by: Due | None
    pay_by: Due | None
    asker: Staff | None
    requested_at: datetime
    verifier: Staff | None
    verified_at: datetime | None
    approver: Staff | None
    approved_at: datetime | None
    refuser: Staff | None
    refused_at: datetime | None
    refusal: str | None
    sent_at: datetime | None
    attempt: int
    failed_at: datetime | None
    failure: str | None
    payout_serial: str | None
    refunded_at: datetime | None
    shares: list[RefundShareView]


class RefundPage(BaseModel):
    """Those that are late first."""

    refunds: list[RefundView]
    next: str | None


class PaymentRefund(BaseModel):
    """For the payer."""

    refund_number: str
    amount: int
    state: RefundState
    requested_at: datetime
    refunded_at: datetime | None
    refusal: str | None


def refund_view(row: Found, shares: Iterable[Found], days: Budgets, calendar: Calendar) -> RefundView:
    due = {step: limit.due(calendar) for step, limit in limits(course(row), days).items()}

    def last_day(step: Step) -> Due | None:
        day = due.get(step)
        return Due(on=day.date, provisional=day.provisional) if day else None

    own = RefundView.model_fields.keys() & row._mapping.keys()
    return RefundView(
        **{name: row._mapping[name] for name in own},
        refund_number=row.number,
        verify_by=last_day(Step.VERIFY),
        approve_by=last_day(Step.APPROVE),
        pay_by=last_day(Step.PAY),
        asker=_who(row, "requested"),
        verifier=_who(row, "verified"),
        approver=_who(row, "approved"),
        refuser=_who(row, "refused"),
        shares=[RefundShareView.model_validate(share, from_attributes=True) for share in shares],
    )


def payment_refund(row: Found) -> PaymentRefund:
    return PaymentRefund(
        refund_number=row.number,
        amount=row.amount,
        state=RefundState(row.state),
        requested_at=row.requested_at,
        refunded_at=row.refunded_at,
        refusal=row.refusal,
    )


def _who(row: Found, did: str) -> Staff | None:
    found: dict[str, Any] = {"id": getattr(row, f"{did}_by"), "name": getattr(row, f"{did}_by_name")}
    return Staff(**found) if found["id"] else None


async def refunds_of(view: View[Context], notice_number: str) -> Sequence[Found]:
    query = select(refunds).where(refunds.c.notice_number == notice_number).order_by(refunds.c.number)
    return (await view.execute(query)).all()


async def page(
    view: View[Context],
    *,
    state: RefundState | None,
    late: bool | None,
    notice_number: str | None,
    after: Place | None,
    limit: int,
) -> Sequence[Found]:
    """The latest first, then by number."""
    wanted: list[ColumnElement[bool]] = []
    if state is not None:
        wanted.append(refunds.c.state == state)
    if late is not None:
        wanted.append(refunds.c.late_since.is_not(None) if late else refunds.c.late_since.is_(None))
    if notice_number is not None:
        wanted.append(refunds.c.notice_number == notice_number)
    if after is not None:
        wanted.append(_beyond(*after))
    order = (refunds.c.late_since.is_(None), refunds.c.late_since, refunds.c.number)
    return (await view.execute(select(refunds).where(*wanted).order_by(*order).limit(limit))).all()


def _beyond(since: datetime | None, number: str) -> ColumnElement[bool]:
    further = refunds.c.number > number
    if since is None:
        return and_(refunds.c.late_since.is_(None), further)
    at = refunds.c.late_since
    return or_(at.is_(None), at > since, and_(at == since, further))
