"""Bans on applying; reviews know which round of their case they belong to."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bans",
        sa.Column("ban_id", sa.String(80), primary_key=True),
        sa.Column("id_number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("organisation", sa.Boolean, nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("item_code", sa.String(80)),
        sa.Column("found_on", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("imposed_by", Json, nullable=False),
        sa.Column("imposed_at", Instant, nullable=False),
        sa.Column("lifted_at", Instant),
        sa.Column("lifted_by", Json),
        sa.Column("lifting_reason", sa.Text, nullable=False),
    )
    op.create_index("ix_bans_id_number", "bans", ["id_number"])
    op.add_column("reviews", sa.Column("round", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("reviews", "round")
    op.drop_table("bans")
