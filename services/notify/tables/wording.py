"""What is told in which words: and what was told to nobody, and why."""

from sqlalchemy import Column, Index, String, Table, Uuid

from services.notify.tables.base import metadata
from yimen.db import BigId, Instant

# One row per event that nobody was told of; one per letter where only that one was not sent (`template`, `recipient`).
skipped = Table(
    "skipped",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("case_number", String(80)),
    Column("template", String(80)),
    Column("recipient", String(200)),
    Column("reason", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_skipped_type", skipped.c.type, skipped.c.id)
