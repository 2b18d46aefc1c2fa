"""Deliveries of one subscription about one subject go one after the other; other subjects do not wait for them.

Guarantees: one delivery row per (subscription, event, replay), never deleted; the next of a lane is sent when the one before
it is settled, whichever way; no delivery is left waiting in an idle lane (the lane's row is locked by whoever adds or
settles). What is under way waits in its subscription's queue (yimen.queues), so that no subscription waits for another.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from services.notify.context import Context
from services.notify.tables import deliveries, lanes
from yimen.bus import Unit
from yimen.jobs import send_all_later, send_later

Lane = tuple[str, str]
"""(subscription, subject)"""

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
_SEND = update(deliveries).where(_DELIVERY).values(state="sending").returning(deliveries.c.traceparent)


@dataclass(frozen=True, slots=True)
class Owed:
    """An event that a subscription is to get. `body`: CloudEvents JSON; `traceparent`: of the step that owes it."""

    subscription_id: str
    event_id: UUID
    type: str
    subject: str
    body: str
    traceparent: str | None = None

    @property
    def lane(self) -> Lane:
        return self.subscription_id, self.subject


async def enqueue(unit: Unit[Context], owed: Sequence[Owed], replay: int = 0) -> list[int]:
    """In this order, each behind what already waits in its lane; in an idle lane the first goes at once. A few round trips
    for all. The new deliveries' ids."""
    if not owed:
        return []
    idle = await _lock_all(unit, {one.lane for one in owed})
    rows, first = [], set[Lane]()
    for one in owed:
        goes = one.lane in idle and one.lane not in first
        first.add(one.lane)
        rows.append(asdict(one) | {"replay": replay, "created_at": unit.now, "state": "sending" if goes else "waiting"})
    insert = unit.insert(deliveries).returning(deliveries.c.id, sort_by_parameter_order=True)
    ids = list((await unit.execute(insert, rows)).scalars())
    await _start(unit, [(number, one) for number, one, row in zip(ids, owed, rows, strict=True) if _goes(row)])
    return ids


def _goes(row: dict[str, Any]) -> bool:
    return bool(row["state"] == "sending")


async def _start(unit: Unit[Context], going: list[tuple[int, Owed]]) -> None:
    if going:
        names = ("subscription", "about", "delivery")
        await unit.execute(_OCCUPY, [dict(zip(names, (*one.lane, number), strict=True)) for number, one in going])
        jobs = [(str(number), one.subscription_id, one.traceparent) for number, one in going]
        await send_all_later(unit, "webhook", jobs)


async def _lock_all(unit: Unit[Context], wanted: set[Lane]) -> set[Lane]:
    """In one order, whoever asks. Those in which nothing is under way, and so nothing waits."""
    row = _locking(unit).returning(lanes.c.subscription_id, lanes.c.subject, lanes.c.busy)
    asked = [{"subscription_id": subscription, "subject": subject} for subscription, subject in sorted(wanted)]
    return {(lane.subscription_id, lane.subject) for lane in await unit.execute(row, asked) if lane.busy is None}


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
        its_own = (await unit.execute(_SEND, {"delivery": following})).scalar_one()  # not that of the one before it
        await send_later(
            unit, "webhook", key=str(following), payload={}, queue=row.subscription_id, traceparent=its_own
        )


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
