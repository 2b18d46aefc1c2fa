"""Applications that are not handed in yet, each its writer's own."""

from sqlalchemy import Column, Index, Integer, String, Table

from services.intake.tables.cases import metadata
from yimen.db import Instant
from yimen.sealed import SealedJson

drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", String(80), primary_key=True),
    Column("account", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", SealedJson, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("kept_until", Instant, nullable=False),
)
Index("ix_drafts_account", drafts.c.account, drafts.c.saved_at, drafts.c.draft_id)
