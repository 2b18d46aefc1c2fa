"""The table of what the scribe wrote down.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from yimen.access_log import create_personal_access, drop_personal_access
from yimen.db import BigId
from yimen.schema_steps import create_v1, create_v2, create_v3, create_v4, drop_v1, drop_v2, drop_v3, drop_v4

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_v1()
    create_v2()
    create_v3()
    create_v4()
    create_personal_access()
    op.create_table(
        "effects",
        sa.Column("n", BigId, primary_key=True, autoincrement=True),
        sa.Column("case_number", sa.String(200), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("writer", sa.String(20), nullable=False),
        sa.Column("reader", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("effects")
    drop_personal_access()
    drop_v4()
    drop_v3()
    drop_v2()
    drop_v1()
