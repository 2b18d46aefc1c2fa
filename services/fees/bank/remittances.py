"""Remittances at the bank: here is how much of the fiscal account belongs to the treasury.

Guarantees: the order goes out after the day's closing has committed, under the remittance's number, by which the bank
recognises a repetition; it is asked until it has accepted. Only what the bank signed of money that went out counts.
"""

from pydantic import ValidationError

from services.fees.bank.client import NoAnswer, Said, call
from services.fees.bank.sending import LADDER, ask_again, senders
from services.fees.bank.words import Remitted
from services.fees.collecting import is_ours, keep_answer
from services.fees.context import Context
from services.fees.payouts import pay_out
from services.fees.remitting import BANK_REMITTANCE
from yimen.bus import Unit
from yimen.sender import Answer, Job


async def order_remittance(context: Context, job: Job) -> Answer:
    said = (await call(context, "POST", "/remittances", job.payload)).approved()
    _done(said)
    return said.kept()


def _done(said: Said) -> Remitted | None:
    """None: accepted, and still to be done. Raises `NoAnswer`."""
    told = said.content.get("remittance")
    try:
        return None if told is None else Remitted.model_validate(told)
    except ValidationError as error:
        raise NoAnswer(f"银行的答复不符合约定（{said.status}）") from error


async def take_answer(unit: Unit[Context], job: Job, answer: Answer | None, _error: str | None) -> None:
    """The answer may tell at once that it is done; otherwise a message will, or the daily file."""
    if answer is None:
        await ask_again(unit, job)
        return
    said = Said.of(answer)
    done = _done(said)
    if done is not None and is_ours(unit.context, done.account, done.currency):
        await keep_answer(unit, said.signed)
        await pay_out(unit, said.signed, done.paid_out())


senders.add(BANK_REMITTANCE, act=order_remittance, settled=take_answer, ladder=LADDER)
