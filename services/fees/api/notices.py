"""Payment notices, as the fee window and departments see them. No route registers a payment (R52)."""

from fastapi import Response

from services.fees import queries
from services.fees.api.parts import COUNTY_WIDE, FEE_WINDOW, Id, InView
from services.fees.views import CaseNotices, NoticeView, notice_view
from yimen.web import Forbidden, NotFound, Principal, Role, allow, new_router, set_etag

router = new_router(tags=["notices"])


@router.get("/notices/{number}", dependencies=[allow(*FEE_WINDOW)])
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
