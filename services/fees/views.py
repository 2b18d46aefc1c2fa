"""What people and other programs are shown."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.fees.domain.disputes import DisputeState
from services.fees.domain.notices import NoticeKind
from services.fees.domain.standards import estimate
from services.fees.queries import Found, fee, fee_line
from yimen.contracts.fees import WaitsFor
from yimen.contracts.parts import Due, Fee, FeeCalculator, FeeGrade, Staff
from yimen.standards import out_of_force
from yimen.worktime import Day, local_date


class Did(BaseModel):
    """Who did it, and when."""

    by: Staff | None
    at: datetime


def did(row: Found, what: str) -> Did | None:
    """From the columns `<what>_by`, `<what>_by_name` and `<what>_at`; None where it was not done."""
    person, at = getattr(row, f"{what}_by"), getattr(row, f"{what}_at")
    if at is None:
        return None
    return Did(by=None if person is None else Staff(id=person, name=getattr(row, f"{what}_by_name")), at=at)


class StandardView(BaseModel):
    """`in_force`: a case handed in and charged today would be charged by it. Cases in progress are charged by the version
    that they began with."""

    item_code: str
    item_name: str
    department: str
    version: int
    effective_from: date
    code: str
    name: str
    unit: str
    price: int
    basis: str
    calculator: FeeCalculator
    rate: int | None
    grades: list[FeeGrade]
    half_rate_basis: str | None
    late_fee_basis: str | None
    valid_from: date | None
    valid_to: date | None
    in_force: bool


class LineView(BaseModel):
    """`amount` by `standard_version`, before verification what the standard would give; absent where no standard allows the
    line, the line does not fit it, or no account could hold it. `price`: of the grade, in full."""

    code: str
    quantity: int
    base: int | None
    area: int | None
    grade: str | None
    half_rate: bool
    name: str | None
    unit: str | None
    calculator: FeeCalculator | None
    rate: int | None
    price: int | None
    amount: int | None
    standard_version: int | None


class ListView(BaseModel):
    """`waits_for`: whose next step is awaited, by `due` (R51)."""

    list_id: str
    case_number: str
    review_id: str
    department: str
    state: str
    version: int
    replaces: str | None
    amount: int | None
    opened_by: Staff
    listed_at: datetime
    decided_by: Staff | None
    decided_at: datetime | None
    rejection: str | None
    reason: str | None
    notice_number: str | None
    settled_at: datetime | None
    refunded: int
    waits_for: WaitsFor | None
    due: Due | None
    delayed_at: datetime | None
    lines: list[LineView]


class ListPage(BaseModel):
    lists: list[ListView]


class NoticeView(BaseModel):
    """`replaces`: the notice that it stands in for after a dispute; `late_fee_of`: the one whose late fee it asks for."""

    notice_number: str
    case_number: str
    kind: NoticeKind
    round: int
    replaces: str | None
    late_fee_of: str | None
    payment_code: str
    amount: int
    state: str
    issued_at: datetime
    pay_by: date
    overdue_at: datetime | None
    paid_at: datetime | None
    bank_serial: str | None
    ticket_code: str | None
    ticket_number: str | None
    receipted_at: datetime | None
    cleared_at: datetime | None
    voided_at: datetime | None
    ordered_at: datetime | None
    order_error: str | None
    dispute_number: str | None
    dispute_state: DisputeState | None


class NoticePage(BaseModel):
    """The newest first."""

    notices: list[NoticeView]
    next: str | None


class CaseNotices(BaseModel):
    notices: list[NoticeView]


class InvariantView(BaseModel):
    id: str
    title: str
    ok: bool
    figures: dict[str, int]


class Invariants(BaseModel):
    ok: bool
    checked_at: datetime
    invariants: list[InvariantView]


def standard_view(row: Found, today: date) -> StandardView:
    standard = fee(row)
    in_force = row.version == row.newest and out_of_force(standard, today) is None
    names = ("item_code", "item_name", "department", "version", "effective_from")
    of_item = {name: getattr(row, name) for name in names}
    return StandardView(**of_item, **dict(standard), in_force=in_force)


def list_view(
    row: Found, lines: Sequence[Found], version: int | None, published: Mapping[str, Fee], *, due: Day | None
) -> ListView:
    fields: dict[str, Any] = {name: getattr(row, name) for name in ListView.model_fields if hasattr(row, name)}
    fields["due"] = None if due is None else Due(on=due.date, provisional=due.provisional)
    decided_by = Staff(id=row.decided_by, name=row.decided_by_name) if row.decided_by else None
    fields |= {"opened_by": Staff(id=row.opened_by, name=row.opened_by_name), "decided_by": decided_by}
    day = local_date(row.listed_at)
    return ListView(**fields, lines=[_line_view(line, published.get(line.code), version, day) for line in lines])


def _line_view(line: Found, standard: Fee | None, version: int | None, day: date) -> LineView:
    """What is verified, as it was verified; else what the standard says it would come to."""
    kept: dict[str, Any] = {name: getattr(line, name) for name in LineView.model_fields}
    if line.amount is not None or standard is None:
        return LineView(**kept)
    price, amount = estimate(standard, fee_line(line), day)
    named = {name: getattr(standard, name) for name in ("name", "unit", "calculator", "rate")}
    return LineView(**kept | named | {"price": price, "amount": amount, "standard_version": version})


def notice_view(row: Found) -> NoticeView:
    names = NoticeView.model_fields.keys() - {"notice_number", "ticket_number"}
    ticket = None if row.ticket_number is None else f"{row.ticket_number:010}"
    return NoticeView(
        notice_number=row.number, ticket_number=ticket, **{name: getattr(row, name) for name in sorted(names)}
    )
