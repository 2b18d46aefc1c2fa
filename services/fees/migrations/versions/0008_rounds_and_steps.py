"""Notices and lists belong to a round of their case; a list says whose step it waits for."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant

revision = "0008"
down_revision = "0007"

ADDED = {
    "cases": (
        sa.Column("round", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("reopened_at", Instant()),
    ),
    "notices": (sa.Column("case_round", sa.Integer(), nullable=False, server_default="1"),),
    "lists": (
        sa.Column("waits_for", sa.String(20)),
        sa.Column("waits_since", Instant()),
        sa.Column("delayed_at", Instant()),
        sa.Column("delays", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("overruled_at", Instant()),
    ),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)
