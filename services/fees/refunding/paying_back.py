"""Between the bank and us: the order to give money back, and what the bank says of it.

Guarantees: given back is what the bank says was given back, of the amount that was approved; its word is heard in whatever
order it comes, and a later "failed" takes nothing back from a refund that was paid.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.notices import NoticeKind
from services.fees.domain.payments import Reason
from services.fees.domain.payouts import PaidOut
from services.fees.domain.refunds import ORDERED, RefundState, bank_number, by_the_bank, ours
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.refunding.limits import LIMIT
from services.fees.refunding.rows import case_of, change, give_back, lock_refund, refund_row, shares_of
from services.fees.suspense import open_exception
from services.fees.tables import bank_payouts, exceptions, notices
from yimen.bus import Unit, View
from yimen.contracts.fees import ExceptionRefunded, ListRefunded, NoticeRefunded, NoticeRefundFailed
from yimen.jobs import send_later
from yimen.timers import cancel_timer
from yimen.worktime import local_date

BANK_REFUND: Final = "bank_refund"
_CURRENCY: Final = "CNY"


async def send(unit: Unit[Context], row: Found, *, attempt: int) -> None:
    """The order to the bank goes out after the commit. Its number is what the bank recognises a repetition by."""
    number = bank_number(row.number, attempt)
    order = {
        "refund_number": number,
        "bank_serial": row.bank_serial,
        "amount": row.amount,
        "currency": _CURRENCY,
        "account": unit.context.settings.fiscal_account,
    }
    await send_later(unit, BANK_REFUND, key=number, payload=order)


async def accepted(unit: Unit[Context], named: str) -> None:
    """The bank has the order. What it said of it meanwhile stands."""
    row = await _lock(unit, named)
    if row is not None and row.state == RefundState.APPROVED:
        await change(unit, row, state=RefundState.SENT, sent_at=unit.now, late_since=row.late_since)


async def is_unheard(view: View[Context], named: str) -> bool:
    """The bank has this very order and did not say yet how it ended."""
    order = ours(named)
    row = await refund_row(view, order[0]) if order else None
    return row is not None and row.state == RefundState.SENT and row.attempt == (order or ("", 0))[1]


async def expected(unit: Unit[Context], named: str, amount: int) -> Found | None:
    """The refund that the bank may have paid under this number, locked with its notice. None: nobody ordered that, or it
    was paid before, or with another amount; whatever the bank paid is then missing."""
    row = await _lock(unit, named)
    if row is None or row.amount != amount or by_the_bank(RefundState(row.state), "refunded") is None:
        return None
    return row


async def paid_out(unit: Unit[Context], row: Found, payout: PaidOut) -> None:
    """The bank gave the money back: `row` is `expected`, `payout` the bank's transaction, kept in this unit."""
    back = {"payout_serial": payout.serial, "refunded_at": payout.at, "refunded_on": local_date(payout.at)}
    await change(unit, row, state=RefundState.REFUNDED, **back)
    await cancel_timer(unit, LIMIT, key=row.number)
    await post(unit, books.pay_out_refund(payout.serial, row.notice_number, row.amount))
    if row.notice_number is None:
        await _say_exception_refunded(unit, row, payout)
        return
    notice = (await unit.execute(select(notices).where(notices.c.number == row.notice_number))).one()
    unit.emit(
        NoticeRefunded(
            notice_number=row.notice_number,
            case_number=notice.case_number,
            refund_number=row.number,
            bank_serial=payout.serial,
            amount=row.amount,
            refunded_at=payout.at,
        )
    )
    if notice.kind == NoticeKind.FEES:
        await _give_lists_back(unit, row, notice, payout)


async def _give_lists_back(unit: Unit[Context], row: Found, notice: Found, payout: PaidOut) -> None:
    """A late fee that is given back leaves its lists paid."""
    for share in (await shares_of(unit, [row.number]))[row.number]:
        await give_back(unit, share.list_id, share.amount)
        unit.emit(
            ListRefunded(
                list_id=share.list_id,
                department=share.department,
                case_number=notice.case_number,
                notice_number=row.notice_number,
                refund_number=row.number,
                amount=share.amount,
                refunded_at=payout.at,
            )
        )


async def failed(unit: Unit[Context], named: str, reason: str, at: datetime) -> bool:
    """The bank could not, or would not, give it back. False: nobody ordered that. Said again it changes nothing; of a
    refund that was paid it is a contradiction that somebody has to clear up."""
    row = await _lock(unit, named)
    if row is None or row.state not in (ORDERED | {RefundState.REFUNDED}):
        return False
    if row.state == RefundState.REFUNDED:
        if await _paid_under(unit, row) == named:
            await _contradicted(unit, named, row, reason)
        return True
    state = by_the_bank(RefundState(row.state), "failed")
    if state is None or named != bank_number(row.number, row.attempt):
        return True
    await change(unit, row, state=state, failed_at=at, failure=reason, late_since=row.late_since)
    if row.notice_number is not None:
        unit.emit(
            NoticeRefundFailed(
                notice_number=row.notice_number,
                case_number=await case_of(unit, row.notice_number),
                refund_number=row.number,
                reason=reason,
                failed_at=at,
            )
        )
    return True


async def _lock(unit: Unit[Context], named: str) -> Found | None:
    """None: no attempt of ours has that number."""
    order = ours(named)
    row = await lock_refund(unit, order[0]) if order else None
    return row if row is not None and order is not None and order[1] <= row.attempt else None


async def _paid_under(view: View[Context], row: Found) -> str:
    """The order by which the bank gave it back; an earlier one may have failed."""
    paid = select(bank_payouts.c.number).where(bank_payouts.c.serial == row.payout_serial)
    return str((await view.execute(paid)).scalar_one())


async def _contradicted(unit: Unit[Context], named: str, row: Found, reason: str) -> None:
    await open_exception(
        unit,
        Reason.STATUS_CONTRADICTION,
        amount=0,
        payout_serial=row.payout_serial,
        reference=named,
        notice_number=row.notice_number,
        case_number=await case_of(unit, row.notice_number) if row.notice_number else None,
        detail=f"银行已经退付{row.number}，又称退款{named}失败：{reason}",
    )


async def _say_exception_refunded(unit: Unit[Context], row: Found, payout: PaidOut) -> None:
    of = (await unit.execute(select(exceptions).where(exceptions.c.id == row.exception_id))).one()
    case_number = await case_of(unit, of.notice_number) if of.notice_number else None
    unit.emit(
        ExceptionRefunded(
            exception_id=str(of.id),
            case_number=case_number,
            refund_number=row.number,
            bank_serial=payout.serial,
            amount=row.amount,
            refunded_at=payout.at,
        )
    )
