"""Timers and jobs remember the trace that they belong to."""

from yimen.schema_steps import create_v4, drop_v4

revision = "0015"
down_revision = "0014"
phase = "expand"


def upgrade() -> None:
    create_v4()


def downgrade() -> None:
    drop_v4()
