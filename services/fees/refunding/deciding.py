"""What people decide about a refund. The caller holds it locked (`rows.lock_refund`) and has kept the duties apart."""

from typing import Any

from services.fees import calendars
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.refunds import RefundState, Step, after, limits
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.refunding import limits as watching
from services.fees.refunding.paying_back import send
from services.fees.refunding.rows import case_of, change, hold, refund_row, shares_of
from yimen.bus import Unit
from yimen.contracts.fees import NoticeRefundApproved, NoticeRefundRefused
from yimen.contracts.parts import Due, Staff


async def verify(unit: Unit[Context], row: Found, by: Staff) -> None:
    """核实: the payer has a claim on it; the treasury is next."""
    await _move(unit, row, "verified", by)


async def approve(unit: Unit[Context], row: Found, by: Staff) -> None:
    """审批: the treasury owes it to the payer from now on, and the bank is told to pay."""
    moved = await _move(unit, row, "approved", by)
    await post(unit, books.approve_refund(row.number, row.notice_number, row.amount))
    limit = limits(watching.course(moved), watching.budgets(unit.context))[Step.PAY]
    due = limit.due(await calendars.held(unit))
    assert due is not None, "the clock of a refund never stands"
    unit.emit(
        NoticeRefundApproved(
            notice_number=row.notice_number,
            case_number=await case_of(unit, row.notice_number),
            refund_number=row.number,
            amount=row.amount,
            approved_by=by,
            approved_at=unit.now,
            pay_by=Due(on=due.date, provisional=due.provisional),
        )
    )
    await send(unit, moved, attempt=1)


async def refuse(unit: Unit[Context], row: Found, reasons: str, by: Staff) -> None:
    """不予退款: what was held may be asked for again."""
    await _move(unit, row, "refused", by, refusal=reasons)
    given = (await shares_of(unit, [row.number]))[row.number]
    await hold(unit, row.notice_number, {share.list_id: -share.amount for share in given})
    unit.emit(
        NoticeRefundRefused(
            notice_number=row.notice_number,
            case_number=await case_of(unit, row.notice_number),
            refund_number=row.number,
            reasons=reasons,
            refused_by=by,
            refused_at=unit.now,
        )
    )


async def send_again(unit: Unit[Context], row: Found) -> None:
    """After the bank said that it failed: under a number of its own, so that the bank can tell the two apart."""
    state, attempt = after(RefundState(row.state), "sent"), row.attempt + 1
    again: dict[str, Any] = {"failed_at": None, "failure": None, "late_since": row.late_since}
    await change(unit, row, state=state, attempt=attempt, sent_at=unit.now, **again)
    await send(unit, row, attempt=attempt)


async def _move(unit: Unit[Context], row: Found, event: str, by: Staff, **more: Any) -> Found:
    done = {f"{event}_by": by.id, f"{event}_by_name": by.name, f"{event}_at": unit.now}
    await change(unit, row, state=after(RefundState(row.state), event), **done, **more)
    moved = await refund_row(unit, row.number)
    assert moved is not None
    await watching.watch(unit, row.number, watching.course(moved))
    return moved
