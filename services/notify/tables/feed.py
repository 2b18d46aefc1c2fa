"""What departments may hear, kept for ever: read by cursor, replayed from here."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, UniqueConstraint, Uuid

from services.notify.tables.base import metadata
from yimen.db import Instant

# One row per event. Its id is the event's place among all that the messenger was told, given in the order of commits;
# what is open to no department leaves a hole.
feed = Table(
    "feed",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("type", String(120), nullable=False),
    Column("entity", String(80), nullable=False),
    Column("source", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("scope", String(80), nullable=False),
    Column("case_number", String(80)),
    Column("item_code", String(80)),
    Column("time", Instant, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("scope", "source", "subject", "sequence"),
)
Index("ix_feed_reader", feed.c.scope, feed.c.id)
Index("ix_feed_case", feed.c.case_number)
