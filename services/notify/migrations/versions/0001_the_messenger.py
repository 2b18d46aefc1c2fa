"""The messenger's tables: messages and contacts, subscriptions and deliveries, the live stream."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json
from yimen.schema_steps import create_v1, drop_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_v1()
    _messages()
    _webhooks()
    _stream()


def downgrade() -> None:
    for table in (
        "case_departments",
        "stream",
        "stream_head",
        "lanes",
        "deliveries",
        "subscriptions",
        "messages",
        "contacts",
    ):
        op.drop_table(table)
    drop_v1()


def _messages() -> None:
    op.create_table(
        "contacts",
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("recorded_at", Instant),
        sa.PrimaryKeyConstraint("recipient", name="pk_contacts"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("sent_at", Instant),
        sa.Column("final_at", Instant),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("event_id", "template", "recipient", name="uq_messages_event_id_template_recipient"),
    )
    op.create_index("ix_messages_recipient", "messages", ["recipient", "state"])
    op.create_index("ix_messages_case", "messages", ["case_number", "created_at"])


def _webhooks() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(400), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("departments", Json, nullable=False),
        sa.Column("entities", Json),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("settled_at", Instant),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_deliveries_subscription_id"),
        sa.UniqueConstraint("subscription_id", "event_id", name="uq_deliveries_subscription_id_event_id"),
    )
    op.create_index("ix_deliveries_lane", "deliveries", ["subscription_id", "subject", "state", "id"])
    op.create_table(
        "lanes",
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("busy", sa.BigInteger),
        sa.PrimaryKeyConstraint("subscription_id", "subject", name="pk_lanes"),
    )


def _stream() -> None:
    op.create_table(
        "stream_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stream_head"),
    )
    op.execute("INSERT INTO stream_head (id, last) VALUES (1, 0)")
    op.create_table(
        "stream",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stream"),
    )
    op.create_table(
        "case_departments",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("case_number", "department", name="pk_case_departments"),
    )
