"""Webhooks' desk: what departments' systems follow. A delivery waits for the one before it of the same subject."""

from services.notify import lanes
from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.feeding import item_of
from services.notify.desks.subscribers import standing_subscriptions
from services.notify.domain.filters import Filters, is_offered
from yimen.bus import Unit


async def forward_to_departments(unit: Unit[Context], told: Told) -> None:
    event, meta = told.event, told.meta
    if not is_offered(event):
        return
    item = await item_of(unit, told)
    for subscription in await standing_subscriptions(unit):
        if Filters.of(subscription).take(event, item):
            await lanes.enqueue(unit, subscription.id, meta.id, meta.type, meta.subject, told.body)
