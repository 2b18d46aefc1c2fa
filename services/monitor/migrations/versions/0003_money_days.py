"""What the supervisor counts of each day's fees."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "money_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("paid_count", sa.Integer(), nullable=False),
        sa.Column("paid_sum", sa.BigInteger(), nullable=False),
        sa.Column("refund_count", sa.Integer(), nullable=False),
        sa.Column("refund_sum", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_money_days")),
    )


def downgrade() -> None:
    op.drop_table("money_days")
