"""Cases with their clocks and lights. Nothing here changes a case."""

from datetime import date
from typing import Annotated, Final

from fastapi import Depends, Path, Query

from services.monitor import listing, queries, rulebooks
from services.monitor.api.parts import OVERSEERS, STAFF, Cursor, Limit, Reading, case_place, departments_of
from services.monitor.listing import Asked
from services.monitor.remaining import today_of
from services.monitor.shapes import CasePage, CaseShape
from services.monitor.showing import show_alert, show_case, show_line
from services.monitor.watching import see
from yimen.contracts.envelope import Code
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind
from yimen.web import Forbidden, NotFound, Principal, Role, allow, new_router

router = new_router(tags=["cases"])

CENTRE: Final = (*OVERSEERS, Role.CENTRE_ADMIN)
"""Who reads the statistics of the whole county, and so the lists behind their numbers."""


@router.get("/cases/{number}")
async def read_case(
    number: Annotated[Code, Path()], view: Reading, caller: Principal = allow(*CENTRE, *STAFF)
) -> CaseShape:
    seen = await see(view, number)
    if not seen.told:
        raise NotFound("没有此办件", "监察系统没有收到该办件的任何记录，请核对办件编号。")
    if caller.roles.isdisjoint(CENTRE) and not seen.departments & caller.departments:
        raise Forbidden("不能查看其他部门的办件", "该办件不涉及您所在的部门；如需了解，请联系监察人员。")
    calendar = (await queries.calendars(view))[-1]
    today = await today_of(view)
    raised = [show_alert(row, today) for row in await queries.case_alerts(view, number)]
    places = await queries.case_places(view, number)
    return show_case(seen, raised, places, calendar, await rulebooks.current(view), view.now)


Day = Annotated[date | None, Query()]


def _range(first: date | None, last: date | None) -> tuple[date, date] | None:
    """Both days in it; either may be absent."""
    return None if first is None and last is None else (first or date.min, last or date.max)


async def asked_list(
    caller: Principal = allow(*CENTRE, Role.CHIEF_REPRESENTATIVE),
    light: Light | None = None,
    department: Code | None = None,
    ended: Annotated[
        bool | None,
        Query(description="those whose clock has stopped, or runs; the list of lights shows those that run"),
    ] = None,
    item: Code | None = None,
    kind: Kind | None = None,
    late: Annotated[bool | None, Query(description="decided over the promised limit, or within it")] = None,
    accepted_from: Day = None,
    accepted_to: Day = None,
    closed_from: Day = None,
    closed_to: Day = None,
) -> Asked:
    mine = departments_of(caller, department, CENTRE)
    return Asked(
        departments=None if mine is None else tuple(mine),
        light=light,
        ended=ended,
        item=item,
        kind=kind,
        late=late,
        accepted=_range(accepted_from, accepted_to),
        closed=_range(closed_from, closed_to),
    )


@router.get("/cases")
async def list_cases(
    view: Reading, asked: Annotated[Asked, Depends(asked_list)], limit: Limit = 50, after: Cursor = None
) -> CasePage:
    """Worst light first, then the earliest promised date. Asked by item, kind, lateness or days, it is the list behind a
    number of the statistics, the newest day first: that of the decision where `closed` or `late` is asked, else that of the
    acceptance."""
    rows = await listing.page(view, asked, case_place(after), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    calendar, book = (await queries.calendars(view))[-1], await rulebooks.current(view)
    items = [show_line(row, calendar, book, view.now) for row in rows[:limit]]
    return CasePage(at=view.now, items=items, next=last and listing.placed(last, asked))
