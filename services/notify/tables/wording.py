"""What is told in which words, by whose choice; and what was told to nobody, and why."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, Uuid

from services.notify.tables.base import metadata
from yimen.db import BigId, Instant, Json

# A row a version, never changed: a message names the version that it was written by.
templates = Table(
    "templates",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("code", String(80), nullable=False),
    Column("language", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text),
    Column("text", Text, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("reason", Text),
    Column("written_by", Json),  # nobody: the words that the program came with
    Column("written_at", Instant, nullable=False),
    UniqueConstraint("code", "language", "version"),
)

# What the centre chose for a rule; the newest version counts, the others are its history.
choices = Table(
    "choices",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("rule_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("channels", Json, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("chosen_by", Json, nullable=False),
    Column("chosen_at", Instant, nullable=False),
    UniqueConstraint("rule_id", "version"),
)

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
Index("ix_skipped_at", skipped.c.at)
