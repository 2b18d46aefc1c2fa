"""At which door each matter was handed in."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "doors",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("matter", sa.String(64), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_doors")),
    )
    op.create_index("ix_doors_matter", "doors", ["matter"])


def downgrade() -> None:
    op.drop_table("doors")
