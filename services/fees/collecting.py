"""Money that the bank says it took: posted once, settled where it fits, in suspense where it does not.

Guarantees: every authenticated word of money received is posted, whatever it says, once per bank serial, however often and
however many at once it comes, as a message, as an answer or in the daily file. Never forces money onto a notice that it
does not fit; never drops it.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import select

from services.fees import queries, tables
from services.fees.bank.wire import Refusal, Refused, Signed
from services.fees.bank.words import Taken
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.notices import NoticeState
from services.fees.domain.payments import Payable, Payment, Reason, judge
from services.fees.overdue import OVERDUE, limit_of, mark_overdue
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.settling import settle
from services.fees.suspense import open_exception
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.errors import Transient
from yimen.timers import cancel_timer

log = structlog.get_logger()

CURRENCY: Final = "CNY"


async def keep_message(unit: Unit[Context], signed: Signed) -> None:
    """The raw message, as it was signed. Raises `Refused` for a nonce that was used before."""
    if not await _keep(unit, signed):
        raise Refused(Refusal.REPLAYED)


async def keep_answer(unit: Unit[Context], signed: Signed) -> None:
    """The proof of what an answer or a file says: kept once, however often it is worked on.

    Raises `Transient` where its nonce stands for other words: only another answer can be proved."""
    if await _keep(unit, signed):
        return
    m = tables.bank_messages.c
    kept = select(m.body).where(m.key_serial == signed.key_serial, m.nonce == signed.nonce)
    if bytes((await unit.execute(kept)).scalar_one()) != signed.body:
        raise Transient("银行的两份答复使用了同一随机串")


async def _keep(unit: Unit[Context], signed: Signed) -> bool:
    row = {
        "key_serial": signed.key_serial,
        "nonce": signed.nonce,
        "sent_at": signed.sent_at,
        "received_at": unit.now,
        "signature": signed.signature,
        "body": signed.body,
    }
    stored = unit.insert(tables.bank_messages).values(row).on_conflict_do_nothing()
    return (await unit.execute(stored.returning(tables.bank_messages.c.nonce))).one_or_none() is not None


def is_ours(context: Context, account: str, currency: str) -> bool:
    """R60: money counts on the fiscal account, and nowhere else."""
    return (account, currency) == (context.settings.fiscal_account, CURRENCY)


async def collect_found(unit: Unit[Context], signed: Signed, payments: Sequence[Taken]) -> None:
    """Payments that an answer of the bank tells of, whether or not its messages did."""
    found = [taken for taken in payments if is_ours(unit.context, taken.account, taken.currency)]
    if len(found) < len(payments):
        log.warning("payments_on_another_account", count=len(payments) - len(found))
    if not found:
        return
    await keep_answer(unit, signed)
    for taken in found:
        outcome = await collect(unit, signed, taken)
        log.info("payment_found", bank_serial=taken.bank_serial, outcome=outcome)


async def collect(unit: Unit[Context], signed: Signed, taken: Taken) -> str:
    """What it came to: settled, duplicate, or the reason why the money waits in suspense.

    THE way in for money. `signed` is kept already; `taken` is on our account."""
    notice = await _lock_notice(unit, taken.payment_code)
    if not await _keep_payment(unit, signed, taken):
        return await _seen_before(unit, taken)
    payment = Payment(taken.bank_serial, taken.payment_code, taken.amount, taken.paid_at)
    payable = Payable(notice.number, notice.amount, NoticeState(notice.state)) if notice else None
    reason = judge(payment, payable)
    if reason is None and notice is not None:
        await _settle(unit, notice, payment)
        return "settled"
    assert reason is not None
    await _suspend(unit, payment, reason, notice)
    return str(reason)


async def _settle(unit: Unit[Context], notice: Found, payment: Payment) -> None:
    """Paid after the limit it was overdue before it was paid, though nobody had found out."""
    if payment.paid_at >= limit_of(notice):
        await mark_overdue(unit, notice, limit_of(notice))
    await post(unit, books.receive(payment.serial, notice.number, await queries.shares_of(unit, notice.number)))
    await cancel_timer(unit, OVERDUE, key=notice.number)
    await settle(unit, notice, payment)


async def _lock_notice(unit: Unit[Context], payment_code: str) -> Found | None:
    """With the notice whose late fee it asks for, which is cleared with it; in the order in which a case locks its own."""
    coded = notices.c.payment_code == payment_code
    of = select(notices.c.late_fee_of).where(coded).scalar_subquery()
    both = select(notices).where(coded | (notices.c.number == of)).order_by(notices.c.number).with_for_update()
    return next((row for row in (await unit.execute(both)).all() if row.payment_code == payment_code), None)


async def _keep_payment(unit: Unit[Context], signed: Signed, taken: Taken) -> bool:
    """False: the serial is known. Others that come at the same moment wait here for the first."""
    row = {
        "serial": taken.bank_serial,
        "payment_code": taken.payment_code,
        "amount": taken.amount,
        "method": taken.method,
        "paid_at": taken.paid_at,
        "received_at": unit.now,
        "key_serial": signed.key_serial,
        "nonce": signed.nonce,
    }
    stored = unit.insert(tables.bank_payments).values(row).on_conflict_do_nothing()
    return (await unit.execute(stored.returning(tables.bank_payments.c.serial))).one_or_none() is not None


async def _seen_before(unit: Unit[Context], taken: Taken) -> str:
    """A repetition has no effect. The same serial with other contents is an incident, and still posts nothing twice."""
    known = tables.bank_payments.c
    row = (await unit.execute(select(tables.bank_payments).where(known.serial == taken.bank_serial))).one()
    if (row.amount, row.payment_code) == (taken.amount, taken.payment_code):
        return "duplicate"
    await open_exception(unit, Reason.SERIAL_REUSED, bank_serial=taken.bank_serial, amount=0)
    return str(Reason.SERIAL_REUSED)


async def _suspend(unit: Unit[Context], payment: Payment, reason: Reason, notice: Found | None) -> None:
    amount = max(payment.amount, 0)
    if amount:
        await post(unit, books.receive_unmatched(payment.serial, amount))
    of = {"notice_number": notice.number, "case_number": notice.case_number} if notice else {}
    await open_exception(unit, reason, bank_serial=payment.serial, amount=amount, **of)
