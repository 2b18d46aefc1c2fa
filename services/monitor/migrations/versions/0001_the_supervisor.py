"""The supervisor's tables; the journal refuses to be changed, whoever asks."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json
from yimen.schema_steps import create_v1, drop_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSAL = "the journal is append-only"


def upgrade() -> None:
    create_v1()
    _journal()
    _guard()
    _cases()
    _alerts()
    _plans()


def downgrade() -> None:
    for table in ("plans", "alerts", "cases", "journal"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_journal_change()")
    drop_v1()


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("causation_id", sa.String(80)),
        sa.Column("traceparent", sa.String(80)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_journal"),
        sa.UniqueConstraint("source", "subject", "sequence", name="uq_journal_source_subject_sequence"),
    )
    op.create_index("ix_journal_case", "journal", ["case_number", "position"])


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_refuses_{change.lower()} BEFORE {change} ON journal "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_refuses_change BEFORE UPDATE OR DELETE ON journal "
        "FOR EACH ROW EXECUTE FUNCTION refuse_journal_change()"
    )
    op.execute(
        "CREATE TRIGGER journal_refuses_truncation BEFORE TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()"
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("state", sa.String(40)),
        sa.Column("department", sa.String(80)),
        sa.Column("kind", sa.String(20)),
        sa.Column("item_name", sa.String(400)),
        sa.Column("applicant", sa.String(400)),
        sa.Column("accepted_on", sa.Date),
        sa.Column("promised_due", sa.Date),
        sa.Column("statutory_due", sa.Date),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("stopped_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column("late_days", sa.Integer),
        sa.Column("blue_at", Instant),
        sa.Column("yellow_at", Instant),
        sa.Column("red_at", Instant),
        sa.Column("rungs", Json, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_cases"),
    )
    op.create_index("ix_cases_department", "cases", ["department", "stopped_at"])
    op.create_index("ix_cases_open", "cases", ["stopped_at", "number"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("rung", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("rule", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("answer_by", sa.Date, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", sa.String(400)),
        sa.Column("answered_at", Instant),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        sa.UniqueConstraint("case_number", "rung", name="uq_alerts_case_number_rung"),
    )
    op.create_index("ix_alerts_department", "alerts", ["department", "raised_at"])


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("days_off", Json, nullable=False),
        sa.Column("worked_weekends", Json, nullable=False),
        sa.Column("revised_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("year", "version", name="pk_plans"),
    )
