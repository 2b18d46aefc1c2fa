"""What becomes of a message: sent, and then its one final status.

Guarantees: the first final status stands, whoever brings it and however often; `sent` is told before it. A message that
is at its end, or handed over, calls the next of its recipient's line.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, update

from services.notify import lines
from services.notify.context import Context
from services.notify.lines import message_of
from services.notify.queries import messages as stored
from services.notify.tables import inbox_letters, messages
from yimen.bus import Unit
from yimen.contracts.notify import MessageDelivered, MessageFailed, MessageSent
from yimen.jobs import Job

Final = Literal["delivered", "failed", "capped", "unknown"]
FINAL = ("delivered", "failed", "capped", "unknown", "skipped")

_UPDATE = update(messages).where(messages.c.id == bindparam("message"))


async def record(unit: Unit[Context], job: Job, answer: dict[str, Any] | None, error: str | None) -> None:
    message = await locked(unit, message_of(job.key))
    if answer is None:
        await mark_final(unit, message, "failed", error or "")
    elif "held_until" in answer:
        await lines.give_job(unit, message, datetime.fromisoformat(answer["held_until"]))
    elif "capped" in answer:
        await _cap(unit, message)
    elif "test" in answer:
        await mark_final(unit, message, "delivered", mark="test")
    else:
        await mark_sent(unit, message, gateway=answer["gateway"])
    await lines.go_on(unit, message.recipient, message.channel)


async def locked(unit: Unit[Context], message_id: str) -> Row[Any]:
    """Its recipient first: whoever writes to it has that one locked too."""
    known = await stored.letter_to_send(unit.conn, message_id)
    await lines.lock(unit, known.recipient)
    message = await stored.message(unit.conn, message_id)
    assert message is not None
    return message


async def _cap(unit: Unit[Context], message: Row[Any]) -> None:
    """It lies in the inbox, where it is not lost, whatever the rule's channels are."""
    words = {message.language: {"version": message.version, "subject": message.subject, "text": message.text}}
    row = {name: getattr(message, name) for name in ("event_id", "template", "recipient", "case_number", "urgent")}
    row |= {"words": words, "created_at": unit.now, "is_read": False}
    await unit.execute(unit.insert(inbox_letters).on_conflict_do_nothing(), row)
    most = unit.context.settings.sms_daily_cap
    await mark_final(unit, message, "capped", f"该号码当日短信已达{most}条上限，内容可在站内信查看")


async def mark_sent(unit: Unit[Context], message: Row[Any], **more: Any) -> None:
    """Said once; a delivery receipt that was quicker than the gateway's answer has said it already."""
    if message.sent_at is not None or message.state in FINAL:
        return
    await unit.execute(_UPDATE.values(state="sent", sent_at=unit.now, **more), {"message": message.id})
    unit.emit(MessageSent(**_about(message), sent_at=unit.now))


async def mark_final(
    unit: Unit[Context], message: Row[Any], status: Final, reason: str = "", mark: str | None = None
) -> None:
    """A second final status changes nothing."""
    if message.state in FINAL:
        return
    if status == "delivered":
        await mark_sent(unit, message)
    values = {"state": status, "final_at": unit.now, "error": reason or None, "mark": mark}
    await unit.execute(_UPDATE.values(values), {"message": message.id})
    if status == "delivered":
        unit.emit(MessageDelivered(**_about(message), delivered_at=unit.now))
    else:
        unit.emit(MessageFailed(**_about(message), reason=reason, failed_at=unit.now))


def _about(message: Row[Any]) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "case_number": message.case_number,
        "template": message.template,
        "channel": message.channel,
    }


def was_given(message: Row[Any], gateway: str) -> bool:
    """Whether that gateway has the message, or may have it."""
    return bool(message.gateway == gateway or gateway in message.passed_on)
