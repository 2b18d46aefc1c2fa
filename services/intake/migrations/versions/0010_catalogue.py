"""Departments' reports of items, withdrawals, the hall's windows."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0010"
down_revision = "0004"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'reported'")


def upgrade() -> None:
    op.create_table(
        "item_reports",
        sa.Column("report_id", sa.String(80), primary_key=True),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reported_by", Json, nullable=False),
        sa.Column("reported_at", Instant, nullable=False),
        sa.Column("decided_by", Json),
        sa.Column("decided_at", Instant),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("row_version", sa.Integer, nullable=False),
    )
    op.create_index("ix_item_reports_department", "item_reports", ["department", "report_id"])
    op.create_index("ix_item_reports_state", "item_reports", ["state", "report_id"])
    op.create_index(
        "uq_item_reports_waiting",
        "item_reports",
        ["code"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "item_withdrawals",
        sa.Column("code", sa.String(80), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("withdrawn_by", Json, nullable=False),
        sa.Column("withdrawn_at", Instant, nullable=False),
    )
    op.create_table(
        "windows",
        sa.Column("window", sa.String(80), primary_key=True),
        sa.Column("body", Json, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", Json, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
    )


def downgrade() -> None:
    for table in ("windows", "item_withdrawals", "item_reports"):
        op.drop_table(table)
