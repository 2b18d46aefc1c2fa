"""The table of what the tiny service wrote down.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from yimen.schema_steps import create_v1, drop_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_v1()
    op.create_table(
        "tiny_effects",
        sa.Column("case_number", sa.String(200), primary_key=True),
        sa.Column("what", sa.String(20), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("tiny_effects")
    drop_v1()
