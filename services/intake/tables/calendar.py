"""The working-day plans that the centre edits (放假安排), a row each revision, and the limits that one moved (R35)."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from services.intake.tables.cases import cases, metadata
from yimen.db import BigId, Instant, Json

calendar_plans = Table(
    "calendar_plans",
    metadata,
    Column("revision", BigId, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("days_off", Json, nullable=False),
    Column("worked_weekends", Json, nullable=False),
    Column("revised_by", Json, nullable=False),
    Column("revised_at", Instant, nullable=False),
)
Index("uq_calendar_plans_year", calendar_plans.c.year, calendar_plans.c.version, unique=True)

limit_changes = Table(
    "limit_changes",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("revision", BigId, ForeignKey("calendar_plans.revision"), nullable=False, autoincrement=False),
    Column("case_number", String(80), ForeignKey("cases.case_number"), nullable=False),
    Column("what", String(100), nullable=False),
    Column("old", Date, nullable=False),
    Column("new", Date, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
Index("uq_limit_changes_what", limit_changes.c.revision, limit_changes.c.case_number, limit_changes.c.what, unique=True)
Index("ix_limit_changes_case_number", limit_changes.c.case_number)

RUNNING = cases.c.status.in_(("submitted", "accepted", "reviewed"))
Index("ix_cases_running", cases.c.case_number, postgresql_where=RUNNING, sqlite_where=RUNNING)
