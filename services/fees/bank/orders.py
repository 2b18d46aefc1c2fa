"""Orders to the bank: here is a payment code, this much may be taken for it until that day; or: nobody may pay it any more.

Guarantees: what is ordered goes out after what gave rise to it has committed, under the notice's number and the order's
revision, by which the bank recognises a repetition. Never a new code for a known notice. `placing` does it.
"""

from typing import Final

from sqlalchemy import select, update

from services.fees.bank.sending import do_again
from services.fees.context import Context
from services.fees.queries import Found
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.jobs import send_later

BANK_ORDER: Final = "bank_order"
BANK_CLOSING: Final = "bank_closing"
CURRENCY: Final = "CNY"


async def place(unit: Unit[Context], number: str) -> None:
    """The notice's row, as it stands in this unit, becomes an order of its revision."""
    notice = await _notice(unit, number)
    order = {
        "order_number": number,
        "revision": notice.order_revision,
        "payment_code": notice.payment_code,
        "amount": notice.amount,
        "currency": CURRENCY,
        "account": unit.context.settings.fiscal_account,
        "pay_by": notice.pay_by.isoformat(),
    }
    await send_later(unit, BANK_ORDER, key=_key(notice), payload=order)


async def place_again(unit: Unit[Context], number: str) -> None:
    """The bank does not know what it once accepted: the same order once more."""
    await place(unit, number)
    await do_again(unit, BANK_ORDER, _key(await _notice(unit, number)))


async def amend(unit: Unit[Context], number: str) -> None:
    """After the notice's amount or last day was changed: the next revision. Where nothing is left to pay it is closed."""
    revised = {"order_revision": notices.c.order_revision + 1, "ordered_at": None, "order_error": None}
    await unit.execute(update(notices).where(notices.c.number == number).values(**revised))
    if (await _notice(unit, number)).amount:
        await place(unit, number)
    else:
        await close(unit, number)


async def close(unit: Unit[Context], number: str, after: str = "") -> None:
    """Nobody is to pay it any more. `after`: the order that was still on its way when it was closed before."""
    key = f"{number}.{after}" if after else number
    await send_later(unit, BANK_CLOSING, key=key, payload={"order_number": number})


async def _notice(unit: Unit[Context], number: str) -> Found:
    return (await unit.execute(select(notices).where(notices.c.number == number))).one()


def _key(notice: Found) -> str:
    return f"{notice.number}.{notice.order_revision}"
