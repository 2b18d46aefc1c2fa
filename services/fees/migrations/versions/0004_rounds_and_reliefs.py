"""Lists, notices, tickets and exceptions grow: rounds and late fees, reductions and refunds, calculators, two pairs of eyes.

SQLite changes a constraint only by making the table anew: without its triggers, which are made again here.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0004"
down_revision = "0003"


CHECKS: Mapping[str, Mapping[str, str]] = {
    "notices": {
        "amount": "amount >= 0",
        "late_fee": "(kind = 'late_fee') = (late_fee_of IS NOT NULL)",
        "given_back": "reduced >= 0 AND refund_held BETWEEN 0 AND amount",
        "paid_by_the_bank_alone": "(state IN ('paid', 'receipted', 'remitted')) = (bank_serial IS NOT NULL)",
        "nothing_due": "state <> 'nothing_due' OR amount = 0",
    },
    "exceptions": {
        "one_serial": "bank_serial IS NULL OR payout_serial IS NULL",
        "two_pairs_of_eyes": "resolved_by IS NULL OR resolved_by <> proposed_by",
    },
    "tickets": {"void": "(state = 'void') = (voided_at IS NOT NULL)"},
    "list_lines": {"quantity": "quantity > 0", "amount": "amount >= 0"},
}
BEFORE: Mapping[str, Mapping[str, str]] = {
    "notices": {
        "amount": "amount >= 0",
        "paid_by_the_bank_alone": "(state IN ('paid', 'receipted')) = (bank_serial IS NOT NULL)",
        "nothing_due": "state <> 'nothing_due' OR amount = 0",
    },
    "exceptions": {"amount": "amount >= 0"},
    "tickets": {},
    "list_lines": {"quantity": "quantity > 0", "amount": "amount = price * quantity"},
}
KEPT = ("notices", "exceptions", "tickets")


def _added() -> Mapping[str, tuple[sa.Column[object], ...]]:
    return {
        "notices": (
            sa.Column("round", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("kind", sa.String(20), nullable=False, server_default="fees"),
            sa.Column("replaces", sa.String(80)),
            sa.Column("late_fee_of", sa.String(80)),
            sa.Column("reduced", sa.BigInteger(), nullable=False, server_default="0"),
            sa.Column("refund_held", sa.BigInteger(), nullable=False, server_default="0"),
            sa.Column("order_revision", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("remitted_at", Instant()),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ),
        "exceptions": (
            sa.Column("payout_serial", sa.String(80)),
            sa.Column("reference", sa.String(80)),
            sa.Column("detail", sa.Text()),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("overdue_at", Instant()),
            sa.Column("resolution", sa.String(20)),
            sa.Column("target", sa.String(80)),
            sa.Column("note", sa.Text()),
            sa.Column("proposed_by", sa.String(400)),
            sa.Column("proposed_by_name", sa.String(400)),
            sa.Column("proposed_at", Instant()),
            sa.Column("resolved_by", sa.String(400)),
            sa.Column("resolved_by_name", sa.String(400)),
            sa.Column("resolved_at", Instant()),
        ),
        "tickets": (
            sa.Column("void_reason", sa.Text()),
            sa.Column("voided_by", sa.String(400)),
            sa.Column("voided_at", Instant()),
        ),
        "list_lines": (
            sa.Column("calculator", sa.String(20)),
            sa.Column("rate", sa.Integer()),
            sa.Column("base", sa.BigInteger()),
            sa.Column("area", sa.BigInteger()),
            sa.Column("grade", sa.String(80)),
            sa.Column("half_rate", sa.Boolean(), nullable=False, server_default=sa.false()),
        ),
        "standards": (
            sa.Column("calculator", sa.String(20), nullable=False, server_default="piece"),
            sa.Column("rate", sa.Integer()),
            sa.Column("grades", Json),
            sa.Column("half_rate_basis", sa.Text()),
            sa.Column("late_fee_basis", sa.Text()),
            sa.Column("valid_from", sa.Date()),
            sa.Column("valid_to", sa.Date()),
        ),
        "lists": (sa.Column("refunded", sa.BigInteger(), nullable=False, server_default="0"),),
        "ticket_blocks": (
            sa.Column("issued_by", sa.String(400)),
            sa.Column("issued_at", Instant()),
            sa.Column("written_off_by", sa.String(400)),
            sa.Column("written_off_at", Instant()),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ),
    }


def _on_postgresql() -> bool:
    return bool(op.get_context().dialect.name == "postgresql")


def _altering(table: str) -> "AbstractContextManager[op.BatchOperations]":
    return op.batch_alter_table(table, recreate="auto" if _on_postgresql() else "always")


def _exchange_checks(batch: "op.BatchOperations", table: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for name in old.keys() - new.keys() | {name for name in old.keys() & new.keys() if old[name] != new[name]}:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
    for name in new.keys() - old.keys() | {name for name in old.keys() & new.keys() if old[name] != new[name]}:
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), sa.text(new[name]))


def _keep(table: str) -> None:
    if not _on_postgresql():
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'DELETE of {table} is refused: what is in the books stays'); END"
        )


def _make_payouts() -> None:
    op.create_table(
        "bank_payouts",
        sa.Column("serial", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("key_serial", sa.String(80), nullable=False),
        sa.Column("nonce", sa.String(80), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bank_payouts_amount")),
        sa.ForeignKeyConstraint(
            ["key_serial", "nonce"],
            ["bank_messages.key_serial", "bank_messages.nonce"],
            name=op.f("fk_bank_payouts_key_serial_nonce"),
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_bank_payouts")),
    )
    op.create_index(op.f("ix_bank_payouts_number"), "bank_payouts", ["number"])


def upgrade() -> None:
    _make_payouts()
    for table in _added().keys() - CHECKS.keys():
        for column in _added()[table]:
            op.add_column(table, column)
    for table in CHECKS:
        with _altering(table) as batch:
            for column in _added()[table]:
                batch.add_column(column)
            _exchange_checks(batch, table, BEFORE[table], CHECKS[table])
            _keys(batch, table)
    _indexes()
    op.execute("UPDATE counters SET name = 'JK-' || substr(name, 8) WHERE name LIKE 'notice-%'")
    for table in KEPT:
        _keep(table)


def _keys(batch: "op.BatchOperations", table: str) -> None:
    if table == "notices":
        batch.drop_constraint(op.f("uq_notices_case_number"), type_="unique")
        batch.create_unique_constraint(op.f("uq_notices_case_number_round_kind"), ["case_number", "round", "kind"])
        for column in ("replaces", "late_fee_of"):
            batch.create_unique_constraint(op.f(f"uq_notices_{column}"), [column])
            batch.create_foreign_key(op.f(f"fk_notices_{column}"), "notices", [column], ["number"])
    if table == "exceptions":
        batch.alter_column("bank_serial", existing_type=sa.String(80), nullable=True)
        batch.create_unique_constraint(op.f("uq_exceptions_payout_serial_reason"), ["payout_serial", "reason"])
        batch.create_foreign_key(op.f("fk_exceptions_payout_serial"), "bank_payouts", ["payout_serial"], ["serial"])
    if table == "tickets":
        batch.drop_constraint(op.f("uq_tickets_notice_number"), type_="unique")


def _indexes() -> None:
    op.create_index(op.f("ix_notices_case_number"), "notices", ["case_number"])
    op.create_index(op.f("ix_exceptions_notice_number"), "exceptions", ["notice_number"])
    op.create_index(op.f("ix_tickets_notice_number"), "tickets", ["notice_number"])
    for name, table, columns, where in (
        ("ix_notices_one_open", "notices", ["case_number", "kind"], sa.text("state IN ('issued', 'overdue')")),
        ("ix_tickets_one_good", "tickets", ["notice_number"], sa.text("state = 'issued'")),
    ):
        op.create_index(name, table, columns, unique=True, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    """Only where no case has two notices and no exception lacks its payment; otherwise the keys refuse."""
    for name, table in (
        *(("ix_notices_one_open", "notices"), ("ix_notices_case_number", "notices")),
        *(("ix_tickets_one_good", "tickets"), ("ix_tickets_notice_number", "tickets")),
        ("ix_exceptions_notice_number", "exceptions"),
    ):
        op.drop_index(name, table)
    for table in CHECKS:
        with _altering(table) as batch:
            _exchange_checks(batch, table, CHECKS[table], BEFORE[table])
            _old_keys(batch, table)
            for column in _added()[table]:
                batch.drop_column(column.name)
    for table in _added().keys() - CHECKS.keys():
        for column in _added()[table]:
            op.drop_column(table, column.name)
    op.execute("UPDATE counters SET name = 'notice-' || substr(name, 4) WHERE name LIKE 'JK-%'")
    op.drop_table("bank_payouts")
    for table in KEPT:
        _keep(table)


def _old_keys(batch: "op.BatchOperations", table: str) -> None:
    if table == "notices":
        batch.drop_constraint(op.f("uq_notices_case_number_round_kind"), type_="unique")
        batch.create_unique_constraint(op.f("uq_notices_case_number"), ["case_number"])
        for column in ("replaces", "late_fee_of"):
            batch.drop_constraint(op.f(f"fk_notices_{column}"), type_="foreignkey")
            batch.drop_constraint(op.f(f"uq_notices_{column}"), type_="unique")
    if table == "exceptions":
        batch.drop_constraint(op.f("fk_exceptions_payout_serial"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_exceptions_payout_serial_reason"), type_="unique")
        batch.alter_column("bank_serial", existing_type=sa.String(80), nullable=False)
    if table == "tickets":
        batch.create_unique_constraint(op.f("uq_tickets_notice_number"), ["notice_number"])
