"""Deliveries of one subscription about one subject go one after the other; other subjects do not wait for them.

Guarantees: one delivery row per (subscription, event, replay), never deleted; the next of a lane is sent when the one before
it is settled, whichever way; no delivery is left waiting in an idle lane (the lane's row is locked by whoever adds or
settles). What is under way waits in its subscription's queue (yimen.queues), so that no subscription waits for another.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, bindparam, func, select, update

from services.notify.context import Context
from services.notify.tables import deliveries, lanes
from yimen.bus import Unit
from yimen.jobs import send_all_later, send_later

# Made once: building an expression costs as much as half of its round trip.
_LANE = (lanes.c.subscription_id == bindparam("subscription")) & (lanes.c.subject == bindparam("about"))
_OCCUPY = update(lanes).where(_LANE).values(busy=bindparam("delivery"))
_FOLLOWING = select(func.min(deliveries.c.id)).where(
    deliveries.c.subscription_id == lanes.c.subscription_id,
    deliveries.c.subject == lanes.c.subject,
    deliveries.c.state == "waiting",
)
_GO_ON = update(lanes).where(_LANE).values(busy=_FOLLOWING.scalar_subquery()).returning(lanes.c.busy)
_DELIVERY = deliveries.c.id == bindparam("delivery")
_SETTLE = update(deliveries).where(_DELIVERY).returning(deliveries.c.subscription_id, deliveries.c.subject)
_SEND = update(deliveries).where(_DELIVERY).values(state="sending")


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
    insert = unit.insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.id)
    delivery_id: int | None = (await unit.execute(insert, row)).scalar_one_or_none()
    if busy is None and delivery_id is not None:
        await unit.execute(_OCCUPY, {"subscription": subscription_id, "about": subject, "delivery": delivery_id})
        await send_later(unit, "webhook", key=str(delivery_id), payload={}, queue=subscription_id)
    return delivery_id


async def enqueue_all(unit: Unit[Context], subscription_id: str, events: Sequence[Row[Any]], replay: int) -> None:
    """Events of the feed, in this order, each behind what already waits in its lane: a few round trips for all."""
    if not events:
        return
    idle = await _lock_all(unit, subscription_id, {event.subject for event in events})
    common = {"subscription_id": subscription_id, "replay": replay, "created_at": unit.now}
    rows, first = [], set[str]()
    for event in events:
        goes = event.subject in idle and event.subject not in first
        first.add(event.subject)
        values = {name: getattr(event, name) for name in ("event_id", "type", "subject", "body")}
        rows.append(common | values | {"state": "sending" if goes else "waiting"})
    insert = unit.insert(deliveries).returning(deliveries.c.id, sort_by_parameter_order=True)
    added = zip((await unit.execute(insert, rows)).scalars(), rows, strict=True)
    going = {delivery_id: row["subject"] for delivery_id, row in added if row["state"] == "sending"}
    if going:
        lane = {"subscription": subscription_id}
        await unit.execute(
            _OCCUPY, [lane | {"about": subject, "delivery": number} for number, subject in going.items()]
        )
        await send_all_later(unit, "webhook", keys=map(str, going), queue=subscription_id)


async def _lock_all(unit: Unit[Context], subscription_id: str, subjects: set[str]) -> set[str]:
    """In one order, whoever asks. Those in which nothing is under way, and so nothing waits."""
    row = _locking(unit).returning(lanes.c.subject, lanes.c.busy)
    asked = [{"subscription_id": subscription_id, "subject": subject} for subject in sorted(subjects)]
    return {lane.subject for lane in await unit.execute(row, asked) if lane.busy is None}


async def settle(unit: Unit[Context], delivery_id: int, state: str, error: str | None) -> None:
    """The next of its lane is sent, if it was this one that the lane waited for."""
    values = {"state": state, "error": error, "settled_at": unit.now}
    row = (await unit.execute(_SETTLE, values | {"delivery": delivery_id})).one()
    if await _lock(unit, row.subscription_id, row.subject) not in (None, delivery_id):
        return
    # A statement of its own: one that waited for the lock would not see what was added meanwhile.
    lane = {"subscription": row.subscription_id, "about": row.subject}
    following = (await unit.execute(_GO_ON, lane)).scalar_one()
    if following is not None:
        await unit.execute(_SEND, {"delivery": following})
        await send_later(unit, "webhook", key=str(following), payload={}, queue=row.subscription_id)


async def _lock(unit: Unit[Context], subscription_id: str, subject: str) -> int | None:
    """The delivery that is under way, if any. Whoever asks next waits until this unit has ended."""
    row = _locking(unit).returning(lanes.c.busy)
    found = await unit.execute(row, {"subscription_id": subscription_id, "subject": subject})
    busy: int | None = found.scalar_one()
    return busy


def _locking(unit: Unit[Context]) -> Any:
    """Makes a lane's row, or locks it."""
    row = unit.insert(lanes)
    return row.on_conflict_do_update(
        index_elements=["subscription_id", "subject"], set_={"subject": row.excluded.subject}
    )
