"""Phone numbers, addresses and webhook secrets lie sealed (yimen.sealed). What stands is read as it is until
`python -m yimen.operate reseal` has gone through it; a phone number is found by its mark from now on."""

import sqlalchemy as sa
from alembic import op

from yimen.access_log import create_personal_access, drop_personal_access
from yimen.sealed import keys_of

revision = "0012"
down_revision = "0011"
phase = "expand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_personal_access()
    op.drop_index("ix_contacts_phone", "contacts")
    op.add_column("contacts", sa.Column("phone_mark", sa.String(60)))
    _mark(op.get_bind())
    op.create_index("ix_contacts_phone_mark", "contacts", ["phone_mark", "recipient"], if_not_exists=True)
    with op.batch_alter_table("subscriptions") as subscriptions:
        for name in ("secret", "former_secret"):
            subscriptions.alter_column(name, existing_type=sa.String(100), type_=sa.Text)


def _mark(bind: sa.Connection) -> None:
    contacts = sa.table("contacts", sa.column("recipient"), sa.column("phone"), sa.column("phone_mark"))
    keys = keys_of(bind.dialect)
    rows = bind.execute(sa.select(contacts.c.recipient, contacts.c.phone).where(contacts.c.phone.is_not(None))).all()
    for recipient, phone in rows:
        marked = sa.update(contacts).where(contacts.c.recipient == recipient)
        bind.execute(marked.values(phone_mark=keys.mark(keys.open(phone))))


def downgrade() -> None:
    """Needs the values in the clear: reseal with `plain` first in YIMEN_DATA_KEYS."""
    with op.batch_alter_table("subscriptions") as subscriptions:
        for name in ("former_secret", "secret"):
            subscriptions.alter_column(name, existing_type=sa.Text, type_=sa.String(100))
    op.drop_index("ix_contacts_phone_mark", "contacts")
    op.drop_column("contacts", "phone_mark")
    op.create_index("ix_contacts_phone", "contacts", ["phone", "recipient"])
    drop_personal_access()
