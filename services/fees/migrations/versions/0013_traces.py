"""Timers and jobs remember the trace that they belong to."""

from yimen.schema_steps import create_v4, drop_v4

revision = "0013"
down_revision = "0012"
phase = "expand"


def upgrade() -> None:
    create_v4()


def downgrade() -> None:
    drop_v4()
