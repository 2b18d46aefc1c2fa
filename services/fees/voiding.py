"""A ticket that was spoilt (作废): its number stays used, and its notice gets another at once (R56).

Guarantees: void and new number commit together, or neither; the notice is never without a good number between them.
"""

from sqlalchemy import select, update

from services.fees import queries, tickets
from services.fees.context import Context
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.contracts.fees import NoticeReceipted, NoticeTicketVoided
from yimen.contracts.parts import Staff
from yimen.web import NotFound, StaleVersion


async def void_ticket(unit: Unit[Context], number: str, expected: int, reason: str, by: Staff) -> None:
    """Raises `NotNow` where the notice has no ticket yet, or no number is left to replace it."""
    notice = await queries.one(unit, select(notices).where(notices.c.number == number).with_for_update())
    if notice is None:
        raise NotFound("没有这份缴款通知书", "请核对通知书编号后重试。")
    if notice.version != expected:
        raise StaleVersion(notice.version)
    void, fresh = await tickets.exchange(unit, number, reason, by.id)
    receipted = {"receipted_at": unit.now, "version": notice.version + 1}
    await unit.execute(update(notices).where(notices.c.number == number).values(**receipted))
    whose = {"notice_number": number, "case_number": notice.case_number}
    unit.emit(
        NoticeTicketVoided(
            ticket_code=void.code,
            ticket_number=void.printed,
            reason=reason,
            voided_by=by,
            voided_at=unit.now,
            **whose,
        )
    )
    unit.emit(NoticeReceipted(ticket_code=fresh.code, ticket_number=fresh.printed, receipted_at=unit.now, **whose))
