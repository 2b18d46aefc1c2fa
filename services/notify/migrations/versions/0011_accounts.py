"""Who handed a case in on line reads its letters signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("account", sa.String(200)))
    op.create_index("ix_contacts_account", "contacts", ["account"])


def downgrade() -> None:
    op.drop_index("ix_contacts_account", "contacts")
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("account")
