"""Feed's desk: what departments may hear is kept for ever, with the item that it is about.

Guarantees: the item of a subject is the one that its first event had, whatever later ones do not say; so a filter on
items takes a subject whole or not at all. While a subscription asks for items and a case is not known yet, its event
waits: nothing is guessed.
"""

import orjson
from sqlalchemy import bindparam, func, select

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.subscribers import standing_subscriptions
from services.notify.domain.filters import Filters, is_offered, item_will_be_known, own_item
from services.notify.tables import cases, feed
from yimen.bus import Unit
from yimen.contracts import Event
from yimen.errors import Transient

_OF_SUBJECT = (
    select(feed.c.item_code)
    .where(
        feed.c.scope == bindparam("its_scope"),
        feed.c.source == bindparam("its_source"),
        feed.c.subject == bindparam("its_subject"),
        feed.c.item_code.is_not(None),
    )
    .order_by(feed.c.sequence)
    .limit(1)
)
_OF_CASE = select(cases.c.item_code).where(cases.c.case_number == bindparam("its_case"))
_ITEM = select(func.coalesce(_OF_SUBJECT.scalar_subquery(), _OF_CASE.scalar_subquery()))


async def keep_in_feed(unit: Unit[Context], told: Told) -> None:
    event, meta = told.event, told.meta
    if not is_offered(event):
        return
    item = await item_of(unit, told)
    row = {
        "id": told.number,
        "event_id": meta.id,
        "type": meta.type,
        "entity": event.entity,
        "source": meta.source,
        "subject": meta.subject,
        "sequence": meta.sequence,
        "scope": meta.scope,
        "case_number": meta.correlation_id,
        "item_code": item,
        "time": meta.time,
        "body": orjson.dumps(told.body).decode(),
    }
    unit.add(feed, row)


async def item_of(unit: Unit[Context], told: Told) -> str | None:
    """Asked once an event. Raises `Transient` while a subscription needs it and the case is not known."""
    known: dict[int, str | None] = unit.notes.setdefault("items", {})
    if told.number not in known:
        known[told.number] = await _find_item(unit, told)
    return known[told.number]


async def _find_item(unit: Unit[Context], told: Told) -> str | None:
    event, meta = told.event, told.meta
    if own := own_item(event):
        return own
    about = {"its_scope": meta.scope, "its_source": meta.source, "its_subject": meta.subject}
    item: str | None = (await unit.execute(_ITEM, about | {"its_case": event.correlation_id})).scalar_one()
    if item is None and item_will_be_known(event) and await _is_waited_for(unit, event):
        raise Transient(f"awaits the item of case {event.correlation_id}, which a subscription asks for")
    return item


async def _is_waited_for(unit: Unit[Context], event: Event) -> bool:
    return any(row.items and Filters.of(row).may_take(event) for row in await standing_subscriptions(unit))
