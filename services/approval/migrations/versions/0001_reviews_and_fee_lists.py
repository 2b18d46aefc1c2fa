"""Reviews and their fee lists."""

import sqlalchemy as sa
from alembic import op

from yimen import schema_steps
from yimen.db import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema_steps.create_v1()
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("request", Json, nullable=False),
        sa.Column("additions", Json, nullable=False),
        sa.Column("urgings", Json, nullable=False),
        sa.Column("receipt", Json),
        sa.Column("assignment", Json),
        sa.Column("procedures", Json, nullable=False),
        sa.Column("forwarding", Json),
        sa.Column("superior_answer", Json),
        sa.Column("decision", Json),
        sa.Column("deemed_at", Instant),
        sa.Column("cancelled_at", Instant),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_case_number", "reviews", ["case_number"])
    op.create_index("ix_reviews_queue", "reviews", ["department", "is_open", "due_on", "review_id"])
    op.create_index("ix_reviews_all", "reviews", ["department", "due_on", "review_id"])
    op.create_table(
        "fee_lists",
        sa.Column("list_id", sa.String(80), nullable=False),
        sa.Column("review_id", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("replaces", sa.String(80)),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("listed_by", Json, nullable=False),
        sa.Column("listed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_fee_lists")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"], name=op.f("fk_fee_lists_review_id")),
    )
    op.create_index("ix_fee_lists_review_id", "fee_lists", ["review_id"])


def downgrade() -> None:
    op.drop_table("fee_lists")
    op.drop_table("reviews")
    schema_steps.drop_v1()
