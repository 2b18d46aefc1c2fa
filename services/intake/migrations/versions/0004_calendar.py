"""The working-day plans that the centre edits, and what each revision moved."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RUNNING = sa.text("status IN ('submitted', 'accepted', 'reviewed')")


def upgrade() -> None:
    op.create_table(
        "calendar_plans",
        sa.Column("revision", BigId, primary_key=True, autoincrement=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("days_off", Json, nullable=False),
        sa.Column("worked_weekends", Json, nullable=False),
        sa.Column("revised_by", Json, nullable=False),
        sa.Column("revised_at", Instant, nullable=False),
    )
    op.create_index("uq_calendar_plans_year", "calendar_plans", ["year", "version"], unique=True)
    op.create_table(
        "limit_changes",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("revision", BigId, sa.ForeignKey("calendar_plans.revision"), nullable=False),
        sa.Column("case_number", sa.String(80), sa.ForeignKey("cases.case_number"), nullable=False),
        sa.Column("what", sa.String(100), nullable=False),
        sa.Column("old", sa.Date, nullable=False),
        sa.Column("new", sa.Date, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
    )
    op.create_index("uq_limit_changes_what", "limit_changes", ["revision", "case_number", "what"], unique=True)
    op.create_index("ix_limit_changes_case_number", "limit_changes", ["case_number"])
    op.create_index("ix_cases_running", "cases", ["case_number"], postgresql_where=RUNNING, sqlite_where=RUNNING)


def downgrade() -> None:
    op.drop_index("ix_cases_running", "cases")
    for table in ("limit_changes", "calendar_plans"):
        op.drop_table(table)
