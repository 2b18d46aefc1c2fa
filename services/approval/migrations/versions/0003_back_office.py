"""Visits, hearings, extensions, meetings, stand-ins, numbered papers, and the yearly plans that limits follow."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REVIEWS = (
    sa.Column("awaited_office", sa.String(20)),
    sa.Column("meetings", Json, nullable=False, server_default="[]"),
    sa.Column("former_assignments", Json, nullable=False, server_default="[]"),
    sa.Column("visits", Json, nullable=False, server_default="[]"),
    sa.Column("hearing", Json),
    sa.Column("extension", Json),
    sa.Column("deemed_ground", sa.String(80), nullable=False, server_default="silence"),
)
AWAITED = sa.text("awaited_office IS NOT NULL")


def upgrade() -> None:
    for column in REVIEWS:
        op.add_column("reviews", column)
    op.create_index(
        "ix_reviews_awaited",
        "reviews",
        ["department", "due_on", "review_id"],
        postgresql_where=AWAITED,
        sqlite_where=AWAITED,
    )
    _people_and_papers()
    _plans()


def _people_and_papers() -> None:
    op.create_table(
        "paper_counters",
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("department", "kind", "year", name=op.f("pk_paper_counters")),
    )
    op.create_table(
        "stand_ins",
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("staff_id", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("named_by", Json, nullable=False),
        sa.Column("named_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.PrimaryKeyConstraint("department", "staff_id", name=op.f("pk_stand_ins")),
    )


def _plans() -> None:
    op.create_table(
        "calendar_plans",
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("days_off", Json, nullable=False),
        sa.Column("worked_weekends", Json, nullable=False),
        sa.Column("revised_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_plans")),
    )
    op.create_table(
        "limit_changes",
        sa.Column("id", BigId, nullable=False, autoincrement=True),
        sa.Column("review_id", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("old_due_on", sa.Date, nullable=False),
        sa.Column("new_due_on", sa.Date, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_changes")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"], name=op.f("fk_limit_changes_review_id")),
    )
    op.create_index("ix_limit_changes_review_id", "limit_changes", ["review_id"])


def downgrade() -> None:
    for table in ("limit_changes", "calendar_plans", "stand_ins", "paper_counters"):
        op.drop_table(table)
    op.drop_index("ix_reviews_awaited", "reviews")
    for column in REVIEWS:
        op.drop_column("reviews", column.name)
