"""Fetches the bank's daily files: each morning those of the days before that are not in, one after the other.

Guarantees: a file that the bank does not have yet is asked for again; where it does not come the day has a difference that
somebody has to answer for, and the next morning it is asked for anew. Does not: hold the days after it up for longer.
"""

import base64
import zlib
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from services.fees import differences as kept
from services.fees.bank.client import fetch
from services.fees.bank.sending import senders
from services.fees.bank.wire import Signed
from services.fees.context import Context
from services.fees.domain.reconciling import booked_on
from services.fees.importing import import_file, refuse_day
from services.fees.tables import bank_payments, days
from services.fees.timers import timers
from yimen.bus import Unit, View
from yimen.jobs import Answer, Job, send_later
from yimen.timers import Timer, set_timer
from yimen.worktime import SHANGHAI, local_date

STATEMENTS: Final = "statements"
BANK_STATEMENT: Final = "bank_statement"
LADDER: Final = (60, 300, 900, 1800, 3600, 3600, 3600, 7200)
"""Six hours in all; then the next day's file is asked for, and this one again the next morning."""
_ONE_DAY: Final = timedelta(days=1)
_KEY: Final = "daily"


async def begin_fetching(unit: Unit[Context]) -> None:
    """On start: the timer stands from its first morning on, and one that is due is not moved."""
    t = unit.table("timers").c
    query = select(t.key).where(t.name == STATEMENTS, t.key == _KEY)
    if (await unit.execute(query)).first() is None:
        await set_timer(unit, STATEMENTS, key=_KEY, due_at=_next_morning(unit))


def _next_morning(unit: Unit[Context]) -> datetime:
    today = datetime.combine(local_date(unit.now), unit.context.settings.statement_at, SHANGHAI)
    return today if today > unit.now else today + _ONE_DAY


@timers.on(STATEMENTS)
async def fetch_statements(unit: Unit[Context], _timer: Timer) -> None:
    await set_timer(unit, STATEMENTS, key=_KEY, due_at=_next_morning(unit))
    await fetch_next(unit, None)


async def fetch_next(unit: Unit[Context], after: date | None) -> None:
    """The oldest day without a file, after that one; up to yesterday."""
    missing = await _missing(unit)
    day = next((one for one in missing if after is None or one > after), None)
    if day is not None:
        # Once a morning for each day: a job that was given up is kept under its own key.
        key = f"{day}/{local_date(unit.now)}"
        await send_later(unit, BANK_STATEMENT, key=key, payload={"day": day.isoformat()})


async def _missing(view: View[Context]) -> list[date]:
    yesterday = local_date(view.now) - _ONE_DAY
    filed = set((await view.execute(select(days.c.day).where(days.c.statement_id.is_not(None)))).scalars())
    first = await _first_day(view, yesterday)  # however long the hall was closed: a day left out would never be closed
    wanted = (first + n * _ONE_DAY for n in range((yesterday - first).days + 1))
    return [day for day in wanted if day not in filed]


async def _first_day(view: View[Context], otherwise: date) -> date:
    """Of which we know anything."""
    known = (await view.execute(select(func.min(days.c.day)))).scalar_one()
    paid = (await view.execute(select(func.min(bank_payments.c.paid_at)))).scalar_one()
    booked = booked_on(paid, view.context.settings.bank_cut_off) if paid else None
    return min((day for day in (known, booked) if day is not None), default=otherwise)


# -- at the bank -------------------------------------------------------------------------------------------------------


async def fetch_file(context: Context, job: Job) -> Answer:
    signed, _headers = await fetch(context, f"/statements/{job.payload['day']}.csv")
    return {
        "key_serial": signed.key_serial,
        "nonce": signed.nonce,
        "sent_at": signed.sent_at.isoformat(),
        "signature": signed.signature,
        "packed": base64.b64encode(zlib.compress(signed.body)).decode(),
    }


async def take_file_in(unit: Unit[Context], job: Job, answer: Answer | None, error: str | None) -> None:
    day = date.fromisoformat(job.payload["day"])
    if answer is not None:
        await import_file(unit, _signed(answer), asked=day)
    elif day in await _missing(unit):
        await kept.lock_days(unit)
        await refuse_day(unit, day, f"没有取到该日的对账文件：{error}")
    await fetch_next(unit, day)


def _signed(answer: dict[str, Any]) -> Signed:
    body = zlib.decompress(base64.b64decode(answer["packed"]))
    sent_at = datetime.fromisoformat(answer["sent_at"])
    return Signed(answer["key_serial"], answer["nonce"], sent_at, answer["signature"], body)


senders.add(BANK_STATEMENT, act=fetch_file, settled=take_file_in, ladder=LADDER, at_once=1)
