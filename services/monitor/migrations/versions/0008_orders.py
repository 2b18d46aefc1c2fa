"""Orders, findings and attendance; an alert has a level now, an order that follows from it, and may be lifted."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0008"
down_revision = "0007"

DUE = sa.text("answered_at IS NULL AND lifted_at IS NULL AND order_number IS NULL")


def _alerts() -> None:
    for column in (
        sa.Column("former_level", sa.String(10)),
        sa.Column("escalated_at", Instant()),
        sa.Column("order_number", sa.String(80)),
        sa.Column("lifted_at", Instant()),
        sa.Column("lifted_reason", sa.Text()),
        sa.Column("lifted_by", sa.String(400)),
    ):
        op.add_column("alerts", column)
    op.create_index("ix_alerts_due", "alerts", ["answer_by", "alert_id"], postgresql_where=DUE, sqlite_where=DUE)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("about", sa.String(80)),
        sa.Column("former", sa.String(80)),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("document", sa.String(400), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("issued_by", Json),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", Json),
        sa.Column("answered_at", Instant()),
        sa.Column("overdue_at", Instant()),
        sa.Column("closed_at", Instant()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_orders")),
    )
    op.create_index("ix_orders_state", "orders", ["state", "answer_by"])
    op.create_index("ix_orders_department", "orders", ["department", "issued_at"])
    op.create_index("ix_orders_about", "orders", ["about"])
    op.create_table(
        "order_steps",
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date()),
        sa.Column("done_by", Json),
        sa.Column("done_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name=op.f("fk_order_steps_number")),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_order_steps")),
    )


def _inspections() -> None:
    op.create_table(
        "inspections",
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("window", sa.String(80)),
        sa.Column("person", Json),
        sa.Column("item_code", sa.String(80)),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("found_by", Json),
        sa.Column("deductions", Json, nullable=False),
        sa.Column("rectify_by", sa.Date()),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("measures", sa.Text()),
        sa.Column("rectified_by", Json),
        sa.Column("rectified_at", Instant()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_inspections")),
    )
    op.create_index("ix_inspections_department", "inspections", ["department", "recorded_at"])
    op.create_index("ix_inspections_recorded_at", "inspections", ["recorded_at"])


def _attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("attendance_id", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("window", sa.String(80), nullable=False),
        sa.Column("person", sa.String(400), nullable=False),
        sa.Column("person_name", sa.String(400), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("deductions", Json, nullable=False),
        sa.Column("recorded_by", Json, nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("attendance_id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("person", "day", "code", name=op.f("uq_attendance_person_day_code")),
    )
    op.create_index("ix_attendance_day", "attendance", ["day", "attendance_id"])


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    _alerts()
    _orders()
    _inspections()
    _attendance()


def downgrade() -> None:
    for table in ("attendance", "inspections", "order_steps", "orders", "counters"):
        op.drop_table(table)
    op.drop_index("ix_alerts_due", "alerts")
    for column in ("lifted_by", "lifted_reason", "lifted_at", "order_number", "escalated_at", "former_level"):
        op.drop_column("alerts", column)
