"""The versions of the rulebook, and under which of them an alert was raised."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "rulebooks",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revised_by", Json, nullable=True),
        sa.Column("effective_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rulebooks")),
    )
    op.add_column("alerts", sa.Column("code", sa.String(80), nullable=True))
    op.add_column("alerts", sa.Column("rulebook", sa.Integer(), nullable=True))
    op.add_column("alerts", sa.Column("deductions", Json, nullable=True))


def downgrade() -> None:
    for column in ("deductions", "rulebook", "code"):
        op.drop_column("alerts", column)
    op.drop_table("rulebooks")
