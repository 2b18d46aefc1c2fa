"""The journal (truth), and what follows from it (cases, alerts' claims, plans).

The journal is append-only: triggers of the first migration refuse every update, delete and truncation.
"""

from typing import Final

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
    Index("ix_journal_event", "event_id"),
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
    Column("item_code", String(80)),
    Column("closed_on", Date),  # the day on which it was decided
    Column("ended_light", Integer),  # how bad its light is for good, once the clock has stopped
    Column("contribution", Json),  # what it adds to the counts (domain.contributions)
    Index("ix_cases_open", "stopped_at", "number"),
    Index("ix_cases_movable", "running", "number"),
)

_DUE = text("answered_at IS NULL AND lifted_at IS NULL AND order_number IS NULL")
"""Whose answer somebody waits for: of all alerts ever raised the few of the last days."""
LISTS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "red": (("red_at", "department", "promised_due"), "stopped_at IS NULL AND red_at IS NOT NULL"),
    "yellow": (("yellow_at", "department", "promised_due", "red_at"), "stopped_at IS NULL AND yellow_at IS NOT NULL"),
    "blue": (
        ("blue_at", "department", "promised_due", "yellow_at", "red_at"),
        "stopped_at IS NULL AND blue_at IS NOT NULL",
    ),
    "running": (("department", "promised_due"), "stopped_at IS NULL"),
    "ended": (("department", "ended_light", "promised_due"), "stopped_at IS NOT NULL"),
    "accepted": (("department", "accepted_on"), "accepted_on IS NOT NULL"),
    "item_accepted": (("item_code", "accepted_on"), "accepted_on IS NOT NULL"),
    "closed": (("department", "closed_on"), "closed_on IS NOT NULL"),
    "item_closed": (("item_code", "closed_on"), "closed_on IS NOT NULL"),
    "late": (("department", "closed_on"), "closed_on IS NOT NULL AND late_days > 0"),
    "uncounted": ((), "contribution IS NULL"),
}
"""Each list has its index, which ends with the number: what it begins with, and which cases are in it."""

for _name, (_columns, _where) in LISTS.items():
    _key = [*(cases.c[column] for column in _columns), cases.c.number]
    Index(f"ix_cases_{_name}", *_key, postgresql_where=text(_where), sqlite_where=text(_where))

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
