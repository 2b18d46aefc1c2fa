"""Messages, whom they go to, and whose turn it is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import contacts, messages
from services.notify.tables.base import metadata
from yimen.sealed import marks

Rows = Sequence[Row[Any]]

_jobs = metadata.tables["outgoing"]
_WITH_CONTACT = select(messages, contacts.c.phone, contacts.c.email).join(
    contacts, contacts.c.recipient == messages.c.recipient
)
_ONE = _WITH_CONTACT.where(messages.c.id == bindparam("message"))
_LINE = (messages.c.recipient == bindparam("recipient")) & (messages.c.channel == bindparam("channel"))
_LINE &= (messages.c.state == "queued") & messages.c.urgent.is_(False)
_UNDER_WAY = (_jobs.c.kind == messages.c.channel) & (_jobs.c.key == messages.c.job) & (_jobs.c.state == "waiting")
_BUSY = exists(select(messages.c.id).join(_jobs, _UNDER_WAY).where(_LINE))
_QUEUED = select(exists(select(messages.c.id).where(_LINE)))
_NEXT = select(messages).where(_LINE, messages.c.job.is_(None), ~_BUSY).order_by(messages.c.place).limit(1)
_NUMBERS = contacts.c.phone_mark.in_(bindparam("numbers", expanding=True))
_LEAD = select(contacts.c.recipient).where(_NUMBERS).order_by(contacts.c.recipient)
_COUNTED = (
    select(func.count())
    .select_from(contacts.join(messages, messages.c.recipient == contacts.c.recipient))
    .where(_NUMBERS, messages.c.channel == "sms")
    .where(messages.c.counted_on == bindparam("day"), messages.c.id != bindparam("message"))
)


async def message(conn: AsyncConnection, message_id: str) -> Row[Any] | None:
    """Locked until the transaction ends, with its recipient's phone number and mail address."""
    return (await conn.execute(_ONE.with_for_update(of=messages), {"message": message_id})).one_or_none()


async def letter_to_send(conn: AsyncConnection, message_id: str) -> Row[Any]:
    """The same, unlocked."""
    return (await conn.execute(_ONE, {"message": message_id})).one()


async def is_line_empty(conn: AsyncConnection, recipient: str, channel: str) -> bool:
    return not (await conn.execute(_QUEUED, {"recipient": recipient, "channel": channel})).scalar_one()


async def next_in_line(conn: AsyncConnection, recipient: str, channel: str) -> Row[Any] | None:
    """The recipient's first message of this channel that has no job yet, if none is under way."""
    return (await conn.execute(_NEXT, {"recipient": recipient, "channel": channel})).one_or_none()


async def counted_today(conn: AsyncConnection, number: str, day: date, message_id: str) -> int:
    """How many messages besides this one go on the account of this number's day, whatever the recipient. Whoever asks next
    about this number waits until this transaction ends."""
    numbers = marks(conn, number)
    await conn.execute(_LEAD.limit(1).with_for_update(), {"numbers": numbers})
    told = {"numbers": numbers, "day": day, "message": message_id}
    return int((await conn.execute(_COUNTED, told)).scalar_one())


async def messages_waiting(conn: AsyncConnection, recipient: str) -> Rows:
    waiting = (messages.c.recipient == recipient) & (messages.c.state == "waiting_contact")
    query = select(messages).where(waiting).order_by(messages.c.place, messages.c.id)
    return (await conn.execute(query)).all()


async def message_list(conn: AsyncConnection, case_number: str | None, limit: int, after: str | None) -> Rows:
    """Newest first, numbers and addresses still whole: the caller masks them. `after`: the id of the last one seen."""
    query = _WITH_CONTACT
    if case_number is not None:
        query = query.where(messages.c.case_number == case_number)
    if after is not None:
        last = select(messages.c.created_at).where(messages.c.id == after).scalar_subquery()
        older = messages.c.created_at < last
        query = query.where(or_(older, (messages.c.created_at == last) & (messages.c.id < after)))
    query = query.order_by(messages.c.created_at.desc(), messages.c.id.desc()).limit(limit)
    return (await conn.execute(query)).all()
