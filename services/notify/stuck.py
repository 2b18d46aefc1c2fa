"""What got stuck is found by its index and moved on, or ended with its reason.

Guarantees: any number of sweepers come to the same result as one, and a round that is repeated does nothing more. What is
found: a queued message for which nobody works; a short message that was handed over and never reported; one whose recipient
never got a contact. Does not: repeat what may have been done (the sender does that, under the same id).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, and_, exists, func, or_, select

from services.notify import lines
from services.notify.context import Context
from services.notify.domain.hours import MAIL, SMS
from services.notify.queries import messages as stored
from services.notify.settling import locked, mark_final
from services.notify.tables import messages
from services.notify.tables.base import metadata
from yimen.bus import Unit, Units
from yimen.errors import Permanent, Transient
from yimen.jobs import Job, send_later
from yimen.timers import run_rounds
from yimen.waiting import rest_until

AT_ONCE: Final = 100
JOBS: Final = 3
"""How often a message is given to the sender again, where the sender's outcome could not be written down."""

QUEUED_FOR: Final = timedelta(minutes=5)
ROUND_SECONDS: Final = 30.0
ASK: Final = "sms_fate"
ASK_LADDER: Final = (300, 3600, 6 * 3600, 24 * 3600)
NO_CONTACT: Final = "期限内一直没有收件人的联系方式"
NO_OUTCOME: Final = "发送结果多次未能登记"
NO_RECEIPT: Final = "网关没有送达回执，也查不到结果"
LOST: Final = "网关查无此短信"

_jobs = metadata.tables["outgoing"]
_other = messages.alias("other")
_WORKED_ON = exists(
    select(_other.c.id)
    .join(_jobs, and_(_jobs.c.kind == _other.c.channel, _jobs.c.key == _other.c.job, _jobs.c.state == "waiting"))
    .where(_other.c.recipient == messages.c.recipient, _other.c.channel == messages.c.channel)
    .where(_other.c.state == "queued", _other.c.urgent == messages.c.urgent)
    .where(or_(messages.c.urgent.is_(False), _other.c.id == messages.c.id))
)
_ASKED = exists(select(_jobs.c.key).where(_jobs.c.kind == ASK, _jobs.c.key == messages.c.id))

Find = Callable[[Context, datetime], Select[Any]]
Move = Callable[[Unit[Context], Row[Any]], Awaitable[bool]]


class Sweeper:
    def __init__(self, units: Units[Context]) -> None:
        self._units = units
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        await run_rounds(self._round, self._stopping, failed="stuck_sweep_failed")

    async def _round(self) -> int:
        """With its rest, whatever was found: nothing here is urgent."""
        await rest_until(self._stopping, ROUND_SECONDS)
        return 0 if self._stopping.is_set() else await self.run_due()

    async def run_due(self) -> int:
        """Everything that is stuck at this instant; returns how many messages were moved."""
        moved = 0
        for find, move in SWEEPS:
            while count := await self._batch(find, move):
                moved += count
        return moved

    async def _batch(self, find: Find, move: Move) -> int:
        """Each in a unit of its own, so that it waits for nobody while it holds another."""
        async with self._units.view() as view:
            found = (await view.execute(find(view.context, view.now).limit(AT_ONCE))).all()
        moved = 0
        for row in found:
            async with self._units.begin() as unit:
                moved += await move(unit, await locked(unit, row.id))
        return moved


def _older(state: str, channels: tuple[str, ...], at: Any, until: datetime) -> Select[Any]:
    states = and_(messages.c.state == state, messages.c.channel.in_(channels))
    return select(messages.c.id).where(states, at <= until).order_by(messages.c.created_at)


def _unworked(_context: Context, now: datetime) -> Select[Any]:
    return _older("queued", (SMS, MAIL), messages.c.created_at, now - QUEUED_FOR).where(~_WORKED_ON)


async def _work_on(unit: Unit[Context], message: Row[Any]) -> bool:
    """The first of its line; or the message itself, where its job ended without an outcome."""
    if message.state != "queued" or await _is_worked_on(unit, message):
        return False
    if message.job is None and not message.urgent:
        await lines.go_on(unit, message.recipient, message.channel)
        return True
    if lines.number_of(message.job) < JOBS:
        await lines.give_job(unit, message)
        return True
    await mark_final(unit, message, "unknown", NO_OUTCOME)
    await lines.go_on(unit, message.recipient, message.channel)
    return True


async def _is_worked_on(unit: Unit[Context], message: Row[Any]) -> bool:
    query = select(func.count()).select_from(messages).where(messages.c.id == message.id, _WORKED_ON)
    return bool((await unit.execute(query)).scalar_one())


def _unreported(context: Context, now: datetime) -> Select[Any]:
    until = now - timedelta(hours=context.settings.receipt_hours)
    return _older("sent", (SMS,), messages.c.sent_at, until).where(~_ASKED)


async def _ask_about(unit: Unit[Context], message: Row[Any]) -> bool:
    if message.state != "sent":
        return False
    await send_later(unit, ASK, key=message.id, payload={})
    return True


def _unreachable(context: Context, now: datetime) -> Select[Any]:
    until = now - timedelta(days=context.settings.contact_days)
    return _older("waiting_contact", (SMS, MAIL), messages.c.created_at, until)


async def _give_up_on(unit: Unit[Context], message: Row[Any]) -> bool:
    if message.state != "waiting_contact":
        return False
    await mark_final(unit, message, "failed", NO_CONTACT)
    return True


SWEEPS: Final[tuple[tuple[Find, Move], ...]] = (
    (_unworked, _work_on),
    (_unreported, _ask_about),
    (_unreachable, _give_up_on),
)

# -- asking a gateway what became of a message -------------------------------------------------------------------------


async def ask_fate(context: Context, job: Job) -> dict[str, Any]:
    """Of each gateway that may have it, until one knows."""
    async with context.database.read() as conn:
        message = await stored.letter_to_send(conn, job.key)
    names = [name for name in (message.gateway, *message.passed_on) if name in context.gateways]
    if not names:
        raise Permanent("no gateway that we know has it")
    fates = [await context.gateways[name].fate_of(job.key) for name in names]
    for fate in ("delivered", "failed"):
        if fate in fates:
            return {"fate": fate}
    if set(fates) == {"unknown"}:
        return {"fate": "unknown"}
    raise Transient("the gateway cannot tell yet")


async def record_fate(unit: Unit[Context], job: Job, answer: dict[str, Any] | None, _error: str | None) -> None:
    message = await locked(unit, job.key)
    if answer is None:
        await mark_final(unit, message, "unknown", NO_RECEIPT)
    elif answer["fate"] == "delivered":
        await mark_final(unit, message, "delivered")
    else:
        await mark_final(unit, message, "failed", LOST if answer["fate"] == "unknown" else "网关报告未送达")
