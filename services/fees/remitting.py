"""The remittance of a day's money to the treasury (汇缴国库, R57, R60): ordered as it closes, done by the bank's word.

Guarantees: what goes is exactly what the bank's files up to that day have and the books hold for the treasury: each notice's
money in one remittance, once, less what was approved to be given back. Money in suspense and money that no file has yet
stay. So at any time what the treasury has to come (1002 − 2241 − 2242) is what is ordered and on its way, and what is in no
remittance yet.
"""

from datetime import date
from typing import Any, Final

from sqlalchemy import case, exists, func, insert, not_, select, update

from services.fees.bank.orders import CURRENCY
from services.fees.comparing import covered
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.books import BANK, RECEIVABLE, REFUNDS, SUSPENSE, TREASURY, JournalKind
from services.fees.domain.notices import NoticeState, after
from services.fees.domain.payouts import PaidOut
from services.fees.numbering import REMITTANCE, next_number
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.tables import journals, notices, postings, remittance_parts, remittances
from services.fees.timers import timers
from yimen.bus import Unit, View
from yimen.contracts.fees import DayRemitted, NoticeRemitted
from yimen.jobs import send_later
from yimen.timers import Timer, set_timer

BANK_REMITTANCE: Final = "bank_remittance"
REMITTED: Final = "remitted"
PORTION: Final = 500
"""Notices that are told of in one transaction: the bank waits five seconds for its answer."""

_j, _p, _parts = journals.c, postings.c, remittance_parts.c


async def remit(unit: Unit[Context], day: date) -> None:
    """Days are locked. Nothing is ordered where nothing is left after what is kept back."""
    await _tell_left_over(unit)
    parts = await _due(unit, day)
    amount = int(sum(part.amount for part in parts))  # PostgreSQL sums up to decimals
    if amount <= 0:
        return
    number = await next_number(unit, REMITTANCE)
    row = {"number": number, "day": day, "amount": amount, "state": "ordered", "ordered_at": unit.now}
    await unit.execute(insert(remittances), [row])
    made_of = [
        {
            "journal_id": one.id,
            "remittance_number": number,
            "notice_number": one.notice_number,
            "amount": int(one.amount),
        }
        for one in parts
    ]
    await unit.execute(insert(remittance_parts), made_of)
    order = {
        "remittance_number": number,
        "day": day.isoformat(),
        "amount": amount,
        "currency": CURRENCY,
        "account": unit.context.settings.fiscal_account,
        "treasury_account": unit.context.settings.treasury_account,
    }
    await send_later(unit, BANK_REMITTANCE, key=number, payload=order)


async def _due(view: View[Any], day: date) -> list[Found]:
    """Journals in no remittance yet: of notices whose payment the files have, and all that is kept back for refunds."""
    brought = case(
        (_p.credit.startswith(f"{RECEIVABLE}.") & _p.debit.in_((BANK, SUSPENSE)), _p.amount),
        ((_p.debit == TREASURY) & (_p.credit == REFUNDS), -_p.amount),
        else_=0,
    )
    amount = func.sum(brought)
    unspent = not_(exists().where(_parts.journal_id == _j.id))
    paid = exists().where(
        notices.c.number == _j.notice_number,
        notices.c.state.in_((NoticeState.PAID, NoticeState.RECEIPTED)),
        covered(notices.c.bank_serial, day),
    )
    ours = _j.kind.in_((JournalKind.RECEIVE, JournalKind.RESOLVE)) & _j.notice_number.is_not(None) & paid
    query = (
        select(_j.id, _j.notice_number, amount.label("amount"))
        .join_from(journals, postings, _p.journal_id == _j.id)
        .where(unspent, ours | (_j.kind == JournalKind.REFUND_APPROVED))
        .group_by(_j.id, _j.notice_number)
        .having(amount != 0)
        .order_by(_j.id)
    )
    return list((await view.execute(query)).all())


# -- done --------------------------------------------------------------------------------------------------------------


async def is_on_its_way(view: View[Any], number: str) -> bool:
    r = remittances.c
    return (await view.execute(select(r.number).where(r.number == number, r.state == "ordered"))).first() is not None


async def ordered(unit: Unit[Context], paid: PaidOut) -> Found | None:
    """The remittance that this pays, locked. None: we ordered no such thing, or another amount, or it is paid already."""
    query = select(remittances).where(remittances.c.number == paid.number).with_for_update()
    row = (await unit.execute(query)).one_or_none()
    return row if row is not None and (row.state, row.amount) == ("ordered", paid.amount) else None


async def paid_out(unit: Unit[Context], row: Found, paid: PaidOut) -> None:
    """The bank's payout stands; `row` is locked."""
    await post(unit, books.remit(paid.serial, paid.amount))
    done = {"state": REMITTED, "payout_serial": paid.serial, "remitted_at": unit.now}
    await unit.execute(update(remittances).where(remittances.c.number == row.number).values(**done))
    unit.emit(
        DayRemitted(
            day=row.day,
            remittance_number=row.number,
            bank_serial=paid.serial,
            amount=paid.amount,
            remitted_at=unit.now,
        )
    )
    await _tell_notices(unit, row.number)


@timers.on(REMITTED)
async def tell_more_notices(unit: Unit[Context], timer: Timer) -> None:
    await _tell_notices(unit, timer.key)


async def _tell_notices(unit: Unit[Context], number: str) -> None:
    """One portion, and the next by a transaction of its own. Those without a ticket yet are told when they have one."""
    brought = exists().where(_parts.notice_number == notices.c.number, _parts.remittance_number == number)
    query = select(notices).where(notices.c.state == NoticeState.RECEIPTED, brought).order_by(notices.c.number)
    rows = (await unit.execute(query.limit(PORTION).with_for_update())).all()
    for row in rows:
        told = NoticeRemitted(
            notice_number=row.number, case_number=row.case_number, remittance_number=number, remitted_at=unit.now
        )
        unit.emit(told)
    state = after(NoticeState.RECEIPTED, "remitted")
    done = {"state": state, "remitted_at": unit.now, "version": notices.c.version + 1}
    if rows:
        mine = notices.c.number.in_([row.number for row in rows])
        await unit.execute(update(notices).where(mine).values(**done))
    if len(rows) == PORTION:
        await set_timer(unit, REMITTED, key=number, due_at=unit.now)


async def _tell_left_over(unit: Unit[Context]) -> None:
    """Notices whose money went before they had their ticket."""
    waiting = exists().where(
        _parts.remittance_number == remittances.c.number,
        _parts.notice_number == notices.c.number,
        notices.c.state == NoticeState.RECEIPTED,
    )
    query = select(remittances.c.number).where(remittances.c.state == REMITTED, waiting)
    for number in (await unit.execute(query.order_by(remittances.c.number))).scalars().all():
        await set_timer(unit, REMITTED, key=number, due_at=unit.now)
