"""Reports of what was collected: by department, by item, by day."""

from datetime import date, timedelta
from typing import Final

from pydantic import BaseModel

from services.fees import reporting
from services.fees.api.parts import COUNTY_WIDE, InView
from services.fees.reporting import By
from yimen.web import Invalid, allow, new_router
from yimen.worktime import local_date

router = new_router(tags=["reports"])

LONGEST: Final = timedelta(days=366)


class CollectionRow(BaseModel):
    """Amounts in 分; `collected` has the late fees in it."""

    key: str
    count: int
    collected: int
    late_fees: int
    refunded: int
    net: int


class CollectionReport(BaseModel):
    """`key` of each row: the department, the item's code, or the day."""

    by: By
    first: date
    last: date
    rows: list[CollectionRow]
    total: CollectionRow


@router.get("/reports/collections", dependencies=[allow(*COUNTY_WIDE)])
async def collections(
    view: InView, by: By = By.DEPARTMENT, first: date | None = None, last: date | None = None
) -> CollectionReport:
    """Both days included, a year at most; without dates the last thirty days."""
    last = last or local_date(view.now)
    first = first or last - timedelta(days=30)
    if not timedelta() <= last - first <= LONGEST:
        raise Invalid("invalid-range", "日期范围不对", "截止日期应在起始日期之后，最多一年。")
    rows = [_row(row) for row in await reporting.collections(view, by, first, last)]
    names = ("count", "collected", "late_fees", "refunded", "net")
    total = CollectionRow(key="", **{name: sum(getattr(row, name) for row in rows) for name in names})
    return CollectionReport(by=by, first=first, last=last, rows=rows, total=total)


def _row(row: reporting.Row) -> CollectionRow:
    return CollectionRow(
        key=row.key,
        count=row.count,
        collected=row.collected,
        late_fees=row.late_fees,
        refunded=row.refunded,
        net=row.net,
    )
