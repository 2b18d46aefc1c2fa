"""减免缓 (R58): asked for by the payer, reviewed by the department, approved by who its amount calls for."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Response, status
from pydantic import BaseModel, Field

from services.fees import queries, relieving
from services.fees.api.parts import Id, InUnit, InView, Limit, Words, notice_of_code, staff_on_notice
from services.fees.context import Context
from services.fees.domain.duties import Duty
from services.fees.domain.reliefs import WHOLE, Asked, ReliefState
from services.fees.duties import refuse_joined
from services.fees.queries import Found
from services.fees.views import Did, did
from yimen.bus import Unit
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.fees import ReliefKind
from yimen.web import (
    Body,
    Forbidden,
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

router = new_router(tags=["reliefs"])

COUNTY = (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR, Role.LEADER, Role.GOVERNMENT_HEAD)
READERS = (*COUNTY, Role.CHIEF_REPRESENTATIVE)
Number = Annotated[str, Path(min_length=1, max_length=80)]


class ReliefBody(Body):
    """`share`: of a reduction, in ten-thousandths of the list's amount; `until`: the new last day of a deferral."""

    kind: ReliefKind
    list_id: Code | None = None
    share: Annotated[int, Field(ge=1, le=WHOLE, strict=True)] | None = None
    until: date | None = None
    basis: Words
    reasons: Words

    @property
    def asked(self) -> Asked:
        return Asked(self.kind, self.list_id, self.share, self.until)


class RefusalBody(Body):
    reasons: Words


class ReliefView(BaseModel):
    """`amount`: what would not be paid, or would be paid later, in 分."""

    number: str
    kind: ReliefKind
    notice_number: str
    list_id: str | None
    department: str
    share: int | None
    until: date | None
    amount: int
    basis: str
    reasons: str
    state: ReliefState
    version: int
    requested_at: Instant
    requested: Did | None
    reviewed: Did | None
    approved: Did | None
    granted: Did | None
    refused: Did | None
    refusal: str | None


class ReliefPage(BaseModel):
    items: list[ReliefView]


class Made(BaseModel):
    number: str


@router.post(
    "/payments/{payment_code}/relief-request",
    status_code=status.HTTP_201_CREATED,
    dependencies=[allow_anyone(), creates()],
    responses=refuses(404, 409),
)
async def ask_for_relief(unit: InUnit, payment_code: Id, body: ReliefBody) -> Made:
    """By whoever holds the payment code."""
    notice = await notice_of_code(unit, payment_code)
    return Made(number=await relieving.ask(unit, notice, body.asked, body.basis, body.reasons, None))


@router.post(
    "/notices/{number}/reliefs",
    status_code=status.HTTP_201_CREATED,
    dependencies=[creates()],
    responses=refuses(404, 409),
)
async def write_down_relief(
    unit: InUnit, number: Id, body: ReliefBody, caller: Principal = allow(Role.FEE_OFFICER, Role.WINDOW_CLERK)
) -> Made:
    """On paper, at the fee window or the department's."""
    notice = await staff_on_notice(unit, number, caller)
    await refuse_joined(unit, Duty.ASK_RELIEF, caller.id, notice=number)
    return Made(number=await relieving.ask(unit, notice, body.asked, body.basis, body.reasons, caller.staff))


@router.get("/reliefs")
async def reliefs_in(
    view: InView,
    state: ReliefState | None = None,
    notice_number: Annotated[str | None, Query(max_length=80)] = None,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
    caller: Principal = allow(*READERS),
) -> ReliefPage:
    """A chief representative sees their departments' own."""
    own = None if caller.roles & set(COUNTY) else sorted(caller.departments)
    rows = await relieving.reliefs_in(view, state, own, notice_number, after, limit)
    return ReliefPage(items=[_view(row) for row in rows])


@router.get("/reliefs/{relief_number}", responses=refuses(404))
async def relief(
    view: InView, relief_number: Number, response: Response, caller: Principal = allow(*READERS)
) -> ReliefView:
    row = await relieving.relief_row(view, relief_number)
    if row is None:
        raise _no_relief()
    if not caller.roles & set(COUNTY):
        _refuse_other_departments(row, caller)
    set_etag(response, row.version)
    return _view(row)


@router.post("/reliefs/{relief_number}/review", responses=refuses(404, 409))
async def review(
    unit: InUnit,
    relief_number: Number,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE),
    expected: int = if_match(),
) -> ReliefView:
    """部门审核."""
    _notice, row = await _locked(unit, relief_number, expected)
    _refuse_other_departments(row, caller)
    await refuse_joined(unit, Duty.REVIEW_RELIEF, caller.id, notice=row.notice_number)
    await relieving.review(unit, row, caller.staff)
    return await _show(unit, relief_number, response)


@router.post("/reliefs/{relief_number}/approval", responses=refuses(404, 409))
async def approve(
    unit: InUnit,
    relief_number: Number,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> ReliefView:
    """财政审批; within the limit it is granted by that."""
    notice, row = await _locked(unit, relief_number, expected)
    await refuse_joined(unit, Duty.APPROVE_RELIEF, caller.id, notice=row.notice_number)
    await relieving.approve(unit, notice, row, caller.staff)
    return await _show(unit, relief_number, response)


@router.post("/reliefs/{relief_number}/grant", responses=refuses(404, 409))
async def grant(
    unit: InUnit,
    relief_number: Number,
    response: Response,
    caller: Principal = allow(Role.GOVERNMENT_HEAD),
    expected: int = if_match(),
) -> ReliefView:
    """政府审批, above the limit."""
    notice, row = await _locked(unit, relief_number, expected)
    await refuse_joined(unit, Duty.GRANT_RELIEF, caller.id, notice=row.notice_number)
    await relieving.grant(unit, notice, row, caller.staff)
    return await _show(unit, relief_number, response)


TURNS = {
    ReliefState.REQUESTED: (Role.CHIEF_REPRESENTATIVE, Duty.REVIEW_RELIEF),
    ReliefState.REVIEWED: (Role.TREASURER, Duty.APPROVE_RELIEF),
    ReliefState.APPROVED: (Role.GOVERNMENT_HEAD, Duty.GRANT_RELIEF),
}


@router.post("/reliefs/{relief_number}/refusal", responses=refuses(404, 409))
async def refuse(
    unit: InUnit,
    relief_number: Number,
    body: RefusalBody,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE, Role.TREASURER, Role.GOVERNMENT_HEAD),
    expected: int = if_match(),
) -> ReliefView:
    """By whoever's turn it is."""
    notice, row = await _locked(unit, relief_number, expected)
    role, duty = TURNS.get(ReliefState(row.state), (None, None))
    if role is not None and duty is not None:
        if role not in caller.roles:
            raise Forbidden("尚未轮到您办理", f"该申请现由{role.label}办理。")
        if role is Role.CHIEF_REPRESENTATIVE:
            _refuse_other_departments(row, caller)
        await refuse_joined(unit, duty, caller.id, notice=row.notice_number)
    await relieving.refuse(unit, notice, row, body.reasons, caller.staff)
    return await _show(unit, relief_number, response)


async def _locked(unit: Unit[Context], relief_number: str, expected: int) -> tuple[Found, Found]:
    """The notice and the relief, as the caller saw it."""
    seen = await relieving.relief_row(unit, relief_number)
    if seen is None:
        raise _no_relief()
    notice = await queries.locked_notice(unit, seen.notice_number)
    row = await relieving.relief_row(unit, relief_number, lock=True)
    assert notice is not None
    assert row is not None
    if row.version != expected:
        raise StaleVersion(row.version)
    return notice, row


async def _show(unit: Unit[Context], relief_number: str, response: Response) -> ReliefView:
    row = await relieving.relief_row(unit, relief_number)
    assert row is not None
    set_etag(response, row.version)
    return _view(row)


def _view(row: Found) -> ReliefView:
    names = ReliefView.model_fields.keys() - {"requested", "reviewed", "approved", "granted", "refused"}
    acts = {name: did(row, name) for name in ("requested", "reviewed", "approved", "granted", "refused")}
    return ReliefView(**{name: getattr(row, name) for name in sorted(names)}, **acts)


def _refuse_other_departments(row: Found, caller: Principal) -> None:
    if row.department not in caller.departments:
        raise Forbidden("不是本部门的收费", "只能办理本部门收费清单的减免缓申请。")


def _no_relief() -> NotFound:
    return NotFound("没有这份减免缓申请", "请核对申请编号后重试。")
