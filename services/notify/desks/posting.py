"""A letter's way out: it goes to whom a contact is known of; a message that has no phone number yet waits for it."""

from sqlalchemy import update

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.skipping import skip
from services.notify.domain.rules import Letter
from services.notify.domain.values import DEFAULT
from services.notify.queries import messages as stored
from services.notify.tables import contacts, messages
from yimen.bus import Unit
from yimen.contracts.intake import ContactRecorded
from yimen.sender import send_later


async def write_letter(unit: Unit[Context], letter: Letter, told: Told) -> None:
    phone = await _phone_of(unit, letter.recipient)
    if phone is None and letter.recipient.startswith("department/"):
        skip(unit, told, "no_contact", letter)  # it named no duty officer, and none will come by an event
        return
    message_id = letter.id_for(told.meta.id)
    row = {
        "id": message_id,
        "event_id": told.meta.id,
        "template": letter.template,
        "version": letter.version,
        "recipient": letter.recipient,
        "case_number": told.event.correlation_id,
        "language": letter.language,
        "subject": letter.subject,
        "text": letter.text,
        "words": letter.every_language() if phone is None else {},
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
    for waiting in await stored.messages_waiting(unit.conn, recipient):
        language = event.language if event.language in waiting.words else DEFAULT
        values = waiting.words.get(language, {}) | {"language": language, "words": {}}
        await unit.execute(update(messages).where(messages.c.id == waiting.id).values(state="queued", **values))
        await send_later(unit, "sms", key=waiting.id, payload={})


async def keep_contact(unit: Unit[Context], recipient: str, *, name: str, phone: str) -> None:
    known = {"name": name, "phone": phone, "recorded_at": unit.now}
    row = unit.insert(contacts).values(recipient=recipient, **known)
    await unit.execute(row.on_conflict_do_update(index_elements=["recipient"], set_=known))


async def keep_duty_phones(unit: Unit[Context]) -> None:
    """At start: whom to call in each department, as it is set."""
    for department, phone in sorted(unit.context.settings.duty_phones.items()):
        await keep_contact(unit, f"department/{department}", name=department, phone=phone)
