"""Supervision orders with what was done about each, findings of patrols, attendance, and the counts of their numbers."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("number", String(80), primary_key=True),
    Column("department", String(80), nullable=False),
    Column("case_number", String(80)),
    Column("about", String(80)),  # the alert, complaint, rating or finding that it follows from
    Column("former", String(80)),  # the order that had no answer
    Column("stage", Integer, nullable=False),
    Column("level", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("document", String(400), nullable=False),
    Column("dated", Date, nullable=False),
    Column("demand", Text, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("issued_by", Json),
    Column("issued_at", Instant, nullable=False),
    Column("answer", Text),
    Column("answered_by", Json),
    Column("answered_at", Instant),
    Column("overdue_at", Instant),  # of the limit that runs now
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False),
    Index("ix_orders_state", "state", "answer_by"),
    Index("ix_orders_department", "department", "issued_at"),
    Index("ix_orders_about", "about"),
)

order_steps = Table(
    "order_steps",
    metadata,
    Column("number", String(80), ForeignKey("orders.number"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # of the order, after the step
    Column("step", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("answer_by", Date),
    Column("done_by", Json),
    Column("done_at", Instant, nullable=False),
)

inspections = Table(
    "inspections",
    metadata,
    Column("number", String(80), primary_key=True),
    Column("department", String(80), nullable=False),
    Column("case_number", String(80)),
    Column("code", String(80), nullable=False),
    Column("title", String(400), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("window", String(80)),
    Column("person", Json),
    Column("item_code", String(80)),
    Column("detail", Text, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("found_by", Json),
    Column("deductions", Json, nullable=False),
    Column("rectify_by", Date),
    Column("recorded_at", Instant, nullable=False),
    Column("measures", Text),
    Column("rectified_by", Json),
    Column("rectified_at", Instant),
    Column("version", Integer, nullable=False),
    Index("ix_inspections_department", "department", "recorded_at"),
    Index("ix_inspections_recorded_at", "recorded_at"),
)

attendance = Table(
    "attendance",
    metadata,
    Column("attendance_id", String(80), primary_key=True),
    Column("department", String(80), nullable=False),
    Column("window", String(80), nullable=False),
    Column("person", String(400), nullable=False),
    Column("person_name", String(400), nullable=False),
    Column("code", String(80), nullable=False),
    Column("title", String(400), nullable=False),
    Column("day", Date, nullable=False),
    Column("half_days", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("deductions", Json, nullable=False),
    Column("recorded_by", Json, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("person", "day", "code"),
    Index("ix_attendance_day", "day", "attendance_id"),
)
