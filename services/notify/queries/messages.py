"""Messages and whom they go to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import contacts, messages

Rows = Sequence[Row[Any]]


async def message(conn: AsyncConnection, message_id: str) -> Row[Any] | None:
    """Locked until the transaction ends, with its recipient's phone number."""
    found = await conn.execute(
        select(messages, contacts.c.phone)
        .join(contacts, contacts.c.recipient == messages.c.recipient)
        .where(messages.c.id == message_id)
        .with_for_update(of=messages)
    )
    return found.one_or_none()


async def letter_to_send(conn: AsyncConnection, message_id: str) -> Row[Any, Any]:
    """Text and phone number, unlocked."""
    found = await conn.execute(
        select(messages.c.text, contacts.c.phone)
        .join(contacts, contacts.c.recipient == messages.c.recipient)
        .where(messages.c.id == message_id)
    )
    return found.one()


async def messages_waiting(conn: AsyncConnection, recipient: str) -> Rows:
    waiting = (messages.c.recipient == recipient) & (messages.c.state == "waiting_contact")
    query = select(messages).where(waiting).order_by(messages.c.created_at, messages.c.id)
    return (await conn.execute(query)).all()


async def message_list(conn: AsyncConnection, case_number: str | None, limit: int, after: str | None) -> Rows:
    """Newest first, phone numbers still whole: the caller masks them. `after`: the id of the last one seen."""
    query = select(messages, contacts.c.phone).join(contacts, contacts.c.recipient == messages.c.recipient)
    if case_number is not None:
        query = query.where(messages.c.case_number == case_number)
    if after is not None:
        last = select(messages.c.created_at).where(messages.c.id == after).scalar_subquery()
        older = messages.c.created_at < last
        query = query.where(or_(older, (messages.c.created_at == last) & (messages.c.id < after)))
    query = query.order_by(messages.c.created_at.desc(), messages.c.id.desc()).limit(limit)
    return (await conn.execute(query)).all()
