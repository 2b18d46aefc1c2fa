"""The payment notice of a case (缴款通知书, R47): issued when all that it needs is known, voided when the case ends.

Guarantees: whatever arrives last, the same notice comes out; its claim is in the books and its order on the way to the
bank in the transaction that issues it. A case has one open notice of fees at most: another follows only in a new round of
the case (R17), with that round's lists alone, or in the place of one that was made void while the case goes on (R55, R62).
"""

from collections.abc import Sequence

from sqlalchemy import select, update

from services.fees import delays, noticing, queries
from services.fees.bank import orders
from services.fees.context import Context
from services.fees.domain import books, steps
from services.fees.domain.disputes import DisputeState
from services.fees.domain.lists import Ready, of_round, readiness
from services.fees.domain.notices import OPEN, NoticeState, after
from services.fees.listing import complete_lists, lock_case, settle_lists
from services.fees.noticing import Share
from services.fees.overdue import OVERDUE
from services.fees.posting import post, posted
from services.fees.queries import Found
from services.fees.suspense import settle_early_payment
from services.fees.tables import disputes, lists, notices
from yimen.bus import Unit
from yimen.contracts.fees import NoticeCleared, NoticeVoided
from yimen.timers import cancel_timer


async def advance(unit: Unit[Context], case_number: str) -> None:
    """Takes the case as far as what is known allows. Called after anything about it has changed."""
    case = await lock_case(unit, case_number)
    issued = await _notices_of(unit, case_number)
    standing = queries.standing_notice(issued, case)
    await complete_lists(unit, case, notice_is_out=standing is not None)
    rows = await queries.lists_of(unit, case_number)
    present = of_round([queries.listed(row) for row in rows], case.fee_lists or [], case.reopened_at)
    over = case.ended_as is not None
    if over:
        for notice in issued:
            if NoticeState(notice.state) in OPEN:
                await void(unit, notice, reason=f"办件已终止（{case.ended_as}）")
    elif standing is None and case.reviewed_at is not None:
        ready = readiness(case.fee_lists or [], present)
        if ready is not None:
            standing = await _issue(unit, case, ready, queries.voided_notice(issued, case))
    await delays.follow(unit, rows, steps.awaited(present, over=over, notice_is_out=standing is not None))


async def _notices_of(unit: Unit[Context], case_number: str) -> Sequence[Found]:
    """Locked: lock order is case, notice, bank payment, journal. Read once more under the locks: a payment that we waited
    for may have left a notice of its own, for the late fee (R54)."""
    query = select(notices).where(notices.c.case_number == case_number).order_by(notices.c.number).with_for_update()
    if not (await unit.execute(query)).all():
        return []
    return (await unit.execute(query)).all()


async def _issue(unit: Unit[Context], case: Found, ready: Ready, replaced: Found | None) -> Found:
    list_ids = [listed.list_id for listed in ready.due]
    chosen = select(lists.c.list_id, lists.c.department, lists.c.amount).where(lists.c.list_id.in_(list_ids))
    whose = [Share(**row._mapping) for row in await unit.execute(chosen.order_by(lists.c.list_id))]
    replaces = replaced.number if replaced is not None else None
    notice = await noticing.write(unit, case.case_number, case.round, whose, replaces=replaces)
    await unit.execute(update(lists).where(lists.c.list_id.in_(list_ids)).values(notice_number=notice.number))
    if notice.amount:
        await noticing.claim(unit, notice)
        if not await settle_early_payment(unit, notice.number):
            await noticing.order(unit, notice)
    else:
        await excuse(unit, notice)
    return notice


async def excuse(unit: Unit[Context], notice: Found) -> None:
    """Nothing is due (every list was refused by R13, or costs nothing), or not any more: the case goes on at once."""
    number, state = notice.number, after(NoticeState(notice.state), "excused")
    await unit.execute(update(notices).where(notices.c.number == number).values(state=state, cleared_at=unit.now))
    await settle_lists(unit, number)
    await _lapse_dispute(unit, number)
    unit.emit(
        NoticeCleared(
            notice_number=number,
            case_number=notice.case_number,
            case_round=notice.case_round,
            amount=0,
            cleared_at=unit.now,
        )
    )


async def void(unit: Unit[Context], notice: Found, *, reason: str) -> None:
    """Nobody pays it any more."""
    number, state = notice.number, after(NoticeState(notice.state), "voided")
    await unit.execute(update(notices).where(notices.c.number == number).values(state=state, voided_at=unit.now))
    reverses = await posted(unit, books.JournalKind.ISSUE, number)
    await post(unit, books.void(number, await queries.shares_of(unit, number)), reverses)
    await cancel_timer(unit, OVERDUE, key=number)
    await orders.close(unit, number)
    await _lapse_dispute(unit, number)
    unit.emit(NoticeVoided(notice_number=number, case_number=notice.case_number, reason=reason, voided_at=unit.now))


async def _lapse_dispute(unit: Unit[Context], number: str) -> None:
    """There is nothing left to dispute."""
    pending = (disputes.c.notice_number == number) & (disputes.c.state == DisputeState.OPEN)
    lapsed = {"state": DisputeState.LAPSED, "version": disputes.c.version + 1}
    await unit.execute(update(disputes).where(pending).values(**lapsed))
