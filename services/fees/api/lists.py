"""Standards and fee lists. No route takes an amount (R50)."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field

from services.fees import calendars, queries
from services.fees.api.parts import COUNTY_WIDE, Id, InUnit, InView, Limit
from services.fees.context import Context
from services.fees.delays import due_of
from services.fees.domain.lists import ListState, Refusal, Rejection
from services.fees.domain.standards import TooMuchError, price
from services.fees.issuing import advance
from services.fees.listing import lock_case, reject, verify
from services.fees.queries import Found
from services.fees.views import ListPage, ListView, StandardView, list_view, standard_view
from services.fees.violations import write_down
from yimen.bus import Unit, View
from yimen.contracts.fees import ViolationKind
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
    if_match,
    new_router,
    revalidated,
    set_etag,
)
from yimen.worktime import local_date

router = new_router(tags=["lists"])


class RejectionBody(Body):
    """`violation`: the list asks for what the department may not ask for (R62)."""

    reason: str = Field(min_length=1, max_length=2000)
    violation: Literal[ViolationKind.OVER_STANDARD, ViolationKind.UNLISTED_ITEM] | None = None


@router.get("/standards", dependencies=[allow_anyone(), revalidated()])
async def published_standards(
    view: InView,
    after: Annotated[str, Query(max_length=260, description="item_code/version/code of the last row seen")] = "",
    limit: Limit = 100,
) -> list[StandardView]:
    item_code, _, rest = after.partition("/")
    version, _, code = rest.partition("/")
    place = (item_code, int(version) if version.isdecimal() and len(version) < 10 else 0, code)
    today = local_date(view.now)
    rows = await queries.published_standards(view, today, place, limit)
    return [standard_view(row, today) for row in rows]


@router.get("/lists", dependencies=[allow(*COUNTY_WIDE)])
async def fee_lists(
    view: InView,
    state: ListState | None = None,
    case_number: Annotated[str | None, Query(max_length=80)] = None,
    after: Annotated[str | None, Query(max_length=80)] = None,
    limit: Limit = 50,
) -> ListPage:
    rows = await queries.lists_in(view, state, case_number, after, limit)
    return ListPage(lists=await _shown(view, rows))


@router.get("/lists/{list_id}", dependencies=[allow(*COUNTY_WIDE)])
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
        priced = price(await queries.bare_lines(unit, list_id), published, case.item_version)
    except TooMuchError as error:
        said = "请退回清单，由部门核对数量、计费基数和面积后重新开单。"
        raise Conflict("list-too-large", "清单金额超出上限", said) from error
    await verify(unit, row, priced, caller.staff)
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
    if body.violation is not None:
        await write_down(unit, row, body.violation, body.reason, caller.staff)
    await advance(unit, row.case_number)
    return await _show(unit, list_id, response)


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
    set_etag(response, row.version)
    return (await _shown(view, [row]))[0]


async def _shown(view: View[Context], rows: Sequence[Found]) -> list[ListView]:
    lines = await queries.lines_of(view, [row.list_id for row in rows])
    standards = await queries.standards_by_case(view, [row.case_number for row in rows])
    calendar = await calendars.in_force(view)
    return [
        list_view(row, lines[row.list_id], *standards.get(row.case_number, (None, {})), due=due_of(row, view, calendar))
        for row in rows
    ]


def _no_list() -> NotFound:
    return NotFound("没有这份收费清单", "请核对清单编号后重试。")
