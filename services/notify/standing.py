"""Whether a subscription is sent to: it is active; paused by its owner, or disabled by its own 410; or it has ended.

Guarantees: a paused or disabled one loses nothing: what happens meanwhile is queued, the first of each lane is held in
its place, and all of it goes in order once the subscription is active again. What an ended one was still owed is kept
as refused.
"""

from typing import Any

from sqlalchemy import Row, select, update

from services.notify import lanes
from services.notify.context import Context
from services.notify.tables import deliveries, subscriptions
from services.notify.tables import lanes as lane_rows
from yimen.bus import Unit
from yimen.jobs import send_again

ENDED = "部门已退订"
GONE = "对方系统答复410，订阅已停用"


async def hold(unit: Unit[Context], delivery_id: int) -> None:
    """It was about to be sent while its subscription was stopped. Who holds and who resumes lock the subscription's row:
    either the one that resumes finds it held, or it is found here that it may go."""
    state = (
        select(subscriptions.c.state)
        .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
        .where(deliveries.c.id == delivery_id)
        .with_for_update(read=True, of=subscriptions)
    )
    match (await unit.execute(state)).scalar_one():
        case "active":
            await send_again(unit, "webhook", key=str(delivery_id))
        case "ended":
            await lanes.settle(unit, delivery_id, "refused", ENDED)
        case _:
            await unit.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(state="held"))


async def change(unit: Unit[Context], row: Row[Any], changes: dict[str, Any]) -> None:
    """`row`: the subscription as it stood, locked. Active again, it gets what was held."""
    if "state" in changes:
        changes = changes | {"reason": None}
    changed = changes | {"version": row.version + 1}
    await unit.execute(update(subscriptions).where(subscriptions.c.id == row.id).values(changed))
    if row.state != "active" and changes.get("state") == "active":
        await _resume(unit, row.id)


async def _resume(unit: Unit[Context], subscription_id: str) -> None:
    held = (deliveries.c.subscription_id == subscription_id) & (deliveries.c.state == "held")
    freed = await unit.execute(update(deliveries).where(held).values(state="sending").returning(deliveries.c.id))
    for delivery_id in sorted(freed.scalars()):
        await send_again(unit, "webhook", key=str(delivery_id))


async def disable(unit: Unit[Context], delivery_id: int) -> None:
    """410: its address is no more. The delivery waits for another address."""
    of_delivery = select(deliveries.c.subscription_id).where(deliveries.c.id == delivery_id).scalar_subquery()
    active = (subscriptions.c.id == of_delivery) & (subscriptions.c.state == "active")
    disabled = {"state": "disabled", "reason": GONE, "version": subscriptions.c.version + 1}
    await unit.execute(update(subscriptions).where(active).values(disabled))
    await hold(unit, delivery_id)


async def end(unit: Unit[Context], subscription_id: str) -> None:
    """Nothing more is sent. What is under way finds out by itself."""
    ended = {"state": "ended", "reason": ENDED, "ended_at": unit.now, "version": subscriptions.c.version + 1}
    stands = (subscriptions.c.id == subscription_id) & (subscriptions.c.state != "ended")
    await unit.execute(update(subscriptions).where(stands).values(ended))
    its_own = deliveries.c.subscription_id == subscription_id
    held = select(deliveries.c.id).where(its_own, deliveries.c.state == "held")
    freed = (lane_rows.c.subscription_id == subscription_id) & lane_rows.c.busy.in_(held)
    await unit.execute(update(lane_rows).where(freed).values(busy=None))
    refused = {"state": "refused", "error": ENDED, "settled_at": unit.now}
    await unit.execute(update(deliveries).where(its_own, deliveries.c.state.in_(("waiting", "held"))).values(refused))
