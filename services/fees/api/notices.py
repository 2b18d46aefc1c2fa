"""Payment notices, as the fee window and departments see them. No route registers a payment (R52)."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response

from services.fees import desk, queries
from services.fees.api.parts import COUNTY_WIDE, Id, InView, Limit
from services.fees.domain.notices import NoticeState
from services.fees.views import CaseNotices, NoticePage, NoticeView, notice_view
from yimen.web import Forbidden, NotFound, Principal, Role, allow, new_router, set_etag

router = new_router(tags=["notices"])


Name = Annotated[str | None, Query(max_length=80)]


@router.get("/notices", dependencies=[allow(*COUNTY_WIDE)])
async def notice_register(
    view: InView,
    state: NoticeState | None = None,
    case_number: Name = None,
    payment_code: Name = None,
    department: Name = None,
    paid_from: Annotated[date | None, Query(description="缴款日期起，含当日")] = None,
    paid_to: Annotated[date | None, Query(description="缴款日期止，含当日")] = None,
    after: Annotated[str | None, Query(max_length=80, description="`next` of the page before")] = None,
    limit: Limit = 50,
) -> NoticePage:
    wanted = desk.Wanted(state, case_number, payment_code, department, paid_from, paid_to)
    rows = await desk.register(view, wanted, after, limit + 1)
    following = rows[limit - 1].number if len(rows) > limit else None
    return NoticePage(notices=[notice_view(row) for row in rows[:limit]], next=following)


@router.get("/notices/{number}", dependencies=[allow(*COUNTY_WIDE)])
async def notice(view: InView, number: Id, response: Response) -> NoticeView:
    row = await queries.notice_row(view, number)
    if row is None:
        raise NotFound("没有这份缴款通知书", "请核对通知书编号后重试。")
    set_etag(response, row.version)
    return notice_view(row)


@router.get("/cases/{case_number}/notices")
async def case_notices(
    view: InView, case_number: Id, caller: Principal = allow(*COUNTY_WIDE, Role.WINDOW_CLERK)
) -> CaseNotices:
    """Empty while no notice is issued; one at most (R47). Clerks see those of cases that their department is on."""
    if caller.roles.isdisjoint(COUNTY_WIDE) and caller.departments.isdisjoint(
        await queries.departments_of(view, case_number)
    ):
        raise Forbidden("不是本部门的办件", "该办件不涉及您所在的部门；如需查询缴费，请到收费窗口。")
    return CaseNotices(notices=[notice_view(row) for row in await queries.notices_of(view, case_number)])
