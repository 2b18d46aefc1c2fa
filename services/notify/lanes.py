"""Deliveries of one subscription about one subject go one after the other; other subjects do not wait for them.

Guarantees: one delivery row per (subscription, event), never deleted; the next of a lane is sent when the one before
it is settled, whichever way; no delivery is left waiting in an idle lane (the lane's row is locked by whoever adds or
settles).
"""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import update

from services.notify import queries
from services.notify.context import Context
from services.notify.tables import deliveries, lanes, subscriptions
from yimen.bus import Unit
from yimen.sender import send_later


async def enqueue(
    unit: Unit[Context], subscription_id: str, event_id: UUID, event_type: str, subject: str, body: dict[str, Any]
) -> int | None:
    """The new delivery's id; None when there is one already. In an idle lane nothing waits: it goes at once."""
    busy = await _lock(unit, subscription_id, subject)
    row = {
        "subscription_id": subscription_id,
        "event_id": event_id,
        "type": event_type,
        "subject": subject,
        "body": orjson.dumps(body).decode(),
        "state": "sending" if busy is None else "waiting",
        "created_at": unit.now,
    }
    insert = unit.insert(deliveries).values(row).on_conflict_do_nothing().returning(deliveries.c.id)
    delivery_id: int | None = (await unit.execute(insert)).scalar_one_or_none()
    if busy is None and delivery_id is not None:
        await _occupy(unit, subscription_id, subject, delivery_id)
        await send_later(unit, "webhook", key=str(delivery_id), payload={})
    return delivery_id


async def settle(unit: Unit[Context], delivery_id: int, state: str, error: str | None) -> None:
    """The next of its lane is sent, if it was this one that the lane waited for."""
    settled = update(deliveries).where(deliveries.c.id == delivery_id)
    settled = settled.values(state=state, error=error, settled_at=unit.now)
    row = (await unit.execute(settled.returning(deliveries.c.subscription_id, deliveries.c.subject))).one()
    if await _lock(unit, row.subscription_id, row.subject) not in (None, delivery_id):
        return
    following = await queries.next_delivery(unit.conn, row.subscription_id, row.subject)
    await _occupy(unit, row.subscription_id, row.subject, following)
    if following is not None:
        await unit.execute(update(deliveries).where(deliveries.c.id == following).values(state="sending"))
        await send_later(unit, "webhook", key=str(following), payload={})


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


async def _lock(unit: Unit[Context], subscription_id: str, subject: str) -> int | None:
    """The delivery that is under way, if any. Whoever asks next waits until this unit has ended."""
    row = unit.insert(lanes).values(subscription_id=subscription_id, subject=subject)
    row = row.on_conflict_do_update(index_elements=["subscription_id", "subject"], set_={"subject": subject})
    busy: int | None = (await unit.execute(row.returning(lanes.c.busy))).scalar_one()
    return busy


async def _occupy(unit: Unit[Context], subscription_id: str, subject: str, delivery_id: int | None) -> None:
    lane = (lanes.c.subscription_id == subscription_id) & (lanes.c.subject == subject)
    await unit.execute(update(lanes).where(lane).values(busy=delivery_id))
