"""Subscriptions and deliveries."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import deliveries, metadata, subscriptions

Rows = Sequence[Row[Any]]

_TO_MAKE = (
    select(deliveries.c.event_id, deliveries.c.body, subscriptions.c.url, subscriptions.c.secret, subscriptions.c.state)
    .join(subscriptions)
    .where(deliveries.c.id == bindparam("delivery"))
)


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


async def breakers(conn: AsyncConnection, subscription_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Of those whose last calls failed: `failures` in a row; where that was too often and they are tried only now and then,
    `since` when, and the `next_look`."""
    t = metadata.tables["outgoing_queues"]
    mine = t.c.queue.in_(list(subscription_ids))
    found = (await conn.execute(select(t).where(t.c.kind == "webhook", mine))).all()
    return {row.queue: row for row in found}
