"""Templates with versions, rules, and what was not told."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
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
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("language", sa.String(10), nullable=False, server_default="zh"))
        messages.add_column(sa.Column("subject", sa.Text))
        messages.add_column(sa.Column("words", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        for column in ("words", "subject", "language"):
            messages.drop_column(column)
    op.drop_table("skipped")
