"""Webhooks' desk: what departments' systems follow. A delivery waits for the one before it of the same subject."""

from services.notify import lanes
from services.notify.context import Context
from services.notify.desks import Told
from services.notify.domain.webhooks import follows, open_to_departments
from services.notify.queries import webhooks as stored
from yimen.bus import Unit


async def forward_to_departments(unit: Unit[Context], told: Told) -> None:
    event, meta = told.event, told.meta
    if not open_to_departments(type(event)):
        return
    for subscription in await _active_subscriptions(unit):
        if follows(event, subscription.departments, subscription.entities):
            await lanes.enqueue(unit, subscription.id, meta.id, meta.type, meta.subject, told.body)


async def _active_subscriptions(unit: Unit[Context]) -> stored.Rows:
    """Asked once a unit: a batch of events is one moment. What is stopped meanwhile is found out when it is sent."""
    if "subscriptions" not in unit.notes:
        unit.notes["subscriptions"] = await stored.active_subscriptions(unit.conn)
    found: stored.Rows = unit.notes["subscriptions"]
    return found
