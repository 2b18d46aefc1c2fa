"""Announcements of the centre (公告): kept when they are withdrawn, shown no more."""

from sqlalchemy import Column, Index, String, Table, Text

from services.intake.tables.cases import metadata
from yimen.db import Instant, Json

announcements = Table(
    "announcements",
    metadata,
    Column("announcement_id", String(80), primary_key=True),
    Column("title", String(400), nullable=False),
    Column("body", Text, nullable=False),
    Column("published_by", Json, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("withdrawn_by", Json),
    Column("withdrawn_at", Instant),
    Column("withdrawal_reason", Text),
)
_standing = announcements.c.withdrawn_at.is_(None)
Index(
    "ix_announcements_standing",
    announcements.c.published_at,
    announcements.c.announcement_id,
    postgresql_where=_standing,
    sqlite_where=_standing,
)
