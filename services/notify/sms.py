"""Short messages: handing them to the gateway, and what comes of them.

Guarantees: a message goes out under its own id, which the gateway knows again, so that it reaches a phone once
however often it is handed over; the first final status (delivered or failed) stands.
Does not: put a phone number into a job, an event or an error.
"""

from typing import Literal

import httpx
from sqlalchemy import update

from services.notify.context import Context
from services.notify.queries import messages as stored
from services.notify.tables import messages
from yimen.bus import Unit
from yimen.contracts.notify import MessageDelivered, MessageFailed, MessageSent
from yimen.errors import Permanent, Transient
from yimen.sender import Job

LADDER = (5, 30, 300, 1800, 7200, 6 * 3600, 12 * 3600)
"""Seconds between attempts: a gateway may be away for most of a day."""

FINAL = ("delivered", "failed")


async def send_sms(context: Context, job: Job) -> dict[str, object]:
    async with context.database.read() as conn:
        letter = await stored.letter_to_send(conn, job.key)
    try:
        answer = await context.gateway.post(
            context.settings.sms_url,
            json={"id": job.key, "phone": letter.phone, "text": letter.text},
            headers={"Authorization": f"Bearer {context.settings.sms_key.get_secret_value()}"},
        )
    except httpx.HTTPError as error:
        raise Transient(f"the gateway cannot be reached: {type(error).__name__}") from error
    if answer.status_code in (400, 422):
        raise Permanent(f"the gateway refused the message: {answer.status_code}")
    if not answer.is_success:
        raise Transient(f"the gateway answered {answer.status_code}")
    return {"status": answer.status_code}


async def record_sms(unit: Unit[Context], job: Job, answer: dict[str, object] | None, error: str | None) -> None:
    if answer is not None:
        await mark_sent(unit, job.key)
    else:
        await mark_final(unit, job.key, "failed", error or "")


async def mark_sent(unit: Unit[Context], message_id: str) -> None:
    """Said once; a delivery receipt that was quicker than the gateway's answer has said it already."""
    row = await stored.message(unit.conn, message_id)
    if row is None or row.sent_at is not None or row.state in FINAL:
        return
    await unit.execute(update(messages).where(messages.c.id == message_id).values(state="sent", sent_at=unit.now))
    unit.emit(MessageSent(message_id=message_id, case_number=row.case_number, template=row.template, sent_at=unit.now))


async def mark_final(
    unit: Unit[Context], message_id: str, status: Literal["delivered", "failed"], reason: str = ""
) -> bool:
    """False if there is no such message. A second final status changes nothing."""
    if status == "delivered":
        await mark_sent(unit, message_id)
    row = await stored.message(unit.conn, message_id)
    if row is None or row.state in FINAL:
        return row is not None
    values = {"state": status, "final_at": unit.now, "error": reason or None}
    await unit.execute(update(messages).where(messages.c.id == message_id).values(values))
    about = {"message_id": message_id, "case_number": row.case_number, "template": row.template}
    if status == "delivered":
        unit.emit(MessageDelivered(**about, delivered_at=unit.now))
    else:
        unit.emit(MessageFailed(**about, reason=reason, failed_at=unit.now))
    return True
