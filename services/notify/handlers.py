"""What the messenger does on events: every event goes past the same four desks, in one order.

Guarantees: the stream's head is locked first, so that concurrent handlers take turns and never wait for one another
in a circle. A message that has no phone number yet waits for it; a delivery waits for the one before it of the same
subject. Nothing is sent here: senders do that after the commit.
"""

from typing import Any

import orjson
from sqlalchemy import bindparam, delete, update

from services.notify import lanes, queries
from services.notify.context import Context
from services.notify.domain.rules import Letter, letters
from services.notify.domain.webhooks import follows, open_to_departments, structured
from services.notify.tables import case_departments, contacts, messages, stream, stream_head
from yimen.bus import Handlers, Unit
from yimen.contracts import Event, Meta
from yimen.contracts.intake import ContactRecorded
from yimen.sender import send_later

handlers = Handlers()

_HEAD = update(stream_head).values(last=stream_head.c.last + bindparam("step")).returning(stream_head.c.last)
SWEEP = 64
"""The stream's oldest rows are let go at every so many new ones."""


@handlers.every
async def tell_everyone(unit: Unit[Context], event: Event, meta: Meta) -> None:
    if event.speaker == "notify":
        return
    if isinstance(event, ContactRecorded):
        await _take_turn(unit, step=0)
        await learn_contact(unit, event)
        return
    number = await _take_turn(unit, step=1)
    body = structured(meta, event)
    await remember_department(unit, event)
    await show_in_stream(unit, number, meta, body)
    for letter in letters(event):
        await write_letter(unit, letter, event, meta)
    await forward_to_departments(unit, event, meta, body)


async def _take_turn(unit: Unit[Context], step: int) -> int:
    """The stream's newest number, raised by `step`; its lock is held until the commit. A contact takes its turn too."""
    return int((await unit.execute(_HEAD, {"step": step})).scalar_one())


async def show_in_stream(unit: Unit[Context], number: int, meta: Meta, body: dict[str, Any]) -> None:
    row = {
        "id": number,
        "event_id": meta.id,
        "type": meta.type,
        "scope": meta.scope,
        "case_number": meta.correlation_id,
        "body": orjson.dumps(body).decode(),
    }
    unit.add(stream, row)
    if number % SWEEP == 0:
        await unit.execute(delete(stream).where(stream.c.id <= number - unit.context.settings.stream_keep))
    unit.after_commit(unit.context.tail.wake)


async def remember_department(unit: Unit[Context], event: Event) -> None:
    """Who works on a case may follow it in the stream."""
    department = getattr(event, "department", None)
    if department is None or event.correlation_id is None:
        return
    row = {"case_number": event.correlation_id, "department": department}
    await unit.execute(unit.insert(case_departments).on_conflict_do_nothing(), row)


# -- messages -------------------------------------------------------------------------------------------------------


async def write_letter(unit: Unit[Context], letter: Letter, event: Event, meta: Meta) -> None:
    phone = await _phone_of(unit, letter.recipient)
    if phone is None and letter.recipient.startswith("department/"):
        return  # the department named no duty officer, and none will come by an event
    message_id = letter.id_for(meta.id)
    row = {
        "id": message_id,
        "event_id": meta.id,
        "template": letter.template,
        "version": letter.version,
        "recipient": letter.recipient,
        "case_number": event.correlation_id,
        "text": letter.text,
        "state": "waiting_contact" if phone is None else "queued",
        "created_at": unit.now,
    }
    written = await unit.execute(unit.insert(messages).on_conflict_do_nothing().returning(messages.c.id), row)
    if written.one_or_none() is not None and phone is not None:
        await send_later(unit, "sms", key=message_id, payload={})


async def _phone_of(unit: Unit[Context], recipient: str) -> str | None:
    """Makes or locks the recipient's row, so that a contact on its way either is seen here or sees this message."""
    row = unit.insert(contacts)
    row = row.on_conflict_do_update(index_elements=["recipient"], set_={"recipient": row.excluded.recipient})
    found = await unit.execute(row.returning(contacts.c.phone), {"recipient": recipient})
    phone: str | None = found.scalar_one()
    return phone


async def learn_contact(unit: Unit[Context], event: ContactRecorded) -> None:
    """The messages that waited for it go now."""
    recipient = f"case/{event.case_number}"
    await keep_contact(unit, recipient, name=event.name, phone=event.phone)
    waiting = await queries.messages_waiting(unit.conn, recipient)
    for message_id in waiting:
        await send_later(unit, "sms", key=message_id, payload={})
    if waiting:
        await unit.execute(update(messages).where(messages.c.id.in_(waiting)).values(state="queued"))


async def keep_contact(unit: Unit[Context], recipient: str, *, name: str, phone: str) -> None:
    known = {"name": name, "phone": phone, "recorded_at": unit.now}
    row = unit.insert(contacts).values(recipient=recipient, **known)
    await unit.execute(row.on_conflict_do_update(index_elements=["recipient"], set_=known))


async def keep_duty_phones(unit: Unit[Context]) -> None:
    """At start: whom to call in each department, as it is set."""
    for department, phone in sorted(unit.context.settings.duty_phones.items()):
        await keep_contact(unit, f"department/{department}", name=department, phone=phone)


# -- webhooks -------------------------------------------------------------------------------------------------------


async def forward_to_departments(unit: Unit[Context], event: Event, meta: Meta, body: dict[str, Any]) -> None:
    if not open_to_departments(type(event)):
        return
    for subscription in await _active_subscriptions(unit):
        if follows(event, subscription.departments, subscription.entities):
            await lanes.enqueue(unit, subscription.id, meta.id, meta.type, meta.subject, body)


async def _active_subscriptions(unit: Unit[Context]) -> queries.Rows:
    """Asked once a unit: a batch of events is one moment. What is stopped meanwhile is found out when it is sent."""
    if "subscriptions" not in unit.notes:
        unit.notes["subscriptions"] = await queries.active_subscriptions(unit.conn)
    found: queries.Rows = unit.notes["subscriptions"]
    return found
