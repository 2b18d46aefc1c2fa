"""Messages to people. Phone numbers stand in `contacts` and nowhere else."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, Uuid

from services.notify.tables.base import metadata
from yimen.db import Instant, Json

# One row per recipient, made by whichever comes first, its message or its contact: locking it makes the two take turns.
contacts = Table(
    "contacts",
    metadata,
    Column("recipient", String(200), primary_key=True),  # case/<number> or department/<code>
    Column("name", Text),
    Column("phone", Text),
    Column("recorded_at", Instant),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("template", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("case_number", String(80)),
    Column("language", String(10), nullable=False),
    Column("subject", Text),  # of a mail
    Column("text", Text, nullable=False),
    Column("words", Json, nullable=False),  # while it waits for its contact: what it says in every language
    Column("state", String(20), nullable=False),  # waiting_contact, queued, sent, delivered, failed
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("final_at", Instant),
    Column("error", Text),
    UniqueConstraint("event_id", "template", "recipient"),
)
Index("ix_messages_recipient", messages.c.recipient, messages.c.state)
Index("ix_messages_case", messages.c.case_number, messages.c.created_at)
