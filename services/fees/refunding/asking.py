"""A refund begins: on request, by an own finding, by the supervisor's order, or of money that stood in suspense."""

from typing import Any

from sqlalchemy import insert, select

from services.fees import calendars, queries
from services.fees.context import Context
from services.fees.domain.notices import HAS_MONEY, NoticeState
from services.fees.domain.portions import Asked, PaidLine, PaidShare, Portion, portions
from services.fees.domain.refunds import RefundState, begins
from services.fees.numbering import REFUND, next_number
from services.fees.queries import Found
from services.fees.refunding import limits, paying_back
from services.fees.refunding.rows import hold, refund_row
from services.fees.tables import refund_shares, refunds, shares
from yimen.bus import Unit
from yimen.contracts.fees import NoticeRefundRequested, RefundCause
from yimen.contracts.parts import FeeCalculator, Staff
from yimen.errors import NotNow


async def find(
    unit: Unit[Context], notice: Found, list_ids: tuple[str, ...], cause: RefundCause, reasons: str, by: Staff
) -> str:
    """What the fee window, the treasury or the supervisor found wrong with a paid notice is given back; its number. `notice`
    is locked, and `calendars.held` was asked before. No lists: all of it. Raises `Refusal` where nothing is left to give
    back."""
    return await ask(unit, notice, Asked(lists=list_ids), cause=cause, reasons=reasons, by=by, by_fee_window=True)


async def ask(
    unit: Unit[Context],
    notice: Found,
    asked: Asked,
    *,
    cause: RefundCause,
    reasons: str,
    by: Staff | None,
    by_fee_window: bool = False,
) -> str:
    """The same for whoever asks; `by` is nobody where the payer did, by the payment code."""
    await calendars.held(unit)
    if NoticeState(notice.state) not in HAS_MONEY:
        raise NotNow(
            "notice-not-paid", "该缴款通知书没有缴款", "尚未缴款的通知书不需要退款；如对收费有异议，请提出异议。"
        )
    wanted = portions(await _paid_shares(unit, notice.number), asked)
    amount, state = sum(one.amount for one in wanted), begins(cause, by_fee_window=by_fee_window)
    begun: dict[str, Any] = {"state": state, "verified_at": unit.now if state is RefundState.VERIFIED else None}
    number = await _open(
        unit, cause, amount, reasons, by, notice_number=notice.number, bank_serial=notice.bank_serial, **begun
    )
    await _hold(unit, number, notice.number, wanted)
    unit.emit(
        NoticeRefundRequested(
            notice_number=notice.number,
            case_number=notice.case_number,
            refund_number=number,
            cause=cause,
            amount=amount,
            reasons=reasons,
            requested_at=unit.now,
        )
    )
    return number


async def of_exception(unit: Unit[Context], exception: Found, by: Staff) -> str:
    """The refund of money that waited in suspense: approved by the treasurer who resolved it, and on its way to the bank.
    The caller posts `books.resolve_to_refund`. Raises `Refusal` for an exception that holds no money of a payer."""
    await calendars.held(unit)
    if exception.bank_serial is None or exception.amount <= 0:
        raise NotNow(
            "nothing-in-suspense", "该待查事项没有可退的款项", "只有银行收到而未入账的款项才能退回，请另选处理意见。"
        )
    asker = Staff(id=exception.proposed_by, name=exception.proposed_by_name) if exception.proposed_by else None
    approved = {
        "state": RefundState.APPROVED,
        "approved_at": unit.now,
        "approved_by": by.id,
        "approved_by_name": by.name,
    }
    number = await _open(
        unit,
        RefundCause.SUSPENSE,
        exception.amount,
        exception.note or "待查款退回缴款人",
        asker,
        exception_id=exception.id,
        bank_serial=exception.bank_serial,
        **approved,
    )
    row = await refund_row(unit, number)
    assert row is not None
    await paying_back.send(unit, row, attempt=1)
    return number


async def _open(
    unit: Unit[Context], cause: RefundCause, amount: int, reasons: str, by: Staff | None, **known: Any
) -> str:
    number = await next_number(unit, REFUND)
    asked: dict[str, Any] = {
        "number": number,
        "cause": cause,
        "amount": amount,
        "reasons": reasons,
        "requested_by": by.id if by else None,
        "requested_by_name": by.name if by else None,
        "requested_at": unit.now,
    }
    await unit.execute(insert(refunds), [asked | known])
    row = await refund_row(unit, number)
    assert row is not None
    await limits.watch(unit, number, limits.course(row))
    return number


async def _hold(unit: Unit[Context], number: str, notice_number: str, wanted: list[Portion]) -> None:
    rows = [
        {
            "refund_number": number,
            "notice_number": notice_number,
            "list_id": one.list_id,
            "department": one.department,
            "amount": one.amount,
            "lines": None if one.lines is None else [{"line": line, "quantity": n} for line, n in one.lines.items()],
        }
        for one in wanted
    ]
    await unit.execute(insert(refund_shares), rows)
    await hold(unit, notice_number, {one.list_id: one.amount for one in wanted})


async def _paid_shares(unit: Unit[Context], notice_number: str) -> list[PaidShare]:
    query = select(shares).where(shares.c.notice_number == notice_number).order_by(shares.c.list_id)
    rows = (await unit.execute(query)).all()
    lines = await queries.lines_of(unit, [row.list_id for row in rows])
    returned = await _returned(unit, notice_number)
    return [
        PaidShare(
            list_id=row.list_id,
            department=row.department,
            amount=row.amount,
            held=row.refund_held,
            lines=tuple(_paid_line(line, returned.get((row.list_id, line.line), 0)) for line in lines[row.list_id]),
        )
        for row in rows
    ]


def _paid_line(row: Found, returned: int) -> PaidLine:
    return PaidLine(
        line=row.line,
        quantity=row.quantity,
        price=row.price or 0,
        amount=row.amount or 0,
        divisible=(row.calculator or FeeCalculator.PIECE) == FeeCalculator.PIECE,
        half_rate=row.half_rate,
        returned=returned,
    )


async def _returned(unit: Unit[Context], notice_number: str) -> dict[tuple[str, int], int]:
    """Quantities by list and line that refunds not refused give back."""
    query = (
        select(refund_shares.c.list_id, refund_shares.c.lines)
        .join(refunds, refunds.c.number == refund_shares.c.refund_number)
        .where(refund_shares.c.notice_number == notice_number, refunds.c.state != RefundState.REFUSED)
    )
    found: dict[tuple[str, int], int] = {}
    for row in await unit.execute(query):
        for one in row.lines or ():
            place = (row.list_id, one["line"])
            found[place] = found.get(place, 0) + one["quantity"]
    return found
