"""What was collected and given back, by department, by item or by day: from the notices and refunds that the bank confirmed.

Guarantees: a sum of a report is the sum of the books' receipts and refunds of those days (Shanghai); money in suspense is
nobody's revenue and stands in none. Found by the index of the day, whatever else there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, select

from services.fees.domain.notices import NoticeKind
from services.fees.tables import cases, notices, refund_shares, refunds, shares
from yimen.bus import View


class By(StrEnum):
    DEPARTMENT = "department"
    ITEM = "item"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Row:
    """Amounts in 分. `late_fees` is part of `collected`; `count` of notices with a share in it."""

    key: str
    count: int
    collected: int
    late_fees: int
    refunded: int

    @property
    def net(self) -> int:
        return self.collected - self.refunded


async def collections(view: View[Any], by: By, first: date, last: date) -> Sequence[Row]:
    """Both days included, in the order of the key."""
    taken = {row.key: row for row in await view.execute(_collected(by, first, last))}
    given = {row.key: row.amount for row in await view.execute(_refunded(by, first, last))}
    rows = []
    for key in sorted(taken.keys() | given.keys()):
        count, collected, late = (
            (taken[key].how_many, taken[key].amount, taken[key].late) if key in taken else (0, 0, 0)
        )
        rows.append(Row(str(key), count, int(collected), int(late), int(given.get(key, 0))))
    return rows


def _key(by: By, day: ColumnElement[Any], department: ColumnElement[Any]) -> ColumnElement[Any]:
    return {By.DEPARTMENT: department, By.DAY: day, By.ITEM: func.coalesce(cases.c.item_code, "")}[by]


def _collected(by: By, first: date, last: date) -> Select[Any]:
    key = _key(by, notices.c.paid_on, shares.c.department)
    of_late_fees = func.sum(shares.c.amount).filter(notices.c.kind == NoticeKind.LATE_FEE)
    query = select(
        key.label("key"),
        func.count(distinct(notices.c.number)).label("how_many"),
        func.sum(shares.c.amount).label("amount"),
        func.coalesce(of_late_fees, 0).label("late"),
    )
    joined = notices.join(shares, shares.c.notice_number == notices.c.number)
    joined = joined.join(cases, cases.c.case_number == notices.c.case_number)
    return query.select_from(joined).where(notices.c.paid_on.between(first, last)).group_by(key)


def _refunded(by: By, first: date, last: date) -> Select[Any]:
    key = _key(by, refunds.c.refunded_on, refund_shares.c.department)
    joined = refunds.join(refund_shares, refund_shares.c.refund_number == refunds.c.number)
    joined = joined.join(notices, notices.c.number == refund_shares.c.notice_number)
    joined = joined.join(cases, cases.c.case_number == notices.c.case_number)
    query = select(key.label("key"), func.sum(refund_shares.c.amount).label("amount")).select_from(joined)
    return query.where(refunds.c.refunded_on.between(first, last)).group_by(key)
