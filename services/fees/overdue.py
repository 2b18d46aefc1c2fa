"""When a notice is overdue (逾期未缴, R54): at the end of its last day, said once, and still payable.

Guarantees: overdue from the legal instant, however late that is found out. Does not: find out; the bank is asked first
(`bank.inquiring`), and a payment that came after the limit says so itself (`collecting`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from services.fees.context import Context
from services.fees.domain.notices import NoticeState, after
from services.fees.queries import Found
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.contracts.fees import NoticeOverdue
from yimen.worktime import end_of_day

OVERDUE = "overdue"
"""The timer of a notice, by its number."""


async def lock_notice(unit: Unit[Context], number: str) -> Found:
    return (await unit.execute(select(notices).where(notices.c.number == number).with_for_update())).one()


def limit_of(notice: Any) -> datetime:
    """The first instant at which it is late."""
    return end_of_day(notice.pay_by)


async def mark_overdue(unit: Unit[Context], notice: Found, overdue_at: datetime) -> bool:
    """`notice` is locked. False: it is not for us to say, since it is paid, void or overdue already, or was deferred."""
    if notice.state != NoticeState.ISSUED or limit_of(notice) != overdue_at:
        return False
    state = after(NoticeState.ISSUED, "overdue")
    mine = notices.c.number == notice.number
    await unit.execute(update(notices).where(mine).values(state=state, overdue_at=overdue_at))
    unit.emit(
        NoticeOverdue(
            notice_number=notice.number,
            case_number=notice.case_number,
            amount=notice.amount,
            pay_by=notice.pay_by,
            overdue_at=overdue_at,
        )
    )
    return True
