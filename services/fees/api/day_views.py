"""Days, files, differences and remittances as people are shown them. Amounts in 分."""

import datetime as dt
from collections.abc import Sequence

from pydantic import BaseModel

from services.fees.domain.reconciling import State
from services.fees.queries import Found
from yimen.contracts.fees import Difference
from yimen.contracts.parts import Staff


class StatementView(BaseModel):
    """`version` is ours, `bank_version` what stands in the file. `refusal`: why it was refused whole."""

    account: str
    day: dt.date
    version: int
    bank_version: int | None
    format: str
    sha256: str
    state: str
    refusal: str | None
    opening: int | None
    count_in: int | None
    sum_in: int | None
    count_out: int | None
    sum_out: int | None
    closing: int | None
    received_at: dt.datetime
    imported_by: str | None


class DifferenceView(BaseModel):
    """`amount`: by how much the file says more than our books, signed as money that came."""

    difference_id: int
    day: dt.date
    kind: Difference
    bank_serial: str | None
    our_serial: str | None
    amount: int
    detail: str
    state: State
    version: int
    owner: str
    due_by: dt.date
    opened_at: dt.datetime
    closed_by: Staff | None
    closed_at: dt.datetime | None
    note: str | None


class DifferencePage(BaseModel):
    differences: list[DifferenceView]


class DifferenceCount(BaseModel):
    kind: Difference
    state: State
    count: int


class RemittanceView(BaseModel):
    number: str
    amount: int
    state: str
    ordered_at: dt.datetime
    payout_serial: str | None
    remitted_at: dt.datetime | None


class DayView(BaseModel):
    """The three sides: what the bank's file has, the payments that we know of, the tickets that were given for them; then
    the refunds, the file's closing balance, and what our books hold of all that the files up to that day have."""

    day: dt.date
    state: str
    version: int
    file_count: int | None
    file_sum: int | None
    paid_count: int | None
    paid_sum: int | None
    ticket_count: int | None
    ticket_sum: int | None
    refund_count: int | None
    refund_sum: int | None
    closing: int | None
    balance: int | None
    carried: int | None
    closed_by: str | None
    closed_at: dt.datetime | None
    remittance: RemittanceView | None


class DayPage(BaseModel):
    days: list[DayView]


class WholeDay(DayView):
    """`differences`: those that are not settled, two hundred at most; `counts` has all."""

    statements: list[StatementView]
    differences: list[DifferenceView]
    counts: list[DifferenceCount]


def statement_view(row: Found) -> StatementView:
    return StatementView.model_validate(dict(row._mapping))


def difference_view(row: Found) -> DifferenceView:
    own = {name: value for name, value in row._mapping.items() if name in DifferenceView.model_fields}
    closed_by = None if row.closed_by is None else Staff(id=row.closed_by, name=row.closed_by_name)
    changed = {"difference_id": row.id, "bank_serial": row.bank_serial or None, "closed_by": closed_by}
    return DifferenceView.model_validate(own | changed)


def day_view(row: Found, live: dict[str, int], remittance: Found | None) -> DayView:
    """`live`: the figures of a day that is not closed."""
    sent = None if remittance is None else RemittanceView.model_validate(dict(remittance._mapping))
    return DayView.model_validate(dict(row._mapping) | live | {"remittance": sent})


def whole_day(
    row: Found,
    live: dict[str, int],
    *,
    files: Sequence[Found],
    differences: Sequence[Found],
    counts: Sequence[Found],
    remittance: Found | None,
) -> WholeDay:
    return WholeDay(
        **dict(day_view(row, live, remittance)),
        statements=[statement_view(one) for one in files],
        differences=[difference_view(one) for one in differences],
        counts=[DifferenceCount.model_validate(dict(one._mapping)) for one in counts],
    )
