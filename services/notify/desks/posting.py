"""A letter's way out: a row for each channel. A message that has no address yet waits for it; the inbox needs none."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, update

from services.notify import lines
from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.skipping import skip
from services.notify.domain.hours import INBOX, MAIL, SMS
from services.notify.domain.rules import Letter
from services.notify.domain.values import DEFAULT
from services.notify.queries import messages as stored
from services.notify.tables import contacts, inbox_letters, messages
from yimen.bus import Unit
from yimen.contracts.intake import ContactRecorded
from yimen.sealed import mark

ADDRESS = {SMS: "phone", MAIL: "email"}
"""Where each channel's address stands among a contact's columns."""

NO_ADDRESS = "收件人没有提供电子邮件地址"
_FRESH: dict[str, Any] = {"doubts": 0, "passed_on": [], "job": None}


async def write_letter(unit: Unit[Context], letter: Letter, told: Told) -> None:
    contact = await _meet(unit, letter.recipient)
    spoken = letter.to(contact.language or DEFAULT)
    for channel in _open(unit.context, letter.channels):
        if channel == INBOX:
            await _lay_in_inbox(unit, letter, told)
        else:
            await _write(unit, spoken, told, contact, channel)


def _open(context: Context, channels: Sequence[str]) -> list[str]:
    return [channel for channel in channels if channel != MAIL or context.mail is not None]


async def _write(unit: Unit[Context], letter: Letter, told: Told, contact: Row[Any], channel: str) -> None:
    state = _state(contact, channel)
    if state == "waiting_contact" and letter.recipient.startswith("department/"):
        skip(unit, told, "no_contact", letter)  # it named no duty officer, and none will come by an event
        return
    waits = state == "waiting_contact"
    row = _FRESH | {
        "id": message_id(letter, told.meta.id, channel),
        "event_id": told.meta.id,
        "template": letter.template,
        "version": letter.version,
        "recipient": letter.recipient,
        "channel": channel,
        "urgent": letter.urgent,
        "place": contact.written,
        "case_number": told.event.correlation_id,
        "language": letter.language,
        "subject": letter.subject,
        "text": letter.text,
        "words": letter.every_language() if waits else {},
        "state": state,
        "created_at": unit.now,
        "traceparent": unit.traceparent,
        "error": NO_ADDRESS if state == "skipped" else None,
    }
    await _insert(unit, row)


async def _insert(unit: Unit[Context], row: dict[str, Any]) -> None:
    """With its job, if it is its turn."""
    goes = row["state"] == "queued"
    if goes and not row["urgent"]:
        goes = await stored.is_line_empty(unit.conn, row["recipient"], row["channel"])
    if goes:
        row |= {"job": lines.next_key(row["id"], None)}
    written = await unit.execute(unit.insert(messages).on_conflict_do_nothing().returning(messages.c.id), row)
    if written.one_or_none() is not None and goes:
        await lines.start(unit, row["channel"], row["job"], urgent=row["urgent"])


def message_id(letter: Letter, event_id: UUID, channel: str) -> str:
    """The same for the same event, template, recipient and channel."""
    letters_own = letter.id_for(event_id)
    return letters_own if channel == SMS else str(uuid5(UUID(letters_own), channel))


def _state(contact: Row[Any], channel: str) -> str:
    if contact.recorded_at is None:
        return "waiting_contact"
    return "queued" if getattr(contact, ADDRESS[channel]) else "skipped"


async def _lay_in_inbox(unit: Unit[Context], letter: Letter, told: Told) -> None:
    """A row is all there is to it: nothing is sent."""
    row = {
        "event_id": told.meta.id,
        "template": letter.template,
        "recipient": letter.recipient,
        "case_number": told.event.correlation_id,
        "urgent": letter.urgent,
        "words": letter.every_language(),
        "created_at": unit.now,
        "is_read": False,
    }
    await unit.execute(unit.insert(inbox_letters).on_conflict_do_nothing(), row)


async def _meet(unit: Unit[Context], recipient: str) -> Row[Any]:
    """Makes or locks the recipient's row, so that a contact on its way either is seen here or sees this message. `written`
    is this letter's place in the line."""
    row = unit.insert(contacts)
    row = row.on_conflict_do_update(index_elements=["recipient"], set_={"written": contacts.c.written + 1})
    found = await unit.execute(row.returning(contacts), {"recipient": recipient, "written": 1})
    return found.one()


async def learn_contact(unit: Unit[Context], event: ContactRecorded) -> None:
    """The messages that waited for it go now."""
    recipient = f"case/{event.case_number}"
    known = {name: getattr(event, name) for name in ("name", "phone", "email", "language", "account")}
    await keep_contact(unit, recipient, known)
    for waiting in await stored.messages_waiting(unit.conn, recipient):
        await _release(unit, waiting, known)
    for channel in ADDRESS:
        await lines.go_on(unit, recipient, channel)


async def _release(unit: Unit[Context], waiting: Row[Any], known: dict[str, Any]) -> None:
    """In the language that its recipient reads. What is urgent goes at once, the others in their turn."""
    language = known["language"] if known["language"] in waiting.words else DEFAULT
    values: dict[str, Any] = waiting.words.get(language, {}) | {"language": language, "words": {}}
    values |= {"state": "queued"} if known[ADDRESS[waiting.channel]] else {"state": "skipped", "error": NO_ADDRESS}
    await unit.execute(update(messages).where(messages.c.id == waiting.id).values(values))
    if waiting.urgent and values["state"] == "queued":
        await lines.give_job(unit, waiting)


async def keep_contact(unit: Unit[Context], recipient: str, known: dict[str, Any]) -> None:
    values = known | {"recorded_at": unit.now, "phone_mark": mark(unit.conn, known["phone"])}
    row = unit.insert(contacts).values(recipient=recipient, written=0, **values)
    await unit.execute(row.on_conflict_do_update(index_elements=["recipient"], set_=values))


async def keep_duty_phones(unit: Unit[Context]) -> None:
    """At start: whom to call in each department, as it is set."""
    for department, phone in sorted(unit.context.settings.duty_phones.items()):
        await keep_contact(unit, f"department/{department}", {"name": department, "phone": phone})
