"""Scores, windows and appeals."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _score_entries()
    _score_reversals()
    _score_marks()
    _score_active()
    _score_closings()
    _seatings()
    _score_months()
    _score_sheets()
    _score_grades()
    _appeals()


def downgrade() -> None:
    for table in (
        "appeals",
        "score_grades",
        "score_sheets",
        "score_months",
        "seatings",
        "score_closings",
        "score_active",
        "score_marks",
        "score_reversals",
        "score_entries",
    ):
        op.drop_table(table)


def _score_entries() -> None:
    op.create_table(
        "score_entries",
        sa.Column("entry_id", sa.String(32), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("party", sa.String(400), nullable=False),
        sa.Column("part", sa.String(400), nullable=False),
        sa.Column("tenths", sa.Integer, nullable=False),
        sa.Column("code", sa.String(400), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("rule", sa.String(80)),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("department", sa.String(400), nullable=False),
        sa.Column("party_name", sa.String(400)),
        sa.Column("found_by", sa.String(400)),
        sa.PrimaryKeyConstraint("entry_id", name="pk_score_entries"),
    )
    op.create_index("ix_score_entries_month", "score_entries", ["month", "kind", "party"])
    op.create_index("ix_score_entries_subject", "score_entries", ["subject"])


def _score_reversals() -> None:
    op.create_table(
        "score_reversals",
        sa.Column("reversal_id", sa.String(32), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("reversal_id", name="pk_score_reversals"),
    )
    op.create_index("ix_score_reversals_at", "score_reversals", ["at"])
    op.create_index("ix_score_reversals_target", "score_reversals", ["target"])


def _score_marks() -> None:
    op.create_table(
        "score_marks",
        sa.Column("mark_id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("raised", sa.Boolean, nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mark_id", name="pk_score_marks"),
    )
    op.create_index("ix_score_marks_month", "score_marks", ["month", "department"])
    op.create_index("ix_score_marks_case", "score_marks", ["case_number", "code"])
    op.create_index("ix_score_marks_subject", "score_marks", ["subject"])


def _score_active() -> None:
    op.create_table(
        "score_active",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("month", "department", name="pk_score_active"),
    )


def _score_closings() -> None:
    op.create_table(
        "score_closings",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("lead", sa.Boolean, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("stopped_on", sa.Date, nullable=False),
        sa.Column("statutory", Json),
        sa.Column("lacking", Json, nullable=False),
        sa.PrimaryKeyConstraint("case_number", "department", name="pk_score_closings"),
    )
    op.create_index("ix_score_closings_month", "score_closings", ["month", "department"])


def _seatings() -> None:
    op.create_table(
        "seatings",
        sa.Column("seating_id", sa.String(32), nullable=False),
        sa.Column("window_code", sa.String(80), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("departments", Json, nullable=False),
        sa.Column("staff", Json, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("staffed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("seating_id", name="pk_seatings"),
    )
    op.create_index("ix_seatings_window", "seatings", ["window_code", "valid_from"])


def _score_months() -> None:
    op.create_table(
        "score_months",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("published_at", Instant),
        sa.PrimaryKeyConstraint("month", name="pk_score_months"),
    )


def _score_sheets() -> None:
    op.create_table(
        "score_sheets",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("party", sa.String(400), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("departments", Json, nullable=False),
        sa.Column("tenths", sa.Integer, nullable=False),
        sa.Column("bonus", sa.Integer, nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reds", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("red_flag", sa.Boolean, nullable=False),
        sa.Column("last_months", sa.Integer, nullable=False),
        sa.Column("rulebook", sa.Integer, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("month", "kind", "party", "revision", name="pk_score_sheets"),
    )
    op.create_index("ix_score_sheets_current", "score_sheets", ["month", "current", "kind"])


def _score_grades() -> None:
    op.create_table(
        "score_grades",
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("party", sa.String(400), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("departments", Json, nullable=False),
        sa.Column("months", sa.Integer, nullable=False),
        sa.Column("hundredths", sa.Integer, nullable=False),
        sa.Column("grade", sa.String(80), nullable=False),
        sa.Column("excellent", sa.Boolean, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("reds", sa.Integer, nullable=False),
        sa.Column("graded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("quarter", "kind", "party", "revision", name="pk_score_grades"),
    )
    op.create_index("ix_score_grades_current", "score_grades", ["quarter", "current", "kind"])


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("appeal_number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("target", sa.String(20), nullable=False),
        sa.Column("target_id", sa.String(80), nullable=False),
        sa.Column("month", sa.String(7)),
        sa.Column("case_number", sa.String(80)),
        sa.Column("found_by", sa.String(400)),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column("filed_by", sa.String(400), nullable=False),
        sa.Column("filed_by_name", sa.String(400), nullable=False),
        sa.Column("filed_at", Instant, nullable=False),
        sa.Column("decide_by", sa.Date, nullable=False),
        sa.Column("overdue_at", Instant),
        sa.Column("upheld", sa.Boolean),
        sa.Column("reasons", sa.Text),
        sa.Column("decided_by", sa.String(400)),
        sa.Column("decided_by_name", sa.String(400)),
        sa.Column("decided_at", Instant),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("target", "target_id", name="uq_appeals_target_target_id"),
        sa.PrimaryKeyConstraint("appeal_number", name="pk_appeals"),
    )
    op.create_index("ix_appeals_department", "appeals", ["department", "filed_at"])
