"""The journal (truth), and what follows from it (cases, alerts' claims, plans).

The journal is append-only: triggers of the first migration refuse every update, delete and truncation.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json

journal = Table(
    "journal",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("source", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("scope", String(80), nullable=False),
    Column("time", Instant, nullable=False),
    Column("case_number", String(80)),
    Column("causation_id", String(80)),
    Column("traceparent", String(80)),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("source", "subject", "sequence"),
    Index("ix_journal_case", "case_number", "position"),
)

cases = Table(
    "cases",
    metadata,
    Column("number", String(80), primary_key=True),
    Column("state", String(40)),
    Column("department", String(80)),
    Column("kind", String(20)),
    Column("item_name", String(400)),
    Column("applicant", String(400)),
    Column("accepted_on", Date),
    Column("promised_due", Date),
    Column("statutory_due", Date),
    Column("provisional", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("outside", Boolean, nullable=False, server_default=false()),
    Column("stopped_at", Instant),
    Column("closed_at", Instant),
    Column("late_days", Integer),  # frozen when the clock stopped (R37), absent before
    Column("blue_at", Instant),  # the light is a comparison of these with the clock: it never has to be rewritten
    Column("yellow_at", Instant),
    Column("red_at", Instant),
    Column("rungs", Json, nullable=False),  # rung -> instant, what stands or stood in `rungs`
    Column("watches", Json),  # the limits that are watched (`domain.limits`); null until the case is followed again
    Column("running", Boolean),  # whether a calendar can still move any of them; null like `watches`
    Column("unproved", Boolean, nullable=False, server_default=false()),  # a told date waits for its year's plan (R36)
    Index("ix_cases_department", "department", "stopped_at"),
    Index("ix_cases_open", "stopped_at", "number"),
    Index("ix_cases_running", "running", "number"),
)

_DUE = text("answered_at IS NULL AND lifted_at IS NULL AND order_number IS NULL")
"""Whose answer somebody waits for: of all alerts ever raised the few of the last days."""

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", String(80), primary_key=True),
    Column("case_number", String(80), nullable=False),
    Column("rung", String(80), nullable=False),
    Column("department", String(80), nullable=False),
    Column("level", String(10), nullable=False),  # as it is now
    Column("rule", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("answer", Text),
    Column("answered_by", String(400)),
    Column("answered_at", Instant),
    Column("version", Integer, nullable=False),
    Column("code", String(80)),  # the row of the rulebook, and the version of it, under which it was raised
    Column("rulebook", Integer),
    Column("deductions", Json),
    Column("former_level", String(10)),  # at which it was raised, where it has another since
    Column("escalated_at", Instant),
    Column("order_number", String(80)),  # the order that follows from it, the last one
    Column("lifted_at", Instant),
    Column("lifted_reason", Text),
    Column("lifted_by", String(400)),
    UniqueConstraint("case_number", "rung"),
    Index("ix_alerts_department", "department", "raised_at"),
    Index("ix_alerts_due", "answer_by", "alert_id", postgresql_where=_DUE, sqlite_where=_DUE),
)

plans = Table(
    "plans",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("days_off", Json, nullable=False),
    Column("worked_weekends", Json, nullable=False),
    Column("revised_at", Instant, nullable=False),
)

money_days = Table(
    "money_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("paid_count", Integer, nullable=False),
    Column("paid_sum", BigInteger, nullable=False),
    Column("refund_count", Integer, nullable=False),
    Column("refund_sum", BigInteger, nullable=False),
    Column("closed_at", Instant),  # fees has closed the day
)
