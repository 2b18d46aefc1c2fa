"""Messages to people. Phone numbers and mail addresses stand in `contacts` and nowhere else."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint, Uuid

from services.notify.tables.base import metadata
from yimen.db import BigId, Instant, Json
from yimen.sealed import SealedText

# One row per recipient, made by whichever comes first, its message or its contact: locking it makes the two take turns.
# Whoever locks a message as well locks its recipient first.
contacts = Table(
    "contacts",
    metadata,
    Column("recipient", String(200), primary_key=True),  # case/<number> or department/<code>
    Column("name", Text),
    Column("phone", SealedText(found_by="phone_mark")),
    Column("phone_mark", String(60)),
    Column("email", SealedText),
    Column("language", String(10)),
    Column("account", String(200)),  # who handed the case in on line
    Column("recorded_at", Instant),
    Column("written", Integer, nullable=False, default=0),  # letters so far: the next one's place in the line
)
Index("ix_contacts_phone_mark", contacts.c.phone_mark, contacts.c.recipient)
Index("ix_contacts_account", contacts.c.account)

messages = Table(
    "messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("template", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("channel", String(20), nullable=False),  # sms, mail
    Column("urgent", Boolean, nullable=False),
    Column("place", Integer, nullable=False),  # in its recipient's line
    Column("case_number", String(80)),
    Column("language", String(10), nullable=False),
    Column("subject", Text),  # of a mail
    Column("text", Text, nullable=False),
    Column("words", Json, nullable=False),  # while it waits for its contact: what it says in every language
    # waiting_contact, queued, sent, and at the end delivered, failed, capped, unknown, skipped (no address of this channel)
    Column("state", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("job", String(60)),  # the key of the sender's job; none while it waits in the line
    Column("gateway", String(40)),  # it may have the message, or has it; none: surely nobody has
    Column("doubts", Integer, nullable=False),  # how often that gateway was asked without an answer
    Column("passed_on", Json, nullable=False),  # gateways that may have it as well
    Column("counted_on", Date),  # the day on whose account it goes, of its number's cap
    Column("mark", String(20)),  # test
    Column("sent_at", Instant),
    Column("final_at", Instant),
    Column("error", Text),
    Column("traceparent", String(80)),  # of the event that it tells
    UniqueConstraint("event_id", "template", "recipient", "channel"),
)
Index("ix_messages_recipient", messages.c.recipient, messages.c.channel, messages.c.state)
Index("ix_messages_case", messages.c.case_number, messages.c.created_at)
Index("ix_messages_stuck", messages.c.state, messages.c.channel, messages.c.created_at)

# What a gateway did lately, for every replica: a row from its first failure on.
gateways = Table(
    "gateways",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("failures", Integer, nullable=False),  # in a row
    Column("shunned_until", Instant),
    Column("last_error", Text),
    Column("failed_at", Instant),
)

# The inbox in the hall (站内信): a department's staff read it here, an applicant with the case's query password.
inbox_letters = Table(
    "inbox_letters",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False),
    Column("template", String(80), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("case_number", String(80)),
    Column("urgent", Boolean, nullable=False),
    Column("words", Json, nullable=False),  # in every language: which one is read is known by who reads
    Column("created_at", Instant, nullable=False),
    Column("is_read", Boolean, nullable=False),
    Column("read_at", Instant),
    Column("read_by", String(400)),
    UniqueConstraint("event_id", "template", "recipient"),
)
Index("ix_inbox_letters_recipient", inbox_letters.c.recipient, inbox_letters.c.is_read, inbox_letters.c.id)
