"""Deliveries of one subscription about one subject go one after the other; other subjects do not wait for them.

Guarantees: one delivery row per (subscription, event), never deleted; the next of a lane is sent when the one before
it is settled, whichever way; no delivery is left waiting in an idle lane (the lane's row is locked by whoever adds or
settles).
"""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update

from services.notify import queries
from services.notify.context import Context
from services.notify.tables import deliveries, lanes, subscriptions
from yimen.bus import Unit
from yimen.sender import send_later


async def enqueue(
    unit: Unit[Context], subscription_id: str, event_id: UUID, event_type: str, subject: str, body: dict[str, Any]
) -> int | None:
    """The new delivery's id; None when there is one already."""
    await _lock(unit, subscription_id, subject)
    row = {
        "subscription_id": subscription_id,
        "event_id": event_id,
        "type": event_type,
        "subject": subject,
        "body": orjson.dumps(body).decode(),
        "state": "waiting",
        "created_at": unit.now,
    }
    insert = unit.insert(deliveries).values(row).on_conflict_do_nothing().returning(deliveries.c.id)
    delivery_id: int | None = (await unit.execute(insert)).scalar_one_or_none()
    await _go_on(unit, subscription_id, subject)
    return delivery_id


async def settle(unit: Unit[Context], delivery_id: int, state: str, error: str | None) -> None:
    row = await queries.delivery(unit.conn, delivery_id)
    await _lock(unit, row.subscription_id, row.subject)
    values = {"state": state, "error": error, "settled_at": unit.now}
    await unit.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(values))
    lane = (lanes.c.subscription_id == row.subscription_id) & (lanes.c.subject == row.subject)
    await unit.execute(update(lanes).where(lane, lanes.c.busy == delivery_id).values(busy=None))
    await _go_on(unit, row.subscription_id, row.subject)


async def stop(unit: Unit[Context], subscription_id: str, state: str, reason: str) -> None:
    """Nothing more is sent. What still waited is kept as refused; what is under way finds out by itself."""
    ended = {"state": state, "reason": reason, "ended_at": unit.now}
    await unit.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, subscriptions.c.state == "active")
        .values(ended)
    )
    waiting = (deliveries.c.subscription_id == subscription_id) & (deliveries.c.state == "waiting")
    refused = {"state": "refused", "error": reason, "settled_at": unit.now}
    await unit.execute(update(deliveries).where(waiting).values(refused))


async def _lock(unit: Unit[Context], subscription_id: str, subject: str) -> None:
    row = unit.insert(lanes).values(subscription_id=subscription_id, subject=subject)
    columns = ["subscription_id", "subject"]
    await unit.execute(row.on_conflict_do_update(index_elements=columns, set_={"subject": subject}))


async def _go_on(unit: Unit[Context], subscription_id: str, subject: str) -> None:
    """If nothing of the locked lane is under way, the oldest that waits is."""
    lane = (lanes.c.subscription_id == subscription_id) & (lanes.c.subject == subject)
    if (await unit.execute(select(lanes.c.busy).where(lane))).scalar_one() is not None:
        return
    delivery_id = await queries.next_delivery(unit.conn, subscription_id, subject)
    if delivery_id is None:
        return
    await unit.execute(update(lanes).where(lane).values(busy=delivery_id))
    await unit.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(state="sending"))
    await send_later(unit, "webhook", key=str(delivery_id), payload={})
