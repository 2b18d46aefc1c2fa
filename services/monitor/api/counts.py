"""What is counted: cases by department, and the money of each day."""

from datetime import date, timedelta

from services.monitor import statistics, tallying
from services.monitor.api.parts import OVERSEERS, Reading, departments_of
from services.monitor.shapes import FeeDay, Summary
from services.monitor.showing import show_department
from yimen.web import Invalid, Principal, Role, allow, new_router
from yimen.worktime import local_date

router = new_router(tags=["counts"])


@router.get("/summary")
async def read_summary(
    view: Reading, caller: Principal = allow(*OVERSEERS, Role.CENTRE_ADMIN, Role.CHIEF_REPRESENTATIVE)
) -> Summary:
    """What every department has had, and which of its lights are on now; to a chief representative the own."""
    on = await statistics.lights(view)
    rows = await statistics.all_time(view, departments_of(caller, None, (*OVERSEERS, Role.CENTRE_ADMIN)))
    return Summary(at=view.now, departments=[show_department(row, on.get(row.department, {})) for row in rows])


@router.get("/fee-days", dependencies=[allow(*OVERSEERS, Role.TREASURER)])
async def read_fee_days(view: Reading, first: date | None = None, last: date | None = None) -> list[FeeDay]:
    """Both days included, a year at most; without dates the last thirty days."""
    last = last or local_date(view.now)
    first = first or last - timedelta(days=30)
    if not timedelta() <= last - first <= timedelta(days=366):
        raise Invalid("invalid-range", "日期范围不对", "截止日期应在起始日期之后，最多一年。")
    return [FeeDay.model_validate(dict(row._mapping)) for row in await tallying.of_days(view, first, last)]
