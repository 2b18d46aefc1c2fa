"""Money that the bank says went out: posted once, set against what ordered it, missed in suspense where nothing did.

Guarantees: every authenticated word of money that went out is posted, whatever it says, once per bank serial. What we did
not order stands in suspense with a negative amount until somebody answers for it.
"""

from typing import Final

from sqlalchemy import select

from services.fees import refunding, remitting, tables
from services.fees.bank.wire import Signed
from services.fees.bank.words import RefundFailed
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.payments import Reason
from services.fees.domain.payouts import PaidOut, PayoutKind
from services.fees.posting import post
from services.fees.suspense import open_exception
from yimen.bus import Unit

_UNKNOWN: Final = {PayoutKind.REFUND: Reason.UNKNOWN_REFUND, PayoutKind.REMITTANCE: Reason.UNKNOWN_REMITTANCE}


async def pay_out(unit: Unit[Context], signed: Signed, paid: PaidOut) -> str:
    """What it came to: paid_out, duplicate, or the reason why it is missed in suspense.

    THE way for money that went out. `signed` is kept already; `paid` is on our account."""
    refund = await refunding.expected(unit, paid.number, paid.amount) if paid.kind is PayoutKind.REFUND else None
    remittance = await remitting.ordered(unit, paid) if paid.kind is PayoutKind.REMITTANCE else None
    if not await _keep_payout(unit, signed, paid):
        return await _seen_before(unit, paid)
    if refund is not None:
        await refunding.paid_out(unit, refund, paid)
        return "paid_out"
    if remittance is not None:
        await remitting.paid_out(unit, remittance, paid)
        return "paid_out"
    reason = _UNKNOWN[paid.kind]
    await post(unit, books.pay_out_unknown(paid.serial, paid.amount))
    detail = f"银行支出{paid.number}，本系统没有相应的指令。"
    await open_exception(
        unit, reason, payout_serial=paid.serial, reference=paid.number, amount=-paid.amount, detail=detail
    )
    return str(reason)


async def refund_failed(unit: Unit[Context], _signed: Signed, failed: RefundFailed) -> str:
    """The bank could not give it back. Of a refund that nobody ordered it is said once to somebody; nothing moved."""
    if await refunding.failed(unit, failed.refund_number, failed.reason or "银行未说明原因", failed.at):
        return "failed"
    e = tables.exceptions.c
    known = select(e.id).where(e.reason == Reason.UNKNOWN_REFUND, e.reference == failed.refund_number)
    # One at a time: there is no serial of the bank's by which the database could tell two of them apart.
    suspense = select(tables.accounts.c.code).where(tables.accounts.c.code == books.SUSPENSE)
    await unit.execute(suspense.with_for_update(key_share=True))
    if (await unit.execute(known)).first() is not None:
        return "duplicate"
    detail = f"银行称退款{failed.refund_number}失败（{failed.reason or '未说明原因'}），本系统没有这笔退款。"
    await open_exception(unit, Reason.UNKNOWN_REFUND, reference=failed.refund_number, amount=0, detail=detail)
    return str(Reason.UNKNOWN_REFUND)


async def _keep_payout(unit: Unit[Context], signed: Signed, paid: PaidOut) -> bool:
    """False: the serial is known. Others that come at the same moment wait here for the first."""
    row = {
        "serial": paid.serial,
        "kind": paid.kind,
        "number": paid.number,
        "amount": paid.amount,
        "paid_at": paid.at,
        "received_at": unit.now,
        "key_serial": signed.key_serial,
        "nonce": signed.nonce,
    }
    stored = unit.insert(tables.bank_payouts).values(row).on_conflict_do_nothing()
    return (await unit.execute(stored.returning(tables.bank_payouts.c.serial))).one_or_none() is not None


async def _seen_before(unit: Unit[Context], paid: PaidOut) -> str:
    """A repetition has no effect. The same serial with other contents is an incident, and still posts nothing twice."""
    known = tables.bank_payouts.c
    row = (await unit.execute(select(tables.bank_payouts).where(known.serial == paid.serial))).one()
    if (row.kind, row.number, row.amount) == (paid.kind, paid.number, paid.amount):
        return "duplicate"
    await open_exception(unit, Reason.SERIAL_REUSED, payout_serial=paid.serial, reference=paid.number, amount=0)
    return str(Reason.SERIAL_REUSED)
