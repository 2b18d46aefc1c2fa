"""Asks the bank how an order stands: before a notice expires, and when a payer says that they have paid.

Guarantees: no notice is overdue before the bank has said, after the limit, that it was not paid in time; until it answers
the notice stays as it is and the bank is asked again. A payment that an answer tells of is taken in like any message.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select

from services.fees.bank.client import NoAnswer, Said, call
from services.fees.bank.orders import place_again
from services.fees.bank.sending import LADDER, ask_again, senders
from services.fees.bank.words import OrderAnswer, OrderState, read_order
from services.fees.collecting import collect_found
from services.fees.context import Context
from services.fees.domain.notices import OPEN, NoticeState
from services.fees.overdue import OVERDUE, lock_notice, mark_overdue
from services.fees.queries import Found
from services.fees.timers import timers
from yimen.bus import Unit, View
from yimen.jobs import Answer, Job, send_later
from yimen.timers import Timer

BANK_QUERY: Final = "bank_query"
MINUTE: Final = timedelta(minutes=1)


class Why(StrEnum):
    OVERDUE = "overdue"
    PAYER = "payer"


async def ask(unit: Unit[Context], number: str, why: Why, **more: Any) -> None:
    """Asks once a minute at most for one reason; asking again in the same minute changes nothing."""
    payload = {"order_number": number, "why": why, **more}
    await send_later(unit, BANK_QUERY, key=_key(number, why, unit.now), payload=payload)


async def asked_lately(view: View[Any], number: str, why: Why) -> bool:
    """Within the last minute."""
    o = view.table("outgoing")
    keys = [_key(number, why, view.now - ago) for ago in (timedelta(), MINUTE)]
    lately = (o.c.kind == BANK_QUERY) & o.c.key.in_(keys) & (o.c.created_at > view.now - MINUTE)
    return (await view.execute(select(o.c.key).where(lately))).first() is not None


def _key(number: str, why: Why, at: datetime) -> str:
    return f"{number}.{why}.{at:%Y%m%d%H%M}"


@timers.on(OVERDUE)
async def ask_before_expiring(unit: Unit[Context], timer: Timer) -> None:
    """The last day is over: only the bank knows whether somebody paid on it."""
    await ask(unit, timer.key, Why.OVERDUE, overdue_at=timer.due_at.isoformat())


async def ask_bank(context: Context, job: Job) -> Answer:
    said = (await call(context, "GET", f"/orders/{job.payload['order_number']}")).approved(404)
    _read(said, job)
    limit = job.payload.get("overdue_at")
    if limit is not None and said.signed.sent_at < datetime.fromisoformat(limit):
        raise NoAnswer("银行的答复早于缴款期限届满")  # its clock, or an old answer that somebody repeats
    return said.kept()


def _read(said: Said, job: Job) -> OrderAnswer | None:
    """None: the bank does not know the order. Raises `NoAnswer` for an answer to another question."""
    if said.status == 404:
        return None
    found = read_order(said.content)
    if found is None or found.order_number != job.payload["order_number"]:
        raise NoAnswer(f"银行的答复不符合约定（{said.status}）")
    return found


async def take_in(unit: Unit[Context], job: Job, answer: Answer | None, _error: str | None) -> None:
    number, overdue = job.payload["order_number"], job.payload["why"] == Why.OVERDUE
    await lock_notice(unit, number)
    if answer is None:
        if overdue:
            await ask_again(unit, job)
        return
    said = Said.of(answer)
    found = _read(said, job)
    if found is not None:
        await collect_found(unit, said.signed, found.payments)
    notice = await lock_notice(unit, number)
    await _heal_order(unit, notice, found)
    if overdue:
        await mark_overdue(unit, notice, datetime.fromisoformat(job.payload["overdue_at"]))


async def _heal_order(unit: Unit[Context], notice: Found, found: OrderAnswer | None) -> None:
    """What the bank should have by now, and has not: whoever wants to pay could not."""
    lost = found is None or (found.state is OrderState.OPEN and (found.revision or 0) < notice.order_revision)
    if lost and NoticeState(notice.state) in OPEN and notice.amount:
        await place_again(unit, notice.number)


senders.add(BANK_QUERY, act=ask_bank, settled=take_in, ladder=LADDER)
