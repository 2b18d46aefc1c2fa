"""Filters, keys, the feed, replays."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0005"
down_revision = "0004"

OF_EVENT = "uq_deliveries_subscription_id_event_id"
OF_REPLAY = "uq_deliveries_subscription_id_event_id_replay"
ADDED = (
    *("name", "contact", "items", "cases", "former_secret", "former_secret_until"),
    *("version", "replays"),
)


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as subscriptions:
        subscriptions.add_column(sa.Column("name", sa.String(200)))
        subscriptions.add_column(sa.Column("contact", sa.String(200)))
        subscriptions.add_column(sa.Column("items", Json))
        subscriptions.add_column(sa.Column("cases", Json))
        subscriptions.add_column(sa.Column("former_secret", sa.String(100)))
        subscriptions.add_column(sa.Column("former_secret_until", Instant))
        subscriptions.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
        subscriptions.add_column(sa.Column("replays", sa.Integer, nullable=False, server_default="0"))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("replay", sa.Integer, nullable=False, server_default="0"))
        deliveries.drop_constraint(OF_EVENT, type_="unique")
        deliveries.create_unique_constraint(OF_REPLAY, ["subscription_id", "event_id", "replay"])
    op.create_index("ix_deliveries_list", "deliveries", ["subscription_id", "id"])
    _feed()


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("entity", sa.String(80), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("item_code", sa.String(80)),
        sa.Column("time", Instant, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("event_id", name="uq_feed_event_id"),
        sa.UniqueConstraint("scope", "source", "subject", "sequence", name="uq_feed_scope_source_subject_sequence"),
    )
    op.create_index("ix_feed_reader", "feed", ["scope", "id"])
    op.create_index("ix_feed_case", "feed", ["case_number"])


def downgrade() -> None:
    op.drop_table("feed")
    op.drop_index("ix_deliveries_list", "deliveries")
    op.execute("DELETE FROM deliveries WHERE replay > 0")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(OF_REPLAY, type_="unique")
        deliveries.create_unique_constraint(OF_EVENT, ["subscription_id", "event_id"])
        deliveries.drop_column("replay")
    with op.batch_alter_table("subscriptions") as subscriptions:
        for name in ADDED:
            subscriptions.drop_column(name)
