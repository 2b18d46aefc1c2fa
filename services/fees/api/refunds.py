"""Refunds: asked for by payers, departments and the fee window, verified by the fee window, approved by the treasury (R59).

No route takes an amount (R50), and none says that money was given back: the bank does.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Query, Response, status
from pydantic import Field

from services.fees import calendars, refunding
from services.fees.api.parts import COUNTY_WIDE, Id, InUnit, InView, Limit, Words, notice_of_code, staff_on_notice
from services.fees.context import Context
from services.fees.domain.duties import Duty
from services.fees.domain.portions import Asked, AskedLine
from services.fees.domain.refunds import RefundState
from services.fees.duties import duties_on, refuse_joined
from services.fees.queries import Found
from services.fees.refunding import reading, rows
from services.fees.refunding.limits import budgets
from services.fees.refunding.reading import PaymentRefund, RefundPage, RefundView
from yimen.bus import Unit, View
from yimen.contracts.fees import RefundCause
from yimen.web import (
    Body,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    allow_anyone,
    creates,
    if_match,
    new_router,
    refuses,
    set_etag,
)

router = new_router(tags=["refunds"])

ListId = Annotated[str, Field(min_length=1, max_length=80)]


class RefundRequestBody(Body):
    """Without lists: all that was paid."""

    reasons: Words
    lists: list[ListId] = Field(default_factory=list, max_length=100)


class LineBody(Body):
    """`line`: its place on the list, from 1. `quantity`: how many of it are given back."""

    list_id: ListId
    line: int = Field(ge=1, le=1000)
    quantity: int = Field(ge=1, le=1_000_000)


class RefundBody(RefundRequestBody):
    """`lines` instead of `lists`: only a part of the quantities."""

    cause: Literal[RefundCause.REQUEST, RefundCause.OWN_FINDING]
    lines: list[LineBody] = Field(default_factory=list, max_length=200)

    @property
    def asked(self) -> Asked:
        lines = tuple(AskedLine(one.list_id, one.line, one.quantity) for one in self.lines)
        return Asked(lists=tuple(self.lists), lines=lines)


class RefusalBody(Body):
    reasons: Words


@router.post(
    "/payments/{payment_code}/refund-request",
    status_code=status.HTTP_201_CREATED,
    dependencies=[allow_anyone(), creates()],
    responses=refuses(404, 409),
)
async def request_refund(unit: InUnit, payment_code: Id, body: RefundRequestBody) -> PaymentRefund:
    """缴款人申请退款, by whoever holds the payment code."""
    await calendars.held(unit)
    notice = await notice_of_code(unit, payment_code)
    asked = Asked(lists=tuple(body.lists))
    number = await refunding.ask(unit, notice, asked, cause=RefundCause.REQUEST, reasons=body.reasons, by=None)
    return reading.payment_refund(await _found(unit, number))


@router.post(
    "/notices/{number}/refunds",
    status_code=status.HTTP_201_CREATED,
    dependencies=[creates()],
    responses=refuses(404, 409),
)
async def open_refund(
    unit: InUnit,
    number: Id,
    body: RefundBody,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER, Role.WINDOW_CLERK),
) -> RefundView:
    """登记退款: at the payer's request, or because the fee window or the department found it wrong itself."""
    await calendars.held(unit)
    notice = await staff_on_notice(unit, number, caller)
    await refuse_joined(unit, Duty.ASK_REFUND, caller.id, notice=number)
    # Whoever listed the fee speaks for the department, even with an officer's role.
    opened = (await duties_on(unit, notice=number))[Duty.OPEN]
    by_fee_window = Role.FEE_OFFICER in caller.roles and caller.id not in opened
    refund = await refunding.ask(
        unit,
        notice,
        body.asked,
        cause=body.cause,
        reasons=body.reasons,
        by=caller.staff,
        by_fee_window=by_fee_window,
    )
    return await _show(unit, refund, response)


@router.get("/refunds", dependencies=[allow(*COUNTY_WIDE)])
async def list_refunds(
    view: InView,
    state: RefundState | None = None,
    late: bool | None = None,
    notice_number: Annotated[str | None, Query(max_length=80)] = None,
    after: Annotated[str | None, Query(max_length=120, description="`next` of the page before")] = None,
    limit: Limit = 50,
) -> RefundPage:
    place = _place(after)
    found = await reading.page(view, state=state, late=late, notice_number=notice_number, after=place, limit=limit + 1)
    shown, more = found[:limit], len(found) > limit
    shares = await rows.shares_of(view, [row.number for row in shown])
    days, calendar = budgets(view.context), await calendars.in_force(view)
    return RefundPage(
        refunds=[reading.refund_view(row, shares[row.number], days, calendar) for row in shown],
        next=_placed(shown[-1]) if more else None,
    )


@router.get("/refunds/{refund_number}", responses=refuses(404))
async def show_refund(
    view: InView,
    refund_number: Id,
    response: Response,
    caller: Principal = allow(*COUNTY_WIDE, Role.WINDOW_CLERK),
) -> RefundView:
    """With the last day of each step. Clerks see those of lists of their departments."""
    shown = await _show(view, refund_number, response)
    departments = {share.department for share in shown.shares}
    if caller.roles.isdisjoint(COUNTY_WIDE) and caller.departments.isdisjoint(departments):
        raise Forbidden("不是本部门的收费", "该笔退款不涉及您所在的部门；如需查询，请到收费窗口。")
    return shown


@router.post("/refunds/{refund_number}/verification", responses=refuses(404, 409))
async def verify_refund(
    unit: InUnit,
    refund_number: Id,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER),
    expected: int = if_match(),
) -> RefundView:
    row = await _open(unit, refund_number, expected, RefundState.REQUESTED)
    await refuse_joined(unit, Duty.VERIFY_REFUND, caller.id, notice=row.notice_number)
    await refunding.verify(unit, row, caller.staff)
    return await _show(unit, refund_number, response)


@router.post("/refunds/{refund_number}/approval", responses=refuses(404, 409))
async def approve_refund(
    unit: InUnit,
    refund_number: Id,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> RefundView:
    """The bank is told to pay."""
    row = await _open(unit, refund_number, expected, RefundState.VERIFIED)
    await refuse_joined(unit, Duty.APPROVE_REFUND, caller.id, notice=row.notice_number)
    await refunding.approve(unit, row, caller.staff)
    return await _show(unit, refund_number, response)


@router.post("/refunds/{refund_number}/refusal", responses=refuses(404, 409))
async def refuse_refund(
    unit: InUnit,
    refund_number: Id,
    body: RefusalBody,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER, Role.TREASURER),
    expected: int = if_match(),
) -> RefundView:
    """不予退款, by whoever has to decide on it now: the fee window before it is verified, the treasury after."""
    row = await _open(unit, refund_number, expected, RefundState.REQUESTED, RefundState.VERIFIED)
    whose, duty = _TURN[RefundState(row.state)]
    if whose not in caller.roles:
        raise Forbidden(f"现在由{whose.label}办理", f"该退款待{duty.label}，须由{whose.label}决定是否予以退款。")
    if row.cause == RefundCause.ORDER:
        raise Conflict("refund-ordered", "责令退还的款项必须退还", "违法收费依法责令退还，不能不予退款，请予审批。")
    await refuse_joined(unit, duty, caller.id, notice=row.notice_number)
    await refunding.refuse(unit, row, body.reasons, caller.staff)
    return await _show(unit, refund_number, response)


@router.post("/refunds/{refund_number}/sending", responses=refuses(404, 409))
async def send_refund_again(
    unit: InUnit,
    refund_number: Id,
    response: Response,
    _caller: Principal = allow(Role.FEE_OFFICER),
    expected: int = if_match(),
) -> RefundView:
    """重新退付: after the bank said that it failed, once it is clear why."""
    row = await _open(unit, refund_number, expected, RefundState.FAILED)
    await refunding.send_again(unit, row)
    return await _show(unit, refund_number, response)


_TURN = {
    RefundState.REQUESTED: (Role.FEE_OFFICER, Duty.VERIFY_REFUND),
    RefundState.VERIFIED: (Role.TREASURER, Duty.APPROVE_REFUND),
}


async def _open(unit: Unit[Context], number: str, expected: int, *states: RefundState) -> Found:
    """The refund, locked, if it still is as the caller saw it and awaits this step."""
    await calendars.held(unit)
    row = await rows.lock_refund(unit, number)
    if row is None:
        raise _no_refund()
    if row.version != expected:
        raise StaleVersion(row.version)
    if row.state not in states:
        detail = "该退款已经办到别的环节，请刷新后查看。"
        raise Conflict("refund-not-here", "该退款当前不能这样办理", detail, state=row.state)
    return row


async def _show(view: View[Context], number: str, response: Response) -> RefundView:
    row = await _found(view, number)
    shares = await rows.shares_of(view, [number])
    set_etag(response, row.version)
    return reading.refund_view(row, shares[number], budgets(view.context), await calendars.in_force(view))


async def _found(view: View[Context], number: str) -> Found:
    row = await rows.refund_row(view, number)
    if row is None:
        raise _no_refund()
    return row


def _no_refund() -> NotFound:
    return NotFound("没有这笔退款", "请核对退款编号后重试。")


def _placed(row: Found) -> str:
    return (
        f"{row.late_since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{row.number}" if row.late_since else f"~{row.number}"
    )


def _place(text: str | None) -> reading.Place | None:
    if text is None:
        return None
    at, _, number = text.partition("~")
    try:
        since = datetime.fromisoformat(at).astimezone(UTC) if at else None
    except (ValueError, OverflowError) as wrong:
        raise Invalid("invalid-place", "翻页位置不正确", "请从第一页重新查询。") from wrong
    return since, number
