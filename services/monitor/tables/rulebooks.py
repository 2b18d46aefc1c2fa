"""The versions of the rulebook."""

from sqlalchemy import Column, Integer, Table, Text

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revised_by", Json),
    Column("effective_at", Instant, nullable=False),
)
