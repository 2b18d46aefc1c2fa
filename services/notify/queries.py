"""What the messenger reads."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import case_departments, contacts, deliveries, messages, stream, stream_head, subscriptions

Rows = Sequence[Row[Any]]

_TO_MAKE = (
    select(deliveries.c.event_id, deliveries.c.body, subscriptions.c.url, subscriptions.c.secret, subscriptions.c.state)
    .join(subscriptions)
    .where(deliveries.c.id == bindparam("delivery"))
)


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


async def messages_waiting(conn: AsyncConnection, recipient: str) -> Sequence[str]:
    query = select(messages.c.id).where(messages.c.recipient == recipient, messages.c.state == "waiting_contact")
    return (await conn.execute(query.order_by(messages.c.created_at, messages.c.id))).scalars().all()


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


async def active_subscriptions(conn: AsyncConnection) -> Rows:
    return (await conn.execute(select(subscriptions).where(subscriptions.c.state == "active"))).all()


async def subscription(conn: AsyncConnection, subscription_id: str) -> Row[Any] | None:
    return (await conn.execute(select(subscriptions).where(subscriptions.c.id == subscription_id))).one_or_none()


async def subscription_list(conn: AsyncConnection) -> Rows:
    return (await conn.execute(select(subscriptions).order_by(subscriptions.c.created_at, subscriptions.c.id))).all()


async def delivery_counts(conn: AsyncConnection, subscription_id: str) -> dict[str, int]:
    query = select(deliveries.c.state, func.count()).where(deliveries.c.subscription_id == subscription_id)
    return {state: count for state, count in await conn.execute(query.group_by(deliveries.c.state))}


async def delivery_to_make(conn: AsyncConnection, delivery_id: int) -> Row[Any, Any, Any, Any, Any]:
    """The delivery with its subscription's address, secret and state."""
    return (await conn.execute(_TO_MAKE, {"delivery": delivery_id})).one()


async def delivery(conn: AsyncConnection, delivery_id: int) -> Row[Any]:
    return (await conn.execute(select(deliveries).where(deliveries.c.id == delivery_id))).one()


async def stream_bounds(conn: AsyncConnection) -> tuple[int, int]:
    """The oldest id kept (0 when none) and the newest id given."""
    oldest = select(func.coalesce(func.min(stream.c.id), 0)).scalar_subquery()
    first, last = (await conn.execute(select(oldest, stream_head.c.last))).one()
    return first, last


async def stream_rows(
    conn: AsyncConnection, after: int, until: int, departments: Collection[str] | None, fees: bool, limit: int
) -> Rows:
    """Rows in (after, until]. `departments` None sees all; else what is theirs, their cases', or nobody's in particular."""
    query = select(stream).where(stream.c.id > after, stream.c.id <= until)
    if departments is not None:
        query = _seen_by(query, departments, fees)
    return (await conn.execute(query.order_by(stream.c.id).limit(limit))).all()


def _seen_by(query: Select[Any], departments: Collection[str], fees: bool) -> Select[Any]:
    on_the_case = (
        select(case_departments.c.case_number)
        .where(case_departments.c.case_number == stream.c.case_number, case_departments.c.department.in_(departments))
        .exists()
    )
    mine = stream.c.scope.in_(departments) | stream.c.case_number.is_(None) & (stream.c.scope == "all")
    mine |= (stream.c.scope == "all") & on_the_case
    return query.where(mine | stream.c.type.like("fees.%") if fees else mine)
