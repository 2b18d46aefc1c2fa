"""Templates with versions, rules, and what was not told."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _words()
    op.create_table(
        "skipped",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("template", sa.String(80)),
        sa.Column("recipient", sa.String(200)),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_skipped"),
    )
    op.create_index("ix_skipped_type", "skipped", ["type", "id"])
    op.create_index("ix_skipped_at", "skipped", ["at"])
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("language", sa.String(10), nullable=False, server_default="zh"))
        messages.add_column(sa.Column("subject", sa.Text))
        messages.add_column(sa.Column("words", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        for column in ("words", "subject", "language"):
            messages.drop_column(column)
    for table in ("skipped", "choices", "templates"):
        op.drop_table(table)


def _words() -> None:
    op.create_table(
        "templates",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("valid_from", Instant, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("written_by", Json),
        sa.Column("written_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
        sa.UniqueConstraint("code", "language", "version", name="uq_templates_code_language_version"),
    )
    op.create_table(
        "choices",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("channels", Json, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("chosen_by", Json, nullable=False),
        sa.Column("chosen_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_choices"),
        sa.UniqueConstraint("rule_id", "version", name="uq_choices_rule_id_version"),
    )
