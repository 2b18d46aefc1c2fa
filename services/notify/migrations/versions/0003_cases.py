"""What is remembered of each case."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Json

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.PrimaryKeyConstraint("case_number", name="pk_cases"),
    )


def downgrade() -> None:
    op.drop_table("cases")
