"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response
from pydantic import Field

from services.fees import invariants, queries
from services.fees.context import Context
from services.fees.domain.lists import ListState, Refusal, Rejection
from services.fees.domain.notices import is_payment_code
from services.fees.domain.standards import TooMuchError, price
from services.fees.issuing import advance
from services.fees.listing import lock_case, reject, verify
from services.fees.queries import Found
from services.fees.views import (
    CaseNotices,
    Invariants,
    InvariantView,
    ListPage,
    ListView,
    NoticeView,
    PaymentView,
    StandardView,
    list_view,
    notice_view,
    payment_view,
)
from yimen.bus import Unit, View
from yimen.web import (
    Body,
    Conflict,
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    allow_anyone,
    current_unit,
    current_view,
    if_match,
    new_router,
    set_etag,
)

router = new_router(tags=["fees"])

InUnit = Annotated[Unit[Context], Depends(current_unit)]
InView = Annotated[View[Context], Depends(current_view)]
Id = Annotated[str, Path(min_length=1, max_length=80)]
Limit = Annotated[int, Query(ge=1, le=200)]

FEE_WINDOW = (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR)
COUNTY_WIDE = (*FEE_WINDOW, Role.LEADER)


class RejectionBody(Body):
    reason: str = Field(min_length=1, max_length=2000)


@router.get("/standards", dependencies=[allow_anyone()])
async def published_standards(
    view: InView,
    after: Annotated[str, Query(max_length=260, description="item_code/version/code of the last row seen")] = "",
    limit: Limit = 100,
) -> list[StandardView]:
    item_code, _, rest = after.partition("/")
    version, _, code = rest.partition("/")
    place = (item_code, int(version) if version.isdecimal() and len(version) < 10 else 0, code)
    rows = await queries.published_standards(view, place, limit)
    return [StandardView.model_validate(dict(row._mapping)) for row in rows]


@router.get("/lists", dependencies=[allow(*FEE_WINDOW)])
async def fee_lists(
    view: InView,
    state: ListState | None = None,
    after: Annotated[str | None, Query(max_length=80)] = None,
    limit: Limit = 50,
) -> ListPage:
    rows = await queries.lists_in(view, state, after, limit)
    lines = await queries.lines_of(view, [row.list_id for row in rows])
    return ListPage(lists=[list_view(row, lines[row.list_id], {}, None) for row in rows])


@router.get("/lists/{list_id}", dependencies=[allow(*FEE_WINDOW)])
async def fee_list(view: InView, list_id: Id, response: Response) -> ListView:
    return await _show(view, list_id, response)


@router.post("/lists/{list_id}/verification")
async def verify_list(
    unit: InUnit,
    list_id: Id,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER),
    expected: int = if_match(),
) -> ListView:
    """核标: the amounts follow from the standard of the version that the case runs on."""
    row, case = await _open_list(unit, list_id, expected)
    if row.opened_by == caller.id:
        raise Forbidden("不能核定自己开出的清单", "开单与核标须由不同的人办理，请由其他收费窗口人员核标。")
    published = await queries.standards_of(unit, case.item_code, case.item_version)
    assert published is not None, "a list is open only once its standard is known"
    try:
        priced = price(await queries.bare_lines(unit, list_id), published)
    except TooMuchError as error:
        raise Conflict("list-too-large", "清单金额超出上限", "请退回清单，由部门核对数量后重新开单。") from error
    await verify(unit, row, priced, case.item_version, caller.staff)
    await advance(unit, row.case_number)
    return await _show(unit, list_id, response)


@router.post("/lists/{list_id}/rejection")
async def reject_list(
    unit: InUnit,
    list_id: Id,
    body: RejectionBody,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER),
    expected: int = if_match(),
) -> ListView:
    row, _case = await _open_list(unit, list_id, expected)
    await reject(unit, row, Refusal(Rejection.OFFICER, body.reason), caller.staff)
    await advance(unit, row.case_number)
    return await _show(unit, list_id, response)


@router.get("/notices/{number}", dependencies=[allow(*FEE_WINDOW)])
async def notice(view: InView, number: Id) -> NoticeView:
    row = await queries.notice_row(view, number)
    if row is None:
        raise NotFound("没有这份缴款通知书", "请核对通知书编号后重试。")
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


@router.get("/payments/{payment_code}", dependencies=[allow_anyone()])
async def payment(view: InView, payment_code: Id) -> PaymentView:
    code = payment_code.strip().upper()
    if not is_payment_code(code):
        raise NotFound("缴款码有误", "缴款码为20位字母和数字，请对照缴款通知书逐位核对后重新填写。")
    row = await queries.notice_by_code(view, code)
    if row is None:
        raise NotFound("没有这个缴款码", "请对照缴款通知书核对后重新填写，或到收费窗口咨询。")
    return payment_view(row)


@router.get("/invariants", dependencies=[allow(Role.TREASURER, Role.SUPERVISOR, Role.OPERATOR)])
async def books_invariants(view: InView) -> Invariants:
    found = await invariants.check(view)
    shown = [InvariantView(id=one.id, title=one.title, ok=one.ok, figures=one.figures) for one in found]
    return Invariants(ok=all(one.ok for one in found), checked_at=view.now, invariants=shown)


async def _open_list(unit: Unit[Context], list_id: str, expected: int) -> tuple[Found, Found]:
    """The list, locked under its case, if it still is as the caller saw it and may be decided."""
    seen = await queries.list_row(unit, list_id)
    if seen is None:
        raise _no_list()
    case = await lock_case(unit, seen.case_number)
    row = await queries.list_row(unit, list_id, lock=True)
    assert row is not None
    if row.version != expected:
        raise StaleVersion(row.version)
    if row.state != ListState.OPEN:
        raise Conflict(
            "list-not-open", "该清单当前不能办理", "清单已经办结，或仍在等待收费标准，请刷新后查看。", state=row.state
        )
    return row, case


async def _show(view: View[Context], list_id: str, response: Response) -> ListView:
    row = await queries.list_row(view, list_id)
    if row is None:
        raise _no_list()
    case = await queries.case_row(view, row.case_number)
    published = await queries.standards_of(view, case.item_code, case.item_version)
    set_etag(response, row.version)
    lines = await queries.lines_of(view, [list_id])
    return list_view(row, lines[list_id], published or {}, case.item_version)


def _no_list() -> NotFound:
    return NotFound("没有这份收费清单", "请核对清单编号后重试。")
