"""The one payment notice of a case (缴款通知书, R47): issued when all that it needs is known, voided when the case ends.

Guarantees: whatever arrives last, the same notice comes out; its claim is in the books and its order on the way to the
bank in the transaction that issues it.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import insert, literal, select, update

from services.fees import queries
from services.fees.bank import orders
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.lists import Ready, readiness
from services.fees.domain.notices import (
    CODE_ALPHABET,
    CODE_LENGTH,
    OPEN,
    NoticeState,
    after,
    pay_by,
    payment_code,
)
from services.fees.listing import complete_lists, lock_case
from services.fees.numbering import NOTICE, next_number
from services.fees.overdue import OVERDUE
from services.fees.posting import post, posted
from services.fees.queries import Found
from services.fees.settling import settle_lists
from services.fees.suspense import settle_early_payment
from services.fees.tables import lists, notices, shares
from yimen.bus import Unit
from yimen.contracts.fees import NoticeCleared, NoticeIssued, NoticeVoided
from yimen.timers import cancel_timer, set_timer
from yimen.worktime import end_of_day


async def advance(unit: Unit[Context], case_number: str) -> None:
    """Takes the case as far as what is known allows. Called after anything about it has changed."""
    case = await lock_case(unit, case_number)
    await complete_lists(unit, case)
    notice = await _notice_of(unit, case_number)
    if case.ended_as is not None:
        if notice is not None and NoticeState(notice.state) in OPEN:
            await void(unit, notice, reason=f"办件已终止（{case.ended_as}）")
    elif notice is None and case.reviewed_at is not None:
        ready = readiness(
            case.fee_lists or [], [queries.listed(row) for row in await queries.lists_of(unit, case_number)]
        )
        if ready is not None:
            await _issue(unit, case_number, ready)


async def _notice_of(unit: Unit[Context], case_number: str) -> Found | None:
    """Locked: lock order is case, notice, bank payment, journal."""
    return await queries.one(unit, select(notices).where(notices.c.case_number == case_number).with_for_update())


async def _issue(unit: Unit[Context], case_number: str, ready: Ready) -> None:
    number = await next_number(unit, NOTICE)
    list_ids = [listed.list_id for listed in ready.due]
    day = pay_by(unit.now, unit.context.settings.pay_within_days)
    row = {
        "number": number,
        "case_number": case_number,
        "payment_code": payment_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH - 1))),
        "amount": ready.amount,
        "state": NoticeState.ISSUED,
        "issued_at": unit.now,
        "pay_by": day,
    }
    await unit.execute(insert(notices), [row])
    await unit.execute(update(lists).where(lists.c.list_id.in_(list_ids)).values(notice_number=number))
    await _share_out(unit, number, list_ids)
    unit.emit(
        NoticeIssued(
            notice_number=number,
            case_number=case_number,
            payment_code=str(row["payment_code"]),
            lists=tuple(list_ids),
            amount=ready.amount,
            pay_by=day,
            issued_at=unit.now,
        )
    )
    if ready.amount:
        await _demand(unit, row, day)
    else:
        notice = await queries.locked_notice(unit, number)
        assert notice is not None
        await excuse(unit, notice)


async def _share_out(unit: Unit[Context], number: str, list_ids: Sequence[str]) -> None:
    """What of the notice is whose, as it stood when it was issued."""
    listed = select(literal(number), lists.c.list_id, lists.c.department, lists.c.amount, literal(0), literal(0))
    columns = ("notice_number", "list_id", "department", "amount", "reduced", "refund_held")
    await unit.execute(insert(shares).from_select(columns, listed.where(lists.c.list_id.in_(list_ids))))


async def _demand(unit: Unit[Context], row: Mapping[str, object], day: date) -> None:
    number = str(row["number"])
    await post(unit, books.issue(number, await queries.shares_of(unit, number)))
    if await settle_early_payment(unit, number):
        return
    await set_timer(unit, OVERDUE, key=number, due_at=end_of_day(day))
    await orders.place(unit, number)


async def excuse(unit: Unit[Context], notice: Found) -> None:
    """Nothing is due, or not any more: the case goes on at once."""
    number, case_number = notice.number, notice.case_number
    state = after(NoticeState(notice.state), "excused")
    await unit.execute(update(notices).where(notices.c.number == number).values(state=state, cleared_at=unit.now))
    await settle_lists(unit, number)
    unit.emit(NoticeCleared(notice_number=number, case_number=case_number, amount=0, cleared_at=unit.now))


async def void(unit: Unit[Context], notice: Found, *, reason: str) -> None:
    state = after(NoticeState(notice.state), "voided")
    await unit.execute(update(notices).where(notices.c.number == notice.number).values(state=state, voided_at=unit.now))
    reverses = await posted(unit, books.JournalKind.ISSUE, notice.number)
    await post(unit, books.void(notice.number, await queries.shares_of(unit, notice.number)), reverses)
    await cancel_timer(unit, OVERDUE, key=notice.number)
    await orders.close(unit, notice.number)
    unit.emit(
        NoticeVoided(notice_number=notice.number, case_number=notice.case_number, reason=reason, voided_at=unit.now)
    )
