"""What the payer is shown, by the payment code alone: what is owed and for what, by which standard, and what became of
what they asked.

Guarantees: no case number and no name, whoever holds the code.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select

from services.fees import queries
from services.fees.context import Context
from services.fees.domain.disputes import DisputeState, disputable_until
from services.fees.domain.notices import OPEN, NoticeKind, NoticeState
from services.fees.domain.reliefs import ReliefState
from services.fees.queries import Found
from services.fees.refunding.reading import PaymentRefund, payment_refund, refunds_of
from services.fees.suspense import surplus_of
from services.fees.tables import cases, items, reliefs, shares
from yimen.bus import View
from yimen.contracts.fees import ReliefKind
from yimen.contracts.parts import Fee, FeeCalculator
from yimen.departments import department_name
from yimen.worktime import local_date


class ChargeLine(BaseModel):
    """`basis`: the paper that the published standard rests on (Art. 59)."""

    name: str
    unit: str
    calculator: FeeCalculator
    quantity: int
    price: int
    rate: int | None
    base: int | None
    area: int | None
    half_rate: bool
    amount: int
    standard_version: int
    basis: str | None


class Charge(BaseModel):
    """One department's list. `amount`: what is left of it after what was `reduced`."""

    list_id: str
    department: str
    department_name: str
    amount: int
    reduced: int
    lines: list[ChargeLine]


class PayersDispute(BaseModel):
    """What became of the payer's dispute (R55), in the words for the payer."""

    dispute_number: str
    state: DisputeState
    answer_by: date
    answer: str | None
    answered_at: datetime | None


class PayersRelief(BaseModel):
    """What became of an application for reduction or deferral (R58)."""

    relief_number: str
    kind: ReliefKind
    share: int | None
    until: date | None
    state: ReliefState
    requested_at: datetime
    refusal: str | None


class PaymentView(BaseModel):
    """For whoever holds the code: no case, no name. `pay_url`: where it can be paid on line, while it is payable.
    `disputable_until`: the last day to dispute it; None: not, or not any more. `charges`: none on a notice of a late fee."""

    payment_code: str
    item_name: str | None
    amount: int
    state: str
    issued_at: datetime
    pay_by: date
    payable: bool
    pay_url: str | None
    kind: NoticeKind
    charges: list[Charge]
    paid_at: datetime | None
    ticket_code: str | None
    ticket_number: str | None
    disputable_until: date | None
    dispute: PayersDispute | None
    reliefs: list[PayersRelief]
    refunds: list[PaymentRefund]
    surplus: int = Field(description="另收到的款项（分），正在核查或退回")


async def payment_view(view: View[Context], row: Found) -> PaymentView:
    settings, state = view.context.settings, NoticeState(row.state)
    payable = state in OPEN
    until = disputable_until(NoticeKind(row.kind), state, row.issued_at, settings.dispute_days)
    open_to_dispute = until is not None and local_date(view.now) <= until and row.dispute_number is None
    url = settings.bank_pay_url
    own = ("payment_code", "amount", "state", "issued_at", "pay_by", "kind", "paid_at", "ticket_code")
    return PaymentView(
        **{name: getattr(row, name) for name in own},
        item_name=await _item_name(view, row.case_number),
        payable=payable,
        pay_url=f"{url.rstrip('/')}/{row.payment_code}" if payable and url else None,
        charges=await _charges(view, row),
        ticket_number=None if row.ticket_number is None else f"{row.ticket_number:010}",
        disputable_until=until if open_to_dispute else None,
        dispute=_dispute(row),
        reliefs=await _reliefs(view, row.number),
        refunds=[payment_refund(one) for one in await refunds_of(view, row.number)],
        surplus=await surplus_of(view, row.number),
    )


async def _item_name(view: View[Context], case_number: str) -> str | None:
    edition = (items.c.item_code == cases.c.item_code) & (items.c.version == cases.c.item_version)
    query = select(items.c.name).join(cases, edition).where(cases.c.case_number == case_number)
    found: str | None = (await view.execute(query)).scalar_one_or_none()
    return found


async def _charges(view: View[Context], notice: Found) -> list[Charge]:
    query = select(shares).where(shares.c.notice_number == notice.number).order_by(shares.c.list_id)
    on_it = (await view.execute(query)).all() if notice.kind == NoticeKind.FEES else []
    lines = await queries.lines_of(view, [share.list_id for share in on_it])
    standards = await queries.standards_by_case(view, [notice.case_number])
    _version, published = standards.get(notice.case_number, (0, {}))
    return [
        Charge(
            **{name: getattr(share, name) for name in ("list_id", "department", "amount", "reduced")},
            department_name=department_name(share.department),
            lines=[_line(line, published) for line in lines[share.list_id]],
        )
        for share in on_it
    ]


def _line(line: Found, published: Mapping[str, Fee]) -> ChargeLine:
    """As it was verified: each has its price and its amount."""
    kept: dict[str, Any] = {name: getattr(line, name) for name in ChargeLine.model_fields if name != "basis"}
    kept["calculator"] = line.calculator or FeeCalculator.PIECE  # older rows know no other
    standard = published.get(line.code)
    return ChargeLine(**kept, basis=standard.basis if standard else None)


async def _reliefs(view: View[Context], notice_number: str) -> list[PayersRelief]:
    query = select(reliefs).where(reliefs.c.notice_number == notice_number).order_by(reliefs.c.requested_at)
    names = PayersRelief.model_fields.keys() - {"relief_number"}
    return [
        PayersRelief(relief_number=row.number, **{name: getattr(row, name) for name in names})
        for row in await view.execute(query)
    ]


def _dispute(row: Found) -> PayersDispute | None:
    if row.dispute_number is None:
        return None
    return PayersDispute(
        dispute_number=row.dispute_number,
        state=row.dispute_state,
        answer_by=row.dispute_answer_by,
        answer=row.dispute_answer,
        answered_at=row.dispute_answered_at,
    )
