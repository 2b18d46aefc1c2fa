"""Money in suspense (待查款): who has to answer for it, and what is proposed and approved. Nobody types an amount (R52)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.fees import resolving, suspense
from services.fees.api.parts import FEE_WINDOW, InUnit, InView, Limit
from services.fees.context import Context
from services.fees.domain.payments import Reason
from services.fees.domain.suspense import ExceptionState, Proposal, Resolution
from services.fees.queries import Found
from yimen.bus import View
from yimen.contracts.parts import Staff
from yimen.web import Body, Conflict, NotFound, Principal, Role, allow, if_match, new_router, set_etag
from yimen.web.versions import etag

router = new_router(prefix="/exceptions", tags=["exceptions"])

MOST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=MOST)]


class ProposalBody(Body):
    resolution: Resolution
    notice_number: str | None = Field(default=None, max_length=80, description="转为缴款时：该款所缴的通知书")
    exception_id: int | None = Field(default=None, ge=1, le=MOST, description="对冲时：退回款项的待查编号")
    note: str = Field(min_length=1, max_length=2000, description="处理意见的理由")

    def proposal(self) -> Proposal:
        target = {
            Resolution.NOTICE: self.notice_number,
            Resolution.OFFSET: None if self.exception_id is None else str(self.exception_id),
        }
        return Proposal(self.resolution, self.note, target.get(self.resolution))


class ReturnBody(Body):
    reason: str = Field(min_length=1, max_length=2000)


class ReturnedView(BaseModel):
    """A proposal that was not approved; `returned_by` is absent where events overtook it."""

    resolution: Resolution
    target: str | None
    note: str
    proposed_by: Staff
    proposed_at: datetime
    returned_by: Staff | None
    returned_at: datetime
    reason: str


class ExceptionView(BaseModel):
    """`amount` in 分: what came in; negative: what went out unordered; 0: nothing moved. `target`: the notice that it pays,
    or the other exception of an offset."""

    exception_id: str
    reason: str
    reason_text: str
    amount: int
    bank_serial: str | None
    payout_serial: str | None
    reference: str | None
    payment_code: str | None
    method: str | None
    paid_at: datetime | None
    notice_number: str | None
    case_number: str | None
    detail: str | None
    owner: str
    answer_by: date
    overdue_at: datetime | None
    state: ExceptionState
    version: int
    opened_at: datetime
    resolution: Resolution | None
    target: str | None
    note: str | None
    proposed_by: Staff | None
    proposed_at: datetime | None
    resolved_by: Staff | None
    resolved_at: datetime | None
    refund_number: str | None
    returned: list[ReturnedView]


class ExceptionPage(BaseModel):
    exceptions: list[ExceptionView]


@router.get("", dependencies=[allow(*FEE_WINDOW)])
async def money_in_suspense(
    view: InView,
    state: ExceptionState | None = None,
    owner: Annotated[str | None, Query(max_length=40, description="treasurer 或 supervisor")] = None,
    overdue: Annotated[bool | None, Query(description="是否曾逾期未答复")] = None,
    notice_number: Annotated[str | None, Query(max_length=80)] = None,
    after: Annotated[int, Query(ge=0, le=MOST, description="上一页最后一笔的编号")] = 0,
    limit: Limit = 50,
) -> ExceptionPage:
    rows = await suspense.exceptions_in(
        view, state=state, owner=owner, overdue=overdue, notice_number=notice_number, after=after, limit=limit
    )
    returned = await suspense.returned_of(view, [row.id for row in rows])
    return ExceptionPage(exceptions=[_view(row, returned) for row in rows])


@router.get("/{exception_id}", dependencies=[allow(*FEE_WINDOW)])
async def one_in_suspense(view: InView, exception_id: Number, response: Response) -> ExceptionView:
    return await _show(view, exception_id, response)


@router.post("/{exception_id}/proposal")
async def propose(
    unit: InUnit,
    exception_id: Number,
    body: ProposalBody,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER),
    expected: int = if_match(),
) -> ExceptionView:
    """提出处理意见: what it turns into once another person has approved it."""
    await resolving.propose(unit, exception_id, expected, body.proposal(), caller.staff)
    return await _show(unit, exception_id, response)


@router.post("/{exception_id}/approval", response_model=ExceptionView)
async def approve(
    unit: InUnit,
    request: Request,
    exception_id: Number,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> ExceptionView | Response:
    """审批: carries it out. 409 where it no longer fits; then it is open again, for another proposal."""
    overtaken = await resolving.approve(unit, exception_id, expected, caller.staff)
    if overtaken is None:
        return await _show(unit, exception_id, response)
    # Answered, not raised: that it went back has to be committed.
    tag = {"ETag": etag((await _row(unit, exception_id)).version)}
    detail = f"{overtaken.detail}处理意见已自动退回，请收费窗口重新提出。"
    problem = Conflict(overtaken.code, overtaken.title, detail, **overtaken.extensions)
    problem.headers |= tag
    return problem.response(request.scope["path"])


@router.post("/{exception_id}/rejection")
async def send_back(
    unit: InUnit,
    exception_id: Number,
    body: ReturnBody,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> ExceptionView:
    """退回处理意见: it is open again."""
    await resolving.send_back(unit, exception_id, expected, body.reason, caller.staff)
    return await _show(unit, exception_id, response)


async def _row(view: View[Context], number: int) -> Found:
    row = await suspense.exception_row(view, number)
    if row is None:
        raise NotFound("没有这笔待查款", "请核对待查编号后重试。")
    return row


async def _show(view: View[Context], number: int, response: Response) -> ExceptionView:
    row = await _row(view, number)
    set_etag(response, row.version)
    return _view(row, await suspense.returned_of(view, [number]))


def _view(row: Found, returned: Mapping[int, Sequence[Found]]) -> ExceptionView:
    plain: dict[str, Any] = {name: getattr(row, name) for name in ExceptionView.model_fields if hasattr(row, name)}
    plain |= {"exception_id": str(row.id), "reason_text": Reason(row.reason).label}
    plain |= {name: _staff(row, name) for name in ("proposed_by", "resolved_by")}
    return ExceptionView(**plain, returned=[_returned(one) for one in returned.get(row.id, ())])


def _returned(row: Found) -> ReturnedView:
    plain: dict[str, Any] = {name: getattr(row, name) for name in ReturnedView.model_fields}
    return ReturnedView(**(plain | {name: _staff(row, name) for name in ("proposed_by", "returned_by")}))


def _staff(row: Found, name: str) -> Staff | None:
    person = getattr(row, name)
    return None if person is None else Staff(id=person, name=getattr(row, f"{name}_name"))
