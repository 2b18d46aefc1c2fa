"""What happens when a notice is paid: ticket, lists, and the word that nothing is owed any more.

Guarantees: paid, receipted, settled and cleared commit together with the journal. Only `collecting` calls `settle`, and
only with a transaction of the bank's (R52).
"""

from typing import Any

from sqlalchemy import select, update

from services.fees import tickets
from services.fees.context import Context
from services.fees.domain.notices import NoticeState, after
from services.fees.domain.payments import Payment
from services.fees.late_fees import charge
from services.fees.listing import settle_lists
from services.fees.queries import Found
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.contracts.fees import NoticeCleared, NoticePaid, NoticeReceipted
from yimen.worktime import local_date


async def settle(unit: Unit[Context], notice: Found, payment: Payment) -> None:
    """Where the ticket blocks are used up the payer owes nothing all the same; the receipt follows. Paid late, it is not
    cleared before the late fee is paid too (R54)."""
    state = after(NoticeState(notice.state), "paid")
    whose = {"notice_number": notice.number, "case_number": notice.case_number}
    paid: dict[str, Any] = {"state": state, "bank_serial": payment.serial}
    paid |= {"paid_at": payment.paid_at, "paid_on": local_date(payment.paid_at)}
    await _set(unit, notice.number, **paid)
    unit.emit(NoticePaid(bank_serial=payment.serial, amount=payment.amount, paid_at=payment.paid_at, **whose))
    await receipt(unit, notice.number, notice.case_number)
    await settle_lists(unit, notice.number)
    if await charge(unit, notice, payment):
        return
    if notice.late_fee_of is not None:
        query = select(notices).where(notices.c.number == notice.late_fee_of)
        await _clear(unit, (await unit.execute(query)).one())
    await _clear(unit, notice)


async def _clear(unit: Unit[Context], notice: Found) -> None:
    await _set(unit, notice.number, cleared_at=unit.now)
    unit.emit(
        NoticeCleared(
            notice_number=notice.number,
            case_number=notice.case_number,
            case_round=notice.case_round,
            amount=notice.amount,
            cleared_at=unit.now,
        )
    )


async def receipt(unit: Unit[Context], number: str, case_number: str) -> bool:
    """Gives a paid notice its ticket number. False: no number is left."""
    ticket = await tickets.take(unit, number)
    if ticket is None:
        return False
    await _set(unit, number, state=after(NoticeState.PAID, "receipted"), receipted_at=unit.now)
    unit.emit(
        NoticeReceipted(
            notice_number=number,
            case_number=case_number,
            ticket_code=ticket.code,
            ticket_number=ticket.printed,
            receipted_at=unit.now,
        )
    )
    return True


async def receipt_waiting(unit: Unit[Context]) -> None:
    """After a new block has come: the receipts that are owed, oldest payment first."""
    query = select(notices.c.number, notices.c.case_number).where(notices.c.state == NoticeState.PAID)
    for notice in (await unit.execute(query.order_by(notices.c.paid_at, notices.c.number).with_for_update())).all():
        if not await receipt(unit, notice.number, notice.case_number):
            return


async def _set(unit: Unit[Context], number: str, **values: Any) -> None:
    await unit.execute(update(notices).where(notices.c.number == number).values(**values))
