"""Gateways, mail, the inbox."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0007"
down_revision = "0006"

ONE = "uq_messages_event_id_template_recipient"
ONE_EACH = "uq_messages_event_id_template_recipient_channel"


def upgrade() -> None:
    _contacts()
    _messages()
    op.create_table(
        "gateways",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("shunned_until", Instant),
        sa.Column("last_error", sa.Text),
        sa.Column("failed_at", Instant),
        sa.PrimaryKeyConstraint("name", name="pk_gateways"),
    )
    op.create_table(
        "inbox_letters",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("is_read", sa.Boolean, nullable=False),
        sa.Column("read_at", Instant),
        sa.Column("read_by", sa.String(400)),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_letters"),
        sa.UniqueConstraint("event_id", "template", "recipient", name="uq_inbox_letters_event_id_template_recipient"),
    )
    op.create_index("ix_inbox_letters_recipient", "inbox_letters", ["recipient", "is_read", "id"])


def _contacts() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("email", sa.Text))
        contacts.add_column(sa.Column("language", sa.String(10)))
        contacts.add_column(sa.Column("written", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_contacts_phone", "contacts", ["phone", "recipient"])


def _messages() -> None:
    """A message that is queued has a job under its own id, as an older messenger gave it."""
    op.drop_index("ix_messages_recipient", "messages")
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("channel", sa.String(20), nullable=False, server_default="sms"))
        messages.add_column(sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()))
        messages.add_column(sa.Column("place", sa.Integer, nullable=False, server_default="0"))
        messages.add_column(sa.Column("job", sa.String(60)))
        messages.add_column(sa.Column("gateway", sa.String(40)))
        messages.add_column(sa.Column("doubts", sa.Integer, nullable=False, server_default="0"))
        messages.add_column(sa.Column("passed_on", Json, nullable=False, server_default="[]"))
        messages.add_column(sa.Column("counted_on", sa.Date))
        messages.add_column(sa.Column("mark", sa.String(20)))
        messages.drop_constraint(ONE, type_="unique")
        messages.create_unique_constraint(ONE_EACH, ["event_id", "template", "recipient", "channel"])
    op.create_index("ix_messages_recipient", "messages", ["recipient", "channel", "state"])
    op.create_index("ix_messages_stuck", "messages", ["state", "channel", "created_at"])
    op.execute("UPDATE messages SET job = id WHERE state = 'queued'")


def downgrade() -> None:
    """Mails and the inbox are forgotten: an older messenger has no channel but one."""
    op.drop_table("inbox_letters")
    op.drop_table("gateways")
    op.drop_index("ix_messages_stuck", "messages")
    op.drop_index("ix_messages_recipient", "messages")
    op.execute("DELETE FROM messages WHERE channel <> 'sms'")
    op.execute("UPDATE messages SET state = 'failed' WHERE state IN ('capped', 'unknown', 'skipped')")
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint(ONE_EACH, type_="unique")
        messages.create_unique_constraint(ONE, ["event_id", "template", "recipient"])
        for column in ("mark", "counted_on", "passed_on", "doubts", "gateway", "job", "place", "urgent", "channel"):
            messages.drop_column(column)
    op.create_index("ix_messages_recipient", "messages", ["recipient", "state"])
    op.drop_index("ix_contacts_phone", "contacts")
    with op.batch_alter_table("contacts") as contacts:
        for column in ("written", "language", "email"):
            contacts.drop_column(column)
