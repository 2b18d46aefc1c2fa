"""Cases with their clocks and lights. Nothing here changes a case."""

from typing import Annotated

from fastapi import Path, Query

from services.monitor import queries, rulebooks
from services.monitor.api.parts import OVERSEERS, STAFF, Cursor, Limit, Reading, case_place, departments_of, oversees
from services.monitor.shapes import CasePage, CaseShape
from services.monitor.showing import show_alert, show_case, show_line
from services.monitor.watching import see
from yimen.contracts.envelope import Code
from yimen.contracts.monitor import Light
from yimen.web import Forbidden, NotFound, Principal, Role, allow, new_router

router = new_router(tags=["cases"])


@router.get("/cases/{number}")
async def read_case(
    number: Annotated[Code, Path()], view: Reading, caller: Principal = allow(*OVERSEERS, *STAFF)
) -> CaseShape:
    seen = await see(view, number)
    if not seen.told:
        raise NotFound("没有此办件", "监察系统没有收到该办件的任何记录，请核对办件编号。")
    if not oversees(caller) and not seen.departments & caller.departments:
        raise Forbidden("不能查看其他部门的办件", "该办件不涉及您所在的部门；如需了解，请联系监察人员。")
    calendar = (await queries.calendars(view))[-1]
    raised = [show_alert(row, view.now) for row in await queries.case_alerts(view, number)]
    return show_case(seen, raised, calendar, await rulebooks.current(view), view.now)


@router.get("/cases")
async def list_cases(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, Role.CHIEF_REPRESENTATIVE),
    light: Light | None = None,
    department: Code | None = None,
    ended: Annotated[
        bool, Query(description="those whose clock has stopped, instead of those whose clock runs")
    ] = False,
    limit: Limit = 50,
    after: Cursor = None,
) -> CasePage:
    """Worst light first, then the earliest promised date."""
    rows = await queries.case_page(
        view,
        light=light,
        departments=departments_of(caller, department),
        ended=ended,
        after=case_place(after),
        limit=limit + 1,
    )
    shown, last = rows[:limit], rows[limit - 1] if len(rows) > limit else None
    place = last and f"{last.severity}~{last.promised_due or queries.NO_DUE}~{last.number}"
    return CasePage(items=[show_line(row) for row in shown], next=place)
