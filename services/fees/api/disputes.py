"""缴款异议 (R55): by whoever holds the payment code, or on paper at the fee window; answered by the treasury."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Response, status
from pydantic import BaseModel, Field

from services.fees import disputing, queries
from services.fees.api.parts import FEE_WINDOW, Id, InUnit, InView, Limit, Words, notice_of_code
from services.fees.context import Context
from services.fees.disputing import Finding
from services.fees.domain.disputes import DisputeState
from services.fees.domain.duties import Duty
from services.fees.duties import refuse_joined
from services.fees.queries import Found
from services.fees.views import Did, did
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import (
    Body,
    NotFound,
    Principal,
    Role,
    allow,
    allow_anyone,
    creates,
    if_match,
    new_router,
    refuses,
    set_etag,
)
from yimen.worktime import local_date

router = new_router(tags=["disputes"])

Number = Annotated[str, Path(min_length=1, max_length=80)]


class DisputeBody(Body):
    reasons: Words


class AnswerBody(Body):
    """`lists`: those found wrong, where it is upheld. `relist` false: nothing is owed in their place."""

    upheld: bool
    answer: Words
    lists: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    relist: bool = True

    @property
    def finding(self) -> Finding:
        return Finding(self.upheld, self.answer, tuple(sorted(set(self.lists))), self.relist)


class Filed(BaseModel):
    """The limit to pay stays: `pay_by`."""

    dispute_number: str
    answer_by: date
    pay_by: date


class DisputeView(BaseModel):
    """`late`: open past `answer_by`. `notice_lists`: what the notice asks for; `lists`: those found wrong."""

    number: str
    notice_number: str
    case_number: str
    notice_state: str
    amount: int
    pay_by: date
    state: DisputeState
    version: int
    reasons: str
    filed: Did | None
    answer_by: date
    late: bool
    answer: str | None
    lists: list[str] | None
    answered: Did | None


class DisputeDetail(DisputeView):
    notice_lists: list[str]


class DisputePage(BaseModel):
    items: list[DisputeView]


@router.post(
    "/payments/{payment_code}/dispute",
    status_code=status.HTTP_201_CREATED,
    dependencies=[allow_anyone(), creates()],
    responses=refuses(404, 409),
)
async def dispute_payment(unit: InUnit, payment_code: Id, body: DisputeBody) -> Filed:
    """By whoever holds the payment code."""
    notice = await notice_of_code(unit, payment_code)
    return await _filed(unit, await disputing.file(unit, notice, body.reasons), notice)


@router.post(
    "/notices/{number}/dispute",
    status_code=status.HTTP_201_CREATED,
    dependencies=[creates()],
    responses=refuses(404, 409),
)
async def write_down_dispute(
    unit: InUnit, number: Id, body: DisputeBody, caller: Principal = allow(Role.FEE_OFFICER)
) -> Filed:
    """On paper, at the fee window."""
    notice = await queries.locked_notice(unit, number)
    if notice is None:
        raise NotFound("没有这份缴款通知书", "请核对通知书编号后重试。")
    await refuse_joined(unit, Duty.FILE_DISPUTE, caller.id, notice=number)
    return await _filed(unit, await disputing.file(unit, notice, body.reasons, caller.staff), notice)


@router.get("/disputes", dependencies=[allow(*FEE_WINDOW)])
async def disputes_in(
    view: InView,
    state: DisputeState | None = None,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
) -> DisputePage:
    rows = await disputing.disputes_in(view, state, after, limit)
    return DisputePage(items=[DisputeView(**_fields(row, local_date(view.now))) for row in rows])


@router.get("/disputes/{dispute_number}", dependencies=[allow(*FEE_WINDOW)], responses=refuses(404))
async def dispute(view: InView, dispute_number: Number, response: Response) -> DisputeDetail:
    return await _show(view, dispute_number, response)


@router.post("/disputes/{dispute_number}/answer", responses=refuses(404, 409))
async def answer_dispute(
    unit: InUnit,
    dispute_number: Number,
    body: AnswerBody,
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> DisputeDetail:
    """Upheld before payment, the notice is void and another is issued; after it, what was paid is given back."""
    seen = await _known(unit, dispute_number)
    await disputing.answer(unit, seen, body.finding, caller.staff, expected)
    return await _show(unit, dispute_number, response)


async def _filed(view: View[Context], number: str, notice: Found) -> Filed:
    row = await _known(view, number)
    return Filed(dispute_number=number, answer_by=row.answer_by, pay_by=notice.pay_by)


async def _known(view: View[Context], number: str) -> Found:
    row = await disputing.dispute_row(view, number)
    if row is None:
        raise NotFound("没有这份缴款异议", "请核对异议编号后重试。")
    return row


async def _show(view: View[Context], number: str, response: Response) -> DisputeDetail:
    row = await _known(view, number)
    set_etag(response, row.version)
    on_it = await disputing.lists_on(view, row.notice_number)
    return DisputeDetail(**_fields(row, local_date(view.now)), notice_lists=on_it)


def _fields(row: Found, today: date) -> dict[str, object]:
    names = DisputeView.model_fields.keys() - {"filed", "answered", "late"}
    late = row.state == DisputeState.OPEN and today > row.answer_by
    return {name: getattr(row, name) for name in names} | {
        "filed": did(row, "filed"),
        "answered": did(row, "answered"),
        "late": late,
    }
