"""A recipient reads messages in the order in which they were written: of each channel one is under way at a time.

Guarantees: a queued message has a job, or one of its recipient's is under way and calls it when it has ended, whichever
way (the recipient's row is locked by whoever adds or ends). What is urgent passes the line. What rings waits for the end
of the quiet hours, and with it what stands behind it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from services.notify.context import Context
from services.notify.domain.hours import waits_until
from services.notify.queries import messages as stored
from services.notify.tables import contacts, messages
from yimen.bus import Unit
from yimen.jobs import send_later

_LOCK = select(contacts.c.recipient).where(contacts.c.recipient == bindparam("whom")).with_for_update()
_GIVE_JOB = update(messages).where(messages.c.id == bindparam("message")).values(job=bindparam("key"), state="queued")


async def lock(unit: Unit[Context], recipient: str) -> None:
    await unit.execute(_LOCK, {"whom": recipient})


async def go_on(unit: Unit[Context], recipient: str, channel: str) -> None:
    """The next one's turn, if it is anybody's. The recipient is locked."""
    following = await stored.next_in_line(unit.conn, recipient, channel)
    if following is not None:
        await give_job(unit, following)


async def give_job(unit: Unit[Context], message: Row[Any], not_before: datetime | None = None) -> None:
    """Another one, if it had one before."""
    key = next_key(message.id, message.job)
    await unit.execute(_GIVE_JOB, {"message": message.id, "key": key})
    trace = message.traceparent  # not that of the message which it waited for
    await start(unit, message.channel, key, urgent=message.urgent, not_before=not_before, traceparent=trace)


async def start(
    unit: Unit[Context],
    channel: str,
    key: str,
    *,
    urgent: bool,
    not_before: datetime | None = None,
    traceparent: str | None = None,
) -> None:
    morning = waits_until(unit.context.settings.quiet, unit.now, channel=channel, urgent=urgent)
    await send_later(unit, channel, key=key, payload={}, not_before=not_before or morning, traceparent=traceparent)


def next_key(message_id: str, former: str | None) -> str:
    """The message's id for its first job; for later ones with their number behind it."""
    return message_id if former is None else f"{message_id}.{number_of(former) + 1}"


def number_of(key: str | None) -> int:
    """Which of its message's jobs that is, from 1; 0 for none."""
    return 0 if key is None else int(key.partition(".")[2] or 1)


def message_of(key: str) -> str:
    return key.partition(".")[0]
