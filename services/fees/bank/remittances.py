"""Remittances at the bank: here is how much of the fiscal account belongs to the treasury.

Guarantees: the order goes out after the day's closing has committed, under the remittance's number, by which the bank
recognises a repetition; it is made again until the bank has said that the money went. Only what the bank signed of money
that went out counts.
"""

from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from services.fees import remitting
from services.fees.bank.client import NoAnswer, Said, call
from services.fees.bank.sending import LADDER, ask_again, do_again, senders
from services.fees.bank.words import Remitted
from services.fees.collecting import is_ours, keep_answer
from services.fees.context import Context
from services.fees.payouts import pay_out
from services.fees.remitting import BANK_REMITTANCE
from services.fees.timers import timers
from yimen.bus import Unit
from yimen.jobs import Answer, Job
from yimen.timers import Timer, set_timer

UNHEARD: Final = "remittance_unheard"
ORDERED_AGAIN_AFTER: Final = timedelta(hours=4)
"""The bank pays out at once; its message has the day's file behind it."""


async def order_remittance(context: Context, job: Job) -> Answer:
    said = (await call(context, "POST", "/remittances", job.payload)).approved()
    _done(said, job)
    return said.kept()


def _done(said: Said, job: Job) -> Remitted | None:
    """None: accepted, and still to be done. Raises `NoAnswer`: an answer to another question is none."""
    told = said.content.get("remittance")
    try:
        done = None if told is None else Remitted.model_validate(told)
    except ValidationError as error:
        raise NoAnswer(f"银行的答复不符合约定（{said.status}）") from error
    named = {said.content.get("remittance_number"), done.remittance_number if done else job.key}
    if named != {job.key}:
        raise NoAnswer(f"银行的答复不符合约定（{said.status}）")
    return done


async def take_answer(unit: Unit[Context], job: Job, answer: Answer | None, _error: str | None) -> None:
    """The answer may tell at once that it is done; otherwise a message will, or the daily file, or the next answer."""
    if answer is None:
        await ask_again(unit, job)
        return
    said = Said.of(answer)
    done = _done(said, job)
    if done is None:
        await set_timer(unit, UNHEARD, key=job.key, due_at=unit.now + ORDERED_AGAIN_AFTER)
    elif is_ours(unit.context, done.account, done.currency):
        await keep_answer(unit, said.signed)
        await pay_out(unit, said.signed, done.paid_out())


@timers.on(UNHEARD)
async def order_again(unit: Unit[Context], timer: Timer) -> None:
    """The same order, by which the bank knows it; until it says that it was done."""
    if await remitting.is_on_its_way(unit, timer.key):
        await do_again(unit, BANK_REMITTANCE, timer.key)


senders.add(BANK_REMITTANCE, act=order_remittance, settled=take_answer, ladder=LADDER)
