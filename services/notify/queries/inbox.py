"""The inbox in the hall."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import contacts, inbox_letters

Rows = Sequence[Row[Any]]
Place = tuple[bool, int]
"""Whether the last letter seen was read, and its id."""


async def inbox_page(conn: AsyncConnection, recipients: Collection[str], after: Place | None, limit: int) -> Rows:
    """Unread ones first, each part newest first."""
    letter = inbox_letters.c
    query = select(inbox_letters).where(letter.recipient.in_(sorted(recipients)))
    if after is not None:
        is_read, last = after
        older = and_(letter.is_read.is_(is_read), letter.id < last)
        query = query.where(older if is_read else or_(older, letter.is_read.is_(True)))
    query = query.order_by(letter.is_read, letter.id.desc()).limit(limit)
    return (await conn.execute(query)).all()


async def inbox_letter(conn: AsyncConnection, letter_id: int) -> Row[Any] | None:
    """Locked until the transaction ends."""
    query = select(inbox_letters).where(inbox_letters.c.id == letter_id).with_for_update()
    return (await conn.execute(query)).one_or_none()


async def languages_of(conn: AsyncConnection, account: str) -> dict[str, str | None]:
    """The cases that were handed in by who signed in so, as recipients, with the language of each."""
    query = select(contacts.c.recipient, contacts.c.language).where(contacts.c.account == account)
    return {row.recipient: row.language for row in await conn.execute(query)}


async def language_of(conn: AsyncConnection, recipient: str) -> str | None:
    """What was chosen with the contact; None where nothing was, or none is known."""
    language: str | None = await conn.scalar(select(contacts.c.language).where(contacts.c.recipient == recipient))
    return language
