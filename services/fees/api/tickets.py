"""Tickets under control (以票控管, R56): blocks from the finance bureau, the register, and what was spoilt."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response, status
from pydantic import BaseModel, Field

from services.fees import queries, tickets
from services.fees.api.parts import FEE_WINDOW, Id, InUnit, InView, Limit
from services.fees.context import Context
from services.fees.queries import Found
from services.fees.settling import receipt_waiting
from services.fees.views import NoticeView, notice_view
from services.fees.voiding import void_ticket
from yimen.bus import View
from yimen.web import (
    Body,
    Invalid,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    creates,
    if_match,
    new_router,
    set_etag,
)

router = new_router(tags=["tickets"])

MOST = 2**63 - 1
LAST_NUMBER = 9_999_999_999
TicketCode = Annotated[str, Field(pattern=r"^[0-9]{8}$", description="区划2位、分类2位、种类2位、年度2位")]
TicketNumber = Annotated[int, Field(ge=1, le=LAST_NUMBER)]


class BlockBody(Body):
    ticket_code: TicketCode
    first: TicketNumber
    last: TicketNumber


class VoidBody(Body):
    reason: str = Field(min_length=1, max_length=2000)


class BlockView(BaseModel):
    """`used`: numbers given to notices, `void` among them; `left`: still to be given."""

    block_id: str
    ticket_code: str
    first: int
    last: int
    used: int
    void: int
    left: int
    issued_by: str | None
    issued_at: datetime | None
    written_off_by: str | None
    written_off_at: datetime | None
    version: int


class BlockPage(BaseModel):
    blocks: list[BlockView]


class TicketView(BaseModel):
    """存根. `amount` in 分: what its notice was paid with."""

    ticket_code: str
    ticket_number: str
    state: str
    notice_number: str
    case_number: str
    amount: int
    issued_at: datetime
    void_reason: str | None
    voided_by: str | None
    voided_at: datetime | None


class TicketPage(BaseModel):
    tickets: list[TicketView]


@router.get("/ticket-blocks", dependencies=[allow(*FEE_WINDOW)])
async def ticket_blocks(
    view: InView,
    after: Annotated[int, Query(ge=0, le=MOST, description="上一页最后一个区间的编号")] = 0,
    limit: Limit = 50,
) -> BlockPage:
    return BlockPage(blocks=[_block(row) for row in await tickets.blocks_in(view, after, limit)])


@router.post("/ticket-blocks", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def give_block(
    unit: InUnit, body: BlockBody, response: Response, caller: Principal = allow(Role.TREASURER)
) -> BlockView:
    """发放票号. Receipts that waited for a number are given out at once."""
    if body.last < body.first:
        raise Invalid("block-reversed", "起止号码颠倒", "止号不得小于起号，请核对后重新填写。")
    number = await tickets.give_block(unit, body.ticket_code, body.first, body.last, caller.id)
    await receipt_waiting(unit)
    response.headers["Location"] = f"ticket-blocks/{number}"
    return await _show(unit, number, response)


@router.post("/ticket-blocks/{block_id}/write-off")
async def write_off_block(
    unit: InUnit,
    block_id: Annotated[int, Path(ge=1, le=MOST)],
    response: Response,
    caller: Principal = allow(Role.TREASURER),
    expected: int = if_match(),
) -> BlockView:
    """核销: of a block whose every number was used."""
    block = await tickets.block_row(unit, block_id, lock=True)
    if block is None:
        raise _no_block()
    if block.version != expected:
        raise StaleVersion(block.version)
    await tickets.write_off(unit, block, caller.id)
    return await _show(unit, block_id, response)


@router.get("/tickets", dependencies=[allow(*FEE_WINDOW)])
async def ticket_register(
    view: InView,
    code: Annotated[str | None, Query(max_length=20, description="票据代码，默认为当前代码")] = None,
    first: Annotated[int, Query(alias="from", ge=0, le=MOST, description="起始票号")] = 0,
    limit: Limit = 50,
) -> TicketPage:
    """The register of one code, void tickets among the others. The next page begins after the last number of this one."""
    rows = await tickets.register(view, code or view.context.settings.ticket_code, first, limit)
    return TicketPage(tickets=[_ticket(row) for row in rows])


@router.post("/notices/{number}/ticket/void")
async def void(
    unit: InUnit,
    number: Id,
    body: VoidBody,
    response: Response,
    caller: Principal = allow(Role.FEE_OFFICER),
    expected: int = if_match(),
) -> NoticeView:
    """作废换号: the spoilt number stays used; the notice has the next one."""
    await void_ticket(unit, number, expected, body.reason, caller.staff)
    row = await queries.notice_row(unit, number)
    assert row is not None
    set_etag(response, row.version)
    return notice_view(row)


async def _show(view: View[Context], number: int, response: Response) -> BlockView:
    row = await tickets.block_row(view, number)
    if row is None:
        raise _no_block()
    set_etag(response, row.version)
    return _block(row)


def _block(row: Found) -> BlockView:
    plain: dict[str, Any] = {name: getattr(row, name) for name in BlockView.model_fields if hasattr(row, name)}
    counts = {"block_id": str(row.id), "used": row.next - row.first, "left": row.last - row.next + 1}
    return BlockView(**(plain | counts))


def _ticket(row: Found) -> TicketView:
    plain: dict[str, Any] = {name: getattr(row, name) for name in TicketView.model_fields if hasattr(row, name)}
    return TicketView(**plain, ticket_number=f"{row.number:010}")


def _no_block() -> NotFound:
    return NotFound("没有这个票号区间", "请核对区间编号后重试。")
