"""Complaints, consultations and ratings, and the days by which they are heard."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _days()
    _complaints()
    _consultations()
    _ratings()


def downgrade() -> None:
    for table in (
        "rating_tickets",
        "ratings",
        "rated_cases",
        "consultations",
        "complaint_steps",
        "complaints",
        "deadlines",
    ):
        op.drop_table(table)


def _days() -> None:
    op.create_table(
        "deadlines",
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=160), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("spans", Json, nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("passed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("about", "number", "step", name=op.f("pk_deadlines")),
    )
    op.create_index("ix_deadlines_open", "deadlines", ["open", "about", "number", "step"], unique=False)


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("told_department", sa.Boolean(), nullable=False),
        sa.Column("person", sa.String(length=400), nullable=True),
        sa.Column("person_id", sa.String(length=400), nullable=True),
        sa.Column("person_name", sa.String(length=400), nullable=True),
        sa.Column("case_number", sa.String(length=80), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("complainant", sa.String(length=400), nullable=True),
        sa.Column("contact", sa.String(length=400), nullable=True),
        sa.Column("entered_by", sa.String(length=400), nullable=True),
        sa.Column("entered_by_name", sa.String(length=400), nullable=True),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("complexity", sa.String(length=20), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("extended_days", sa.Integer(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_complaints")),
    )
    op.create_index("ix_complaints_department", "complaints", ["department", "state", "number"], unique=False)
    op.create_index("ix_complaints_office", "complaints", ["office", "state", "number"], unique=False)
    op.create_table(
        "complaint_steps",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("details", Json, nullable=False),
        sa.Column("by", sa.String(length=400), nullable=True),
        sa.Column("by_name", sa.String(length=400), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["complaints.number"], name=op.f("fk_complaint_steps_number")),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_complaint_steps")),
    )


def _consultations() -> None:
    op.create_table(
        "consultations",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("item_code", sa.String(length=80), nullable=True),
        sa.Column("case_number", sa.String(length=80), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asker", sa.String(length=400), nullable=True),
        sa.Column("contact", sa.String(length=400), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("shown_question", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=400), nullable=True),
        sa.Column("answered_by_name", sa.String(length=400), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_consultations")),
    )
    op.create_index("ix_consultations_department", "consultations", ["department", "state", "number"], unique=False)
    op.create_index("ix_consultations_shown", "consultations", ["department", "answered_at", "number"], unique=False)


def _ratings() -> None:
    op.create_table(
        "rated_cases",
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("accepted_by", Json, nullable=True),
        sa.Column("served_by", Json, nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_rated_cases")),
    )
    op.create_table(
        "ratings",
        sa.Column("rating_id", sa.String(length=80), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("indicators", sa.Integer(), nullable=True),
        sa.Column("aspects", Json, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("rater", sa.String(length=400), nullable=True),
        sa.Column("contact", sa.String(length=400), nullable=True),
        sa.Column("person", Json, nullable=True),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("called_at", Instant(), nullable=True),
        sa.Column("called_by", Json, nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("call_note", sa.Text(), nullable=True),
        sa.Column("rectified_at", Instant(), nullable=True),
        sa.Column("rectified_by", Json, nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("overdue_at", Instant(), nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rating_id", "is_default", name=op.f("pk_ratings")),
    )
    op.create_index("ix_ratings_department", "ratings", ["department", "given_at", "rating_id"], unique=False)
    op.create_index("ix_ratings_given", "ratings", ["given_at", "rating_id"], unique=False)
    op.create_table(
        "rating_tickets",
        sa.Column("ticket", sa.String(length=80), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("opened_by", sa.String(length=400), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_rating_tickets")),
    )
