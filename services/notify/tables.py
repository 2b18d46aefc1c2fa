"""What the messenger stores. Phone numbers stand in `contacts` and nowhere else."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, Uuid

from yimen.db import BigId, Instant, Json
from yimen.schema import new_metadata

metadata = new_metadata()

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
    Column("text", Text, nullable=False),
    Column("state", String(20), nullable=False),  # waiting_contact, queued, sent, delivered, failed
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("final_at", Instant),
    Column("error", Text),
    UniqueConstraint("event_id", "template", "recipient"),
)
Index("ix_messages_recipient", messages.c.recipient, messages.c.state)
Index("ix_messages_case", messages.c.case_number, messages.c.created_at)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(400), nullable=False),
    Column("url", Text, nullable=False),
    Column("departments", Json, nullable=False),
    Column("entities", Json),
    Column("secret", String(100), nullable=False),
    Column("state", String(20), nullable=False),  # active, disabled, ended
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("subscription_id", String(40), ForeignKey("subscriptions.id"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, sending, delivered, exhausted, refused
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("error", Text),
    UniqueConstraint("subscription_id", "event_id"),
)
Index("ix_deliveries_lane", deliveries.c.subscription_id, deliveries.c.subject, deliveries.c.state, deliveries.c.id)

# One row per (subscription, subject): which delivery is under way. Locking it keeps the order.
lanes = Table(
    "lanes",
    metadata,
    Column("subscription_id", String(40), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("busy", BigInteger),
)

# The stream's ids come from this one row, so that they are seen in the order of their commits: an identity column
# would let a reader pass a smaller id that commits later.
stream_head = Table(
    "stream_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("case_number", String(80)),
    Column("body", Text, nullable=False),
)

case_departments = Table(
    "case_departments",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("department", String(80), primary_key=True),
)
