"""Departments' subscriptions and what is delivered to them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, Uuid

from services.notify.tables.base import metadata
from yimen.db import BigId, Instant, Json
from yimen.sealed import SealedText

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(400), nullable=False),
    Column("name", String(200)),
    Column("contact", String(200)),
    Column("url", Text, nullable=False),
    Column("departments", Json, nullable=False),
    Column("entities", Json),
    Column("items", Json),
    Column("cases", Json),
    Column("secret", SealedText, nullable=False),  # the newest; the former one signs too until its hour
    Column("former_secret", SealedText),
    Column("former_secret_until", Instant),
    Column("state", String(20), nullable=False),  # active, paused, disabled, ended
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("replays", Integer, nullable=False, server_default="0"),  # how many were asked for
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("subscription_id", String(40), ForeignKey("subscriptions.id"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("replay", Integer, nullable=False, server_default="0"),  # 0 when it happened, then which repetition
    Column("type", String(120), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, sending, held, delivered, exhausted, refused
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("error", Text),
    Column("traceparent", String(80)),
    UniqueConstraint("subscription_id", "event_id", "replay"),
)
Index("ix_deliveries_list", deliveries.c.subscription_id, deliveries.c.id)
Index("ix_deliveries_lane", deliveries.c.subscription_id, deliveries.c.subject, deliveries.c.state, deliveries.c.id)

# One row per (subscription, subject): which delivery is under way. Locking it keeps the order.
lanes = Table(
    "lanes",
    metadata,
    Column("subscription_id", String(40), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("busy", BigInteger),
)
