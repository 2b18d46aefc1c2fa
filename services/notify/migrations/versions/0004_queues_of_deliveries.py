"""Deliveries wait in a queue of their subscriber."""

from alembic import op

from yimen.schema_steps import create_v3, drop_v3

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_v3()
    op.execute(
        "UPDATE outgoing SET queue = (SELECT subscription_id FROM deliveries WHERE id = CAST(outgoing.key AS BIGINT))"
        " WHERE kind = 'webhook' AND state = 'waiting'"
    )


def downgrade() -> None:
    drop_v3()
