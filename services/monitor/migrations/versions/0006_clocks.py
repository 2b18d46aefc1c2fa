"""Rungs of open clocks, and what a changed calendar moved."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
