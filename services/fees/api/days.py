"""Days and their differences (R57): seen by those who answer for the money, settled by the treasury."""

from datetime import date
from typing import Annotated, Final, Literal

from fastapi import Path, Query, Response

from services.fees import days, differences
from services.fees.api.day_views import (
    DayPage,
    DifferencePage,
    DifferenceView,
    WholeDay,
    day_view,
    difference_view,
    whole_day,
)
from services.fees.api.parts import InUnit, InView, Limit, Words
from services.fees.context import Context
from services.fees.domain.reconciling import UNSETTLED, State
from services.fees.queries import Found
from yimen.bus import Unit, View
from yimen.contracts.fees import Difference
from yimen.web import (
    Body,
    Conflict,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    if_match,
    new_router,
    refuses,
    set_etag,
)

router = new_router(tags=["days"])

READERS: Final = (Role.TREASURER, Role.SUPERVISOR, Role.LEADER)
SHOWN: Final = 200
Number = Annotated[int, Path(ge=1, le=2**53)]


class NoteBody(Body):
    note: Words


@router.get("/days", dependencies=[allow(*READERS)])
async def bank_days(
    view: InView,
    state: Literal["open", "closed"] | None = None,
    before: Annotated[date | None, Query(description="the last day seen; older ones follow")] = None,
    limit: Limit = 31,
) -> DayPage:
    """The newest first. The figures of a day that is not closed stand in the day itself."""
    rows = await days.page(view, state, before, limit)
    sent = await days.remittances_of(view, [row.day for row in rows])
    return DayPage(days=[day_view(row, {}, sent.get(row.day)) for row in rows])


@router.get("/days/{day}", dependencies=[allow(*READERS)])
async def bank_day(view: InView, day: date, response: Response) -> WholeDay:
    return await _show_day(view, day, response)


@router.post("/days/{day}/closing", responses=refuses(409))
async def close_day(
    unit: InUnit,
    day: date,
    body: NoteBody,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> WholeDay:
    """手工日结: what is left of the day is carried under this note. A day without anything left has closed by itself."""
    await differences.lock_days(unit)
    row = await days.day_row(unit, day)
    if row is None:
        raise _no_day()
    if row.version != expected:
        raise StaleVersion(row.version)
    await days.close_by_hand(unit, row, body.note, caller.staff)
    return await _show_day(unit, day, response)


@router.get("/differences", dependencies=[allow(*READERS)])
async def found_differences(
    view: InView,
    state: State | None = None,
    day: date | None = None,
    after: Annotated[int, Query(ge=0, le=2**53, description="the last difference_id seen")] = 0,
    limit: Limit = 50,
) -> DifferencePage:
    rows = await differences.page(view, day=day, state=state, after=after, limit=limit)
    return DifferencePage(differences=[difference_view(row) for row in rows])


@router.post("/differences/{difference_id}/resolution", responses=refuses(409))
async def resolve_difference(
    unit: InUnit,
    difference_id: Number,
    body: NoteBody,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> DifferenceView:
    """Found out and answered for. Money moves by other ways: by the bank's word, or out of suspense."""
    row = await _unsettled(unit, difference_id, expected, UNSETTLED | {State.CARRIED})
    if row.kind == Difference.BANK_ONLY:
        raise Conflict("being-posted", "该笔款项正在入账", "银行文件中的款项由系统自动入账，请稍后刷新查看。")
    await differences.settle(unit, row, State.RESOLVED, body.note, caller.staff)
    await days.close_if_settled(unit, row.day)
    return await _show(unit, difference_id, response)


@router.post("/differences/{difference_id}/carry", responses=refuses(409))
async def carry_difference(
    unit: InUnit,
    difference_id: Number,
    body: NoteBody,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> DifferenceView:
    """结转: its day need not wait for it."""
    row = await _unsettled(unit, difference_id, expected, UNSETTLED)
    await differences.settle(unit, row, State.CARRIED, body.note, caller.staff)
    await days.close_if_settled(unit, row.day)
    return await _show(unit, difference_id, response)


async def _unsettled(unit: Unit[Context], number: int, expected: int, states: frozenset[State]) -> Found:
    """The difference as the caller saw it, if it is in one of these states."""
    await differences.lock_days(unit)
    row = await differences.found_at(unit, number)
    if row is None:
        raise NotFound("没有这项差异", "请核对差异编号后重试。")
    if row.version != expected:
        raise StaleVersion(row.version)
    if row.state not in states:
        raise Conflict("difference-settled", "该项差异已经处理", "该项差异已经处理，请刷新后查看。", state=row.state)
    return row


async def _show(view: View[Context], number: int, response: Response) -> DifferenceView:
    row = await differences.found_at(view, number)
    assert row is not None
    set_etag(response, row.version)
    return difference_view(row)


async def _show_day(view: View[Context], day: date, response: Response) -> WholeDay:
    row = await days.day_row(view, day)
    if row is None:
        raise _no_day()
    set_etag(response, row.version)
    live = {} if row.statement_id is None or row.state == days.CLOSED else await days.figures(view, day)
    return whole_day(
        row,
        live,
        files=await days.files_of(view, day),
        differences=await days.differences_of(view, day, SHOWN),
        counts=await days.counts_of(view, day),
        remittance=(await days.remittances_of(view, [day])).get(day),
    )


def _no_day() -> NotFound:
    return NotFound("没有这一天的账", "该日还没有导入对账文件，请核对日期。")
