"""Orders to the bank: here is a payment code, this much may be taken for it.

Guarantees: the order goes out after its notice has committed, under the notice's number, by which the bank recognises a
repetition. A bank that does not answer is asked again with the same order, never with a new code.
"""

import httpx
from sqlalchemy import update

from services.fees.context import Context
from services.fees.issuing import BANK_ORDER
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.errors import Permanent, Transient
from yimen.sender import Answer, Job, Senders

LADDER = (1, 5, 30, 300, 1800, 3600)
_TRY_AGAIN = {408, 425, 429}

senders = Senders()


async def place_order(context: Context, job: Job) -> Answer:
    settings = context.settings
    try:
        async with httpx.AsyncClient(
            transport=context.bank, timeout=settings.bank_order_seconds, trust_env=False
        ) as bank:
            answer = await bank.post(f"{settings.bank_url}/orders", json=job.payload)
    except httpx.TransportError as error:
        raise Transient(f"the bank did not answer: {error!r}") from error
    if answer.is_server_error or answer.status_code in _TRY_AGAIN:
        raise Transient(f"the bank answered {answer.status_code}")
    if not answer.is_success:
        raise Permanent(f"the bank refused the order: {answer.status_code} {answer.text[:400]}")
    return {"status": answer.status_code}


async def record_order(unit: Unit[Context], job: Job, _answer: Answer | None, error: str | None) -> None:
    done = {"ordered_at": None if error else unit.now, "order_error": error}
    await unit.execute(update(notices).where(notices.c.number == job.key).values(**done))


senders.add(BANK_ORDER, act=place_order, settled=record_order, ladder=LADDER)
