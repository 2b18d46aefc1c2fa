"""Subscriptions and deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import deliveries, metadata, subscriptions
from yimen.bus import View

Rows = Sequence[Row[Any]]

_TO_MAKE = (
    select(
        deliveries.c.event_id,
        deliveries.c.body,
        subscriptions.c.url,
        subscriptions.c.secret,
        subscriptions.c.former_secret,
        subscriptions.c.former_secret_until,
        subscriptions.c.state,
    )
    .join(subscriptions)
    .where(deliveries.c.id == bindparam("delivery"))
)


async def standing_subscriptions(conn: AsyncConnection) -> Rows:
    return (await conn.execute(select(subscriptions).where(subscriptions.c.state != "ended"))).all()


async def subscription(conn: AsyncConnection, subscription_id: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(subscriptions).where(subscriptions.c.id == subscription_id)
    if lock:  # beside it deliveries may still be queued, which only need the row to be there
        query = query.with_for_update(key_share=True)
    return (await conn.execute(query)).one_or_none()


async def subscriptions_of(conn: AsyncConnection, owner: str) -> int:
    """How many stand."""
    mine = (subscriptions.c.owner == owner) & (subscriptions.c.state != "ended")
    count: int = (await conn.execute(select(func.count()).where(mine))).scalar_one()
    return count


async def subscription_list(conn: AsyncConnection) -> Rows:
    return (await conn.execute(select(subscriptions).order_by(subscriptions.c.created_at, subscriptions.c.id))).all()


async def delivery_counts(conn: AsyncConnection, subscription_id: str) -> dict[str, int]:
    query = select(deliveries.c.state, func.count()).where(deliveries.c.subscription_id == subscription_id)
    return {state: count for state, count in await conn.execute(query.group_by(deliveries.c.state))}


async def delivery_to_make(conn: AsyncConnection, delivery_id: int) -> Row[*tuple[Any, ...]]:
    """The delivery with its subscription's address, secrets and state."""
    return (await conn.execute(_TO_MAKE, {"delivery": delivery_id})).one()


async def delivery(conn: AsyncConnection, delivery_id: int) -> Row[Any] | None:
    """With its subscription's departments."""
    query = select(deliveries, subscriptions.c.departments).join(subscriptions).where(deliveries.c.id == delivery_id)
    return (await conn.execute(query)).one_or_none()


async def delivery_list(
    conn: AsyncConnection,
    subscription_id: str,
    after: int,
    limit: int,
    *,
    state: str | None,
    subject: str | None,
    since: datetime | None,
) -> Rows:
    """In the order in which they were queued."""
    query = select(deliveries).where(deliveries.c.subscription_id == subscription_id, deliveries.c.id > after)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if subject is not None:
        query = query.where(deliveries.c.subject == subject)
    if since is not None:
        query = query.where(deliveries.c.created_at >= since)
    return (await conn.execute(query.order_by(deliveries.c.id).limit(limit))).all()


async def attempts(view: View[Any], delivery_id: int) -> Rows:
    t = view.table("outgoing_attempts")
    mine = (t.c.kind == "webhook") & (t.c.key == str(delivery_id))
    query = select(t.c.attempt, t.c.at, t.c.milliseconds, t.c.answer, t.c.error).where(mine).order_by(t.c.id)
    return (await view.execute(query)).all()


async def next_attempt(view: View[Any], delivery_id: int) -> datetime | None:
    t = view.table("outgoing")
    waits = (t.c.kind == "webhook") & (t.c.key == str(delivery_id)) & (t.c.state == "waiting")
    at: datetime | None = (await view.execute(select(t.c.run_at).where(waits))).scalar_one_or_none()
    return at


async def breakers(conn: AsyncConnection, subscription_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Of those whose last calls failed: `failures` in a row; where that was too often and they are tried only now and then,
    `since` when, and the `next_look`."""
    t = metadata.tables["outgoing_queues"]
    mine = t.c.queue.in_(list(subscription_ids))
    found = (await conn.execute(select(t).where(t.c.kind == "webhook", mine))).all()
    return {row.queue: row for row in found}
