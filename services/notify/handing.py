"""Handing messages over: to an SMS gateway, to the mail server.

Guarantees: a message goes out under its own id, by which the other side knows it again; it is handed to a second
gateway only where the first surely has not taken it, or has left that open several times. Does not: put a phone number
or an address into a job, an event, an error or a log.
"""

from typing import Any

from sqlalchemy import Row

from services.notify.choosing import Choice, choose, pass_on, record_success
from services.notify.context import Context
from services.notify.domain.gateways import Answer, Outcome, Outgoing
from services.notify.domain.hours import is_capped, is_test_number, sms_day, waits_until
from services.notify.lines import message_of
from services.notify.queries import messages as stored
from yimen.bus import Unit
from yimen.errors import Permanent, Transient
from yimen.jobs import Job

SMS_LADDER = (5, 30, 300, 1800, 7200, 6 * 3600, 12 * 3600)
"""Seconds between attempts: a gateway may be away for most of a day."""

MAIL_LADDER = (60, 300, 900, 1800, 3600, 4 * 3600, 8 * 3600, 24 * 3600)
"""A server that greylists wants to be asked again after some minutes."""

Kept = dict[str, Any]


async def send_sms(context: Context, job: Job) -> Kept:
    """Answers `held_until`, `capped` or `test` where no gateway is asked; else `gateway`, which took it."""
    async with context.units.begin() as unit:
        message = await stored.letter_to_send(unit.conn, message_of(job.key))
        prepared = await _prepare(unit, message)
    if not isinstance(prepared, Choice):
        return prepared
    outgoing = Outgoing(message.id, message.phone, "", message.text, message.created_at)
    choice: Choice | None = prepared
    while choice is not None:
        asked = choice
        answer = await context.gateways[asked.gateway].hand_over(outgoing)
        context.metrics.handed_over.labels(asked.gateway, answer.outcome).inc()
        if answer.outcome in (Outcome.TAKEN, Outcome.REFUSED):
            return await _settled_with(context, asked, answer)
        async with context.units.begin() as unit:
            choice = await pass_on(unit, message.id, asked, answer)
    raise Transient(f"{asked.gateway} {answer.detail}", answer={"gateway": asked.gateway, "outcome": answer.outcome})


async def _prepare(unit: Unit[Context], message: Row[Any]) -> Kept | Choice:
    settings, today = unit.context.settings, sms_day(unit.now)
    if morning := waits_until(settings.quiet, unit.now, channel="sms", urgent=message.urgent):
        return {"held_until": morning.isoformat()}
    if is_test_number(message.phone, settings.test_numbers):
        return {"test": True}
    if message.gateway is None and message.counted_on != today:
        sent = await stored.counted_today(unit.conn, message.phone, today, message.id)
        if is_capped(sent, settings.sms_daily_cap):
            return {"capped": sent}
    return await choose(unit, message, today)


async def _settled_with(context: Context, asked: Choice, answer: Answer) -> Kept:
    if asked.ailing:
        async with context.units.begin() as unit:
            await record_success(unit, asked.gateway)
    if answer.outcome is Outcome.REFUSED:
        raise Permanent(f"{asked.gateway} refused the message: {answer.detail}")
    return {"gateway": asked.gateway, "said": answer.detail}


async def send_mail(context: Context, job: Job) -> Kept:
    assert context.mail is not None, "only a messenger that has a mail server writes mails"
    async with context.database.read() as conn:
        message = await stored.letter_to_send(conn, message_of(job.key))
    outgoing = Outgoing(
        message.id, message.email, message.subject or message.template, message.text, message.created_at
    )
    answer = await context.mail.hand_over(outgoing)
    context.metrics.handed_over.labels(context.mail.name, answer.outcome).inc()
    if answer.outcome is Outcome.REFUSED:
        raise Permanent(f"the mail was refused: {answer.detail}")
    if answer.outcome is not Outcome.TAKEN:
        raise Transient(f"the mail server {answer.detail}")
    return {"gateway": context.mail.name, "said": answer.detail}
