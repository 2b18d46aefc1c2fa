"""Items, cases, reviews, answers, papers, notices, counters."""

import sqlalchemy as sa
from alembic import op

from yimen import schema_steps
from yimen.db import BigId, Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema_steps.create_v1()
    for create in (_catalogue, _cases, _reviews, _papers, _tries):
        create()


def _catalogue() -> None:
    op.create_table(
        "items",
        sa.Column("code", sa.String(80), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("value", BigId, nullable=False, autoincrement=False),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_number", sa.String(80), primary_key=True),
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("item_version", sa.Integer, nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("applicant", Json, nullable=False),
        sa.Column("account", sa.String(200)),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("submitted_at", Instant, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("materials", Json, nullable=False),
        sa.Column("requested", Json, nullable=False),
        sa.Column("requested_at", Instant),
        sa.Column("complete_at", Instant, nullable=False),
        sa.Column("accepted_on", sa.Date),
        sa.Column("accepted_at", Instant),
        sa.Column("deemed", sa.Boolean, nullable=False),
        sa.Column("extension_days", sa.Integer, nullable=False),
        sa.Column("stage", sa.Integer),
        sa.Column("outcome", sa.String(20)),
        sa.Column("reviewed_at", Instant),
        sa.Column("cleared_at", Instant),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("legal_basis", sa.Text, nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decided_on", sa.Date),
        sa.Column("licence", Json),
        sa.Column("ended_at", Instant),
        sa.ForeignKeyConstraint(["item_code", "item_version"], ["items.code", "items.version"]),
    )
    op.create_index("ix_cases_submitted_at", "cases", ["submitted_at", "case_number"])
    op.create_index("ix_cases_department", "cases", ["department", "status", "submitted_at", "case_number"])
    op.create_index("ix_cases_account", "cases", ["account", "submitted_at", "case_number"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(80), primary_key=True),
        sa.Column("case_number", sa.String(80), sa.ForeignKey("cases.case_number"), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("lead", sa.Boolean, nullable=False),
        sa.Column("silence_consents", sa.Boolean, nullable=False),
        sa.Column("requested_at", Instant, nullable=False),
        sa.Column("requested_on", sa.Date, nullable=False),
        sa.Column("limit_days", sa.Integer, nullable=False),
        sa.Column("extension_days", sa.Integer, nullable=False),
        sa.Column("received_at", Instant),
        sa.Column("forwarded_at", Instant),
        sa.Column("superior", Json),
        sa.Column("answer", Json),
        sa.Column("deemed_at", Instant),
        sa.Column("urged_at", Instant),
        sa.Column("cancelled_at", Instant),
        sa.Column("pauses", Json, nullable=False),
        sa.Column("lists", Json, nullable=False),
    )
    op.create_index(op.f("ix_reviews_case_number"), "reviews", ["case_number"])
    op.create_table(
        "review_answers",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("review_id", sa.String(80), sa.ForeignKey("reviews.review_id"), nullable=False),
        sa.Column("opinion", sa.String(40), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("legal_basis", sa.Text, nullable=False),
        sa.Column("decided_by", Json, nullable=False),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("arrived_at", Instant, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
    )
    op.create_index(op.f("ix_review_answers_review_id"), "review_answers", ["review_id"])


def _papers() -> None:
    op.create_table(
        "documents",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("case_number", sa.String(80), sa.ForeignKey("cases.case_number"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("dated", sa.Date, nullable=False),
        sa.UniqueConstraint("kind", "number"),
    )
    op.create_index(op.f("ix_documents_case_number"), "documents", ["case_number"])
    op.create_table(
        "notices",
        sa.Column("notice_number", sa.String(80), primary_key=True),
        sa.Column("case_number", sa.String(80), sa.ForeignKey("cases.case_number"), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("amount", BigId, nullable=False, autoincrement=False),
        sa.Column("payment_code", sa.String(80)),
        sa.Column("pay_by", sa.Date),
        sa.Column("cleared_at", Instant),
    )
    op.create_index(op.f("ix_notices_case_number"), "notices", ["case_number"])


def _tries() -> None:
    op.create_table(
        "password_tries",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("tried_at", Instant, nullable=False),
    )
    op.create_index("ix_password_tries_case", "password_tries", ["case_number", "tried_at"])


def downgrade() -> None:
    for table in ("password_tries", "notices", "documents", "review_answers", "reviews", "cases", "counters", "items"):
        op.drop_table(table)
    schema_steps.drop_v1()
