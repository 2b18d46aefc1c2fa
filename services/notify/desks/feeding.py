"""Feed's desk: what departments may hear is kept for ever, with the item that it is about.

Guarantees: a subject's item is settled by its first event; so a filter on items takes a subject whole or not at all.
The item of a review or a fee list, whose case the hall has, is never guessed: while a subscription asks for items and
the case is not known yet, its event waits; otherwise the item is filled in when the case is heard of. What the
supervisor says of a case that nobody here knows has no item: such numbers come from departments' logs, and from what
citizens write, and may never be heard of.
"""

from sqlalchemy import bindparam, select, update

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.subscribers import standing_subscriptions
from services.notify.domain.filters import OF_KNOWN_CASES, Filters, is_of_known_case, is_offered, own_item
from services.notify.tables import cases, feed
from yimen.bus import Unit
from yimen.contracts import Event
from yimen.contracts.intake import CaseSubmitted
from yimen.errors import Transient

_FIRST = (
    select(feed.c.item_code)
    .where(
        feed.c.scope == bindparam("its_scope"),
        feed.c.source == bindparam("its_source"),
        feed.c.subject == bindparam("its_subject"),
    )
    .order_by(feed.c.sequence)
    .limit(1)
)
_OF_CASE = select(cases.c.item_code).where(cases.c.case_number == bindparam("its_case"))

_FILL_IN = (
    update(feed)
    .where(feed.c.case_number == bindparam("its_case"), feed.c.item_code.is_(None), feed.c.entity.in_(OF_KNOWN_CASES))
    .values(item_code=bindparam("its_item"))
)


async def keep_in_feed(unit: Unit[Context], told: Told) -> None:
    event, meta = told.event, told.meta
    if isinstance(event, CaseSubmitted):
        await unit.execute(_FILL_IN, {"its_case": event.case_number, "its_item": event.item_code})
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
        "body": told.text,
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
    first = None
    if meta.sequence > 1:
        about = {"its_scope": meta.scope, "its_source": meta.source, "its_subject": meta.subject}
        first = (await unit.execute(_FIRST, about)).one_or_none()
    if first is not None and (first.item_code or not is_of_known_case(event)):
        settled: str | None = first.item_code
        return settled
    item = own_item(event) or (await unit.execute(_OF_CASE, {"its_case": event.correlation_id})).scalar_one_or_none()
    if item is None and is_of_known_case(event) and await _is_waited_for(unit, event):
        raise Transient(f"awaits the item of case {event.correlation_id}, which a subscription asks for")
    return item


async def _is_waited_for(unit: Unit[Context], event: Event) -> bool:
    return any(row.items and Filters.of(row).may_take(event) for row in await standing_subscriptions(unit))
