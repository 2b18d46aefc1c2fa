"""At which door each matter was handed in."""

from sqlalchemy import Column, Index, String, Table

from services.monitor.tables.base import metadata
from yimen.db import Instant

doors = Table(
    "doors",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("matter", String(64), nullable=False),  # a hash of applicant and item
    Column("department", String(80), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Index("ix_doors_matter", "matter"),
)
