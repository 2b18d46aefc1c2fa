"""Webhooks' desk: what departments' systems follow. A delivery waits for the one before it of the same subject.

Guarantees: all of a unit's deliveries are queued in a few statements at its end, in the order of their events.
"""

from functools import partial

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.feeding import item_of
from services.notify.desks.subscribers import standing_subscriptions
from services.notify.domain.filters import Filters, is_offered
from services.notify.lanes import Owed, enqueue
from yimen.bus import Unit


async def forward_to_departments(unit: Unit[Context], told: Told) -> None:
    if not is_offered(told.event):
        return
    item = await item_of(unit, told)
    for subscription in await standing_subscriptions(unit):
        if Filters.of(subscription).take(told.event, item):
            meta = told.meta
            _owe(unit, Owed(subscription.id, meta.id, meta.type, meta.subject, told.text, unit.traceparent))


def _owe(unit: Unit[Context], delivery: Owed) -> None:
    owed: list[Owed] = unit.notes.setdefault("owed", [])
    if not owed:
        unit.before_commit(partial(_queue, unit, owed))
    owed.append(delivery)


async def _queue(unit: Unit[Context], owed: list[Owed]) -> None:
    await enqueue(unit, owed)
