"""What intake stores of the catalogue beside its items: departments' reports, withdrawals, the hall's windows."""

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text, text

from services.intake.tables.cases import metadata
from yimen.db import Instant, Json

item_reports = Table(
    "item_reports",
    metadata,
    Column("report_id", String(80), primary_key=True),
    Column("code", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("department", String(80), nullable=False),
    Column("body", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reported_by", Json, nullable=False),
    Column("reported_at", Instant, nullable=False),
    Column("decided_by", Json),
    Column("decided_at", Instant),
    Column("reason", Text, nullable=False),
    Column("row_version", Integer, nullable=False),
)
Index("ix_item_reports_department", item_reports.c.department, item_reports.c.report_id)
Index("ix_item_reports_state", item_reports.c.state, item_reports.c.report_id)
_WAITING = text("state = 'reported'")
Index("uq_item_reports_waiting", item_reports.c.code, unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING)
"""One report an item waits for the centre at a time."""

item_withdrawals = Table(
    "item_withdrawals",
    metadata,
    Column("code", String(80), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("withdrawn_by", Json, nullable=False),
    Column("withdrawn_at", Instant, nullable=False),
)

windows = Table(
    "windows",
    metadata,
    Column("window", String(80), primary_key=True),
    Column("body", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_by", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
