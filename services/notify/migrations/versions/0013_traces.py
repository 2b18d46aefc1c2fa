"""Timers, jobs, messages and deliveries remember the trace that they belong to."""

import sqlalchemy as sa
from alembic import op

from yimen.schema_steps import create_v4, drop_v4

revision = "0013"
down_revision = "0012"
phase = "expand"


def upgrade() -> None:
    create_v4()
    for table in ("messages", "deliveries"):
        op.add_column(table, sa.Column("traceparent", sa.String(80)))


def downgrade() -> None:
    for table in ("messages", "deliveries"):
        op.drop_column(table, "traceparent")
    drop_v4()
