"""Jobs of one kind wait in queues, each with its own places and its own breaker."""

from yimen.schema_steps import create_v3, drop_v3

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    create_v3()


def downgrade() -> None:
    drop_v3()
