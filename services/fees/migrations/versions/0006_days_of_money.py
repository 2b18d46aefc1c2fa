"""The bank's day of each payment and refund stands beside its instant: days are counted and compared by index."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant
from yimen.worktime import local_date

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("notices", sa.Column("paid_on", sa.Date()))
    op.add_column("refunds", sa.Column("refunded_on", sa.Date()))
    op.create_index(op.f("ix_notices_paid_on"), "notices", ["paid_on"])
    op.create_index(op.f("ix_refunds_refunded_on"), "refunds", ["refunded_on"])
    notices = sa.table("notices", sa.column("number"), sa.column("paid_at", Instant()), sa.column("paid_on", sa.Date()))
    connection = op.get_bind()
    for row in connection.execute(
        sa.select(notices.c.number, notices.c.paid_at).where(notices.c.paid_at.is_not(None))
    ).all():
        day = local_date(row.paid_at)
        connection.execute(sa.update(notices).where(notices.c.number == row.number).values(paid_on=day))


def downgrade() -> None:
    op.drop_index(op.f("ix_refunds_refunded_on"), "refunds")
    op.drop_index(op.f("ix_notices_paid_on"), "notices")
    op.drop_column("refunds", "refunded_on")
    op.drop_column("notices", "paid_on")
