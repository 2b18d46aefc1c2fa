"""What a remittance is made of, the bank's own version of a file, our side of a day's balance, and indexes by day."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "remittance_parts",
        sa.Column("journal_id", BigId, autoincrement=False, nullable=False),
        sa.Column("remittance_number", sa.String(length=80), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_remittance_parts_amount")),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_remittance_parts_journal_id")),
        sa.ForeignKeyConstraint(
            ["remittance_number"], ["remittances.number"], name=op.f("fk_remittance_parts_remittance_number")
        ),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_remittance_parts_notice_number")),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_remittance_parts")),
    )
    for column in ("remittance_number", "notice_number"):
        op.create_index(op.f(f"ix_remittance_parts_{column}"), "remittance_parts", [column])
    op.add_column("statements", sa.Column("bank_version", sa.Integer(), nullable=True))
    op.add_column("days", sa.Column("balance", sa.BigInteger(), nullable=True))
    op.add_column("differences", sa.Column("our_serial", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_differences_our_serial"), "differences", ["our_serial"])
    for table in ("bank_payments", "bank_payouts"):
        op.create_index(op.f(f"ix_{table}_paid_at"), table, ["paid_at"])
    _keep("remittance_parts")


def _keep(table: str) -> None:
    """Neither changed nor deleted, as in 0002."""
    if op.get_context().dialect.name == "postgresql":
        for name, when in (("stay", "BEFORE UPDATE OR DELETE"), ("are_not_emptied", "BEFORE TRUNCATE")):
            each = "STATEMENT" if "TRUNCATE" in when else "ROW"
            op.execute(
                f"CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()"
            )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{verb} of {table} is refused: what is in the books stays'); END"
        )


def downgrade() -> None:
    for table in ("bank_payments", "bank_payouts"):
        op.drop_index(op.f(f"ix_{table}_paid_at"), table)
    op.drop_index(op.f("ix_differences_our_serial"), "differences")
    op.drop_column("differences", "our_serial")
    op.drop_column("days", "balance")
    op.drop_column("statements", "bank_version")
    op.drop_table("remittance_parts")
