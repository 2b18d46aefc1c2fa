"""Rungs that clocks will reach, and what changed calendars moved."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.monitor.tables.base import metadata
from yimen.db import Instant

rungs = Table(
    "rungs",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("rung", String(80), primary_key=True),
    Column("code", String(80), nullable=False),  # the row of the rulebook; level and words are taken when it is raised
    Column("department", String(80), nullable=False),
    Column("at", Instant, nullable=False),  # when it is reached
    Column("run_at", Instant, nullable=False),  # when it is swept: later, where the backlog is waited for
    Column("waited", Boolean, nullable=False),
    Index("ix_rungs_due", "run_at"),
)

recomputations = Table(
    "recomputations",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("case_number", String(80), primary_key=True),
    Column("old_promised", Date),
    Column("new_promised", Date),
    Column("old_statutory", Date),
    Column("new_statutory", Date),
    Column("at", Instant, nullable=False),
)

recalled = Table(
    "recalled",
    metadata,
    Column("alert_id", String(80), primary_key=True),
    Column("case_number", String(80), nullable=False),
    Column("rung", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_recalled_case", "case_number", "rung"),
)
"""Alerts that a changed calendar took back: their rung may be reached once more."""
