"""Identification numbers lie sealed (yimen.sealed). What stands is read as it is until `python -m yimen.operate reseal` has
gone through it; a ban is found by the mark of the number from now on, one that the version before entered by the number."""

import sqlalchemy as sa
from alembic import op

from yimen.access_log import create_personal_access, drop_personal_access
from yimen.db import Instant
from yimen.sealed import keys_of

revision = "0018"
down_revision = "0017"
phase = "expand"
branch_labels = None
depends_on = None


REACHABLE = sa.text("ended_at IS NOT NULL AND contact_erased_at IS NULL")


def upgrade() -> None:
    create_personal_access()
    op.add_column("cases", sa.Column("contact_erased_at", Instant))
    columns = ["ended_at", "case_number"]
    op.create_index(
        "ix_cases_reachable", "cases", columns, postgresql_where=REACHABLE, sqlite_where=REACHABLE, if_not_exists=True
    )
    op.drop_index("ix_bans_id_number", "bans")
    op.add_column("bans", sa.Column("id_mark", sa.String(60)))
    _mark(op.get_bind())
    with op.batch_alter_table("bans") as bans:
        bans.alter_column("id_number", existing_type=sa.String(40), existing_nullable=False, type_=sa.Text)
    op.create_index("ix_bans_id_mark", "bans", ["id_mark"], if_not_exists=True)
    with op.batch_alter_table("licences") as licences:
        licences.alter_column("id_number", existing_type=sa.String(40), existing_nullable=False, type_=sa.Text)


def _mark(bind: sa.Connection) -> None:
    bans = sa.table("bans", sa.column("ban_id"), sa.column("id_number"), sa.column("id_mark"))
    keys = keys_of(bind.dialect)
    for ban_id, number in bind.execute(sa.select(bans.c.ban_id, bans.c.id_number)).all():
        bind.execute(sa.update(bans).where(bans.c.ban_id == ban_id).values(id_mark=keys.mark(keys.open(number))))


def downgrade() -> None:
    """Needs the values in the clear: reseal with `plain` first in YIMEN_DATA_KEYS."""
    op.drop_index("ix_cases_reachable", "cases")
    op.drop_column("cases", "contact_erased_at")
    with op.batch_alter_table("licences") as licences:
        licences.alter_column("id_number", existing_type=sa.Text, existing_nullable=False, type_=sa.String(40))
    op.drop_index("ix_bans_id_mark", "bans")
    with op.batch_alter_table("bans") as bans:
        bans.alter_column("id_number", existing_type=sa.Text, existing_nullable=False, type_=sa.String(40))
        bans.drop_column("id_mark")
    op.create_index("ix_bans_id_number", "bans", ["id_number"])
    drop_personal_access()
