"""Refunds at the bank: ordered, and asked about where the bank's word of the outcome does not come.

Guarantees: an order whose answer was lost is sent again under the same number, by which the bank knows it; only what the
bank itself refused or failed may be sent under another. What an answer tells of money that went out counts like any message.
"""

from datetime import timedelta
from typing import Final

from services.fees import refunding
from services.fees.bank.client import NoAnswer, Said, call
from services.fees.bank.sending import LADDER, ask_again, do_again, senders
from services.fees.bank.words import RefundAnswer, Refunded, read_refund
from services.fees.collecting import is_ours, keep_answer
from services.fees.context import Context
from services.fees.payouts import pay_out, refund_failed
from services.fees.refunding import BANK_REFUND
from services.fees.timers import timers
from yimen.bus import Unit
from yimen.jobs import Answer, Job, send_later
from yimen.timers import Timer, set_timer

BANK_REFUND_QUERY: Final = "bank_refund_query"
UNHEARD: Final = "refund_unheard"
"""The timer of an order of ours, by its number at the bank."""
ASKED_AFTER: Final = timedelta(days=1)


async def order_refund(context: Context, job: Job) -> Answer:
    said = (await call(context, "POST", "/refunds", job.payload)).approved()
    _read(said, job)
    return said.kept()


async def ask_bank(context: Context, job: Job) -> Answer:
    said = (await call(context, "GET", f"/refunds/{job.payload['refund_number']}")).approved(404)
    if said.status != 404:
        _read(said, job)
    return said.kept()


def _read(said: Said, job: Job) -> RefundAnswer:
    """An answer to another question is none."""
    found = read_refund(said.content)
    if found is None or found.refund_number != job.payload["refund_number"]:
        raise NoAnswer(f"银行的答复不符合约定（{said.status}）")
    return found


async def record_order(unit: Unit[Context], job: Job, answer: Answer | None, error: str | None) -> None:
    """What the bank refused has failed. After mere silence nobody knows whether it was paid: the same is sent again."""
    named = job.payload["refund_number"]
    if answer is None:
        if job.attempt > len(LADDER):
            await ask_again(unit, job)
        else:
            await refunding.failed(unit, named, error or "银行未受理", unit.now)
        return
    said = Said.of(answer)
    await refunding.accepted(unit, named)
    await _ask_later(unit, named)
    await _take_in(unit, said, _read(said, job))


async def record_query(unit: Unit[Context], job: Job, answer: Answer | None, _error: str | None) -> None:
    """404: the order that was accepted is not there any more."""
    if answer is None:
        return
    said = Said.of(answer)
    if said.status == 404:
        await do_again(unit, BANK_REFUND, job.payload["refund_number"])
    else:
        await _take_in(unit, said, _read(said, job))


async def _take_in(unit: Unit[Context], said: Said, found: RefundAnswer) -> None:
    word = found.refund
    if word is None or not is_ours(unit.context, word.account, word.currency):
        return
    await keep_answer(unit, said.signed)
    if isinstance(word, Refunded):
        await pay_out(unit, said.signed, word.paid_out())
    else:
        await refund_failed(unit, said.signed, word)


async def _ask_later(unit: Unit[Context], named: str) -> None:
    await set_timer(unit, UNHEARD, key=named, due_at=unit.now + ASKED_AFTER)


@timers.on(UNHEARD)
async def ask_of_unheard(unit: Unit[Context], timer: Timer) -> None:
    """Every day, until the bank has said how it ended."""
    if not await refunding.is_unheard(unit, timer.key):
        return
    key = f"{timer.key}.{unit.now:%Y%m%d%H%M}"
    await send_later(unit, BANK_REFUND_QUERY, key=key, payload={"refund_number": timer.key})
    await _ask_later(unit, timer.key)


senders.add(BANK_REFUND, act=order_refund, settled=record_order, ladder=LADDER)
senders.add(BANK_REFUND_QUERY, act=ask_bank, settled=record_query, ladder=LADDER)
