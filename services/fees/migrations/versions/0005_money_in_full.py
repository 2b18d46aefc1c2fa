"""Shares of notices, claims beside paying, money that goes out, and the bank's days; who may change none of it."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0005"
down_revision = "0004"

UNCHANGEABLE = ("bank_payouts", "statement_lines")
UNDELETABLE = (
    *("shares", "disputes", "reliefs", "refunds", "refund_shares", "violations"),
    *("statements", "differences", "days", "remittances"),
)


def _shares() -> None:
    op.create_table(
        "calendar_plans",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("days_off", Json, nullable=False),
        sa.Column(
            "worked_weekends",
            Json,
            nullable=False,
        ),
        sa.Column("revised_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_plans")),
    )
    op.create_table(
        "shares",
        sa.Column("notice_number", sa.String(length=80), nullable=False),
        sa.Column("list_id", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reduced", sa.BigInteger(), nullable=False),
        sa.Column("refund_held", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount >= 0 AND reduced >= 0 AND refund_held BETWEEN 0 AND amount", name=op.f("ck_shares_amounts")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.list_id"], name=op.f("fk_shares_list_id")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_shares_notice_number")),
        sa.PrimaryKeyConstraint("notice_number", "list_id", name=op.f("pk_shares")),
    )
    op.create_index(op.f("ix_shares_list_id"), "shares", ["list_id"], unique=False)


def _claims() -> None:
    op.create_table(
        "disputes",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("filed_by", sa.String(length=400), nullable=True),
        sa.Column("filed_by_name", sa.String(length=400), nullable=True),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("lists", Json, nullable=True),
        sa.Column("answered_by", sa.String(length=400), nullable=True),
        sa.Column("answered_by_name", sa.String(length=400), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "answered_by IS NULL OR filed_by IS NULL OR answered_by <> filed_by", name=op.f("ck_disputes_apart")
        ),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_disputes_notice_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_disputes")),
        sa.UniqueConstraint("notice_number", name=op.f("uq_disputes_notice_number")),
    )
    op.create_index("ix_disputes_state", "disputes", ["state", "answer_by"], unique=False)
    op.create_table(
        "reliefs",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=False),
        sa.Column("list_id", sa.String(length=80), nullable=True),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(length=400), nullable=True),
        sa.Column("requested_by_name", sa.String(length=400), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=400), nullable=True),
        sa.Column("reviewed_by_name", sa.String(length=400), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("approved_by", sa.String(length=400), nullable=True),
        sa.Column("approved_by_name", sa.String(length=400), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("granted_by", sa.String(length=400), nullable=True),
        sa.Column("granted_by_name", sa.String(length=400), nullable=True),
        sa.Column("granted_at", Instant(), nullable=True),
        sa.Column("refused_by", sa.String(length=400), nullable=True),
        sa.Column("refused_by_name", sa.String(length=400), nullable=True),
        sa.Column("refused_at", Instant(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind = 'reduction' AND share BETWEEN 1 AND 10000 AND until IS NULL"
            " OR kind = 'deferral' AND share IS NULL AND until IS NOT NULL",
            name=op.f("ck_reliefs_kind"),
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL OR requested_by IS NULL OR reviewed_by <> requested_by)"
            " AND (approved_by IS NULL OR approved_by <> reviewed_by"
            " AND (requested_by IS NULL OR approved_by <> requested_by))"
            " AND (granted_by IS NULL OR granted_by <> approved_by AND granted_by <> reviewed_by)",
            name=op.f("ck_reliefs_apart"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_reliefs_amount")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.list_id"], name=op.f("fk_reliefs_list_id")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_reliefs_notice_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reliefs")),
    )
    op.create_index(op.f("ix_reliefs_notice_number"), "reliefs", ["notice_number"], unique=False)
    op.create_index("ix_reliefs_state", "reliefs", ["state", "number"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=True),
        sa.Column("exception_id", BigId, nullable=True),
        sa.Column("bank_serial", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(length=400), nullable=True),
        sa.Column("requested_by_name", sa.String(length=400), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("verified_by", sa.String(length=400), nullable=True),
        sa.Column("verified_by_name", sa.String(length=400), nullable=True),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("approved_by", sa.String(length=400), nullable=True),
        sa.Column("approved_by_name", sa.String(length=400), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("refused_by", sa.String(length=400), nullable=True),
        sa.Column("refused_by_name", sa.String(length=400), nullable=True),
        sa.Column("refused_at", Instant(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("late_since", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("payout_serial", sa.String(length=80), nullable=True),
        sa.Column("refunded_at", Instant(), nullable=True),
        sa.Column("failed_at", Instant(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'refunded') = (payout_serial IS NOT NULL)", name=op.f("ck_refunds_given_back_by_the_bank_alone")
        ),
        sa.CheckConstraint(
            "(verified_by IS NULL OR requested_by IS NULL OR verified_by <> requested_by)"
            " AND (approved_by IS NULL OR verified_by IS NULL OR approved_by <> verified_by)"
            " AND (approved_by IS NULL OR requested_by IS NULL OR approved_by <> requested_by)",
            name=op.f("ck_refunds_apart"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint("notice_number IS NOT NULL OR exception_id IS NOT NULL", name=op.f("ck_refunds_of_what")),
        sa.ForeignKeyConstraint(["bank_serial"], ["bank_payments.serial"], name=op.f("fk_refunds_bank_serial")),
        sa.ForeignKeyConstraint(["exception_id"], ["exceptions.id"], name=op.f("fk_refunds_exception_id")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_refunds_notice_number")),
        sa.ForeignKeyConstraint(["payout_serial"], ["bank_payouts.serial"], name=op.f("fk_refunds_payout_serial")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_refunds")),
        sa.UniqueConstraint("exception_id", name=op.f("uq_refunds_exception_id")),
        sa.UniqueConstraint("payout_serial", name=op.f("uq_refunds_payout_serial")),
    )
    op.create_index(op.f("ix_refunds_bank_serial"), "refunds", ["bank_serial"], unique=False)
    op.create_index(op.f("ix_refunds_notice_number"), "refunds", ["notice_number"], unique=False)
    op.create_index("ix_refunds_state", "refunds", ["state", "number"], unique=False)
    op.create_table(
        "refund_shares",
        sa.Column("refund_number", sa.String(length=80), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=False),
        sa.Column("list_id", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("lines", Json, nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_shares_amount")),
        sa.ForeignKeyConstraint(
            ["notice_number", "list_id"],
            ["shares.notice_number", "shares.list_id"],
            name=op.f("fk_refund_shares_notice_number_list_id"),
        ),
        sa.ForeignKeyConstraint(["refund_number"], ["refunds.number"], name=op.f("fk_refund_shares_refund_number")),
        sa.PrimaryKeyConstraint("refund_number", "notice_number", "list_id", name=op.f("pk_refund_shares")),
    )
    op.create_table(
        "violations",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("list_id", sa.String(length=80), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=True),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("refund_number", sa.String(length=80), nullable=True),
        sa.Column("found_by", sa.String(length=400), nullable=True),
        sa.Column("found_by_name", sa.String(length=400), nullable=True),
        sa.Column("found_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.list_id"], name=op.f("fk_violations_list_id")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_violations_notice_number")),
        sa.ForeignKeyConstraint(["refund_number"], ["refunds.number"], name=op.f("fk_violations_refund_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_violations")),
    )
    op.create_index(op.f("ix_violations_list_id"), "violations", ["list_id"], unique=False)


def _days() -> None:
    op.create_table(
        "statements",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("opening", sa.BigInteger(), nullable=True),
        sa.Column("count_in", sa.Integer(), nullable=True),
        sa.Column("sum_in", sa.BigInteger(), nullable=True),
        sa.Column("count_out", sa.Integer(), nullable=True),
        sa.Column("sum_out", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.BigInteger(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("imported_by", sa.String(length=400), nullable=True),
        sa.Column("key_serial", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_serial", "nonce"],
            ["bank_messages.key_serial", "bank_messages.nonce"],
            name=op.f("fk_statements_key_serial_nonce"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("account", "day", "sha256", name=op.f("uq_statements_account_day_sha256")),
        sa.UniqueConstraint("account", "day", "version", name=op.f("uq_statements_account_day_version")),
    )
    op.create_table(
        "statement_lines",
        sa.Column("statement_id", BigId, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bank_serial", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=True),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_statement_lines_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "line", name=op.f("pk_statement_lines")),
    )
    op.create_index(op.f("ix_statement_lines_bank_serial"), "statement_lines", ["bank_serial"], unique=False)
    op.create_table(
        "differences",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("bank_serial", sa.String(length=80), nullable=False),
        sa.Column("statement_id", BigId, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("due_by", sa.Date(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_by", sa.String(length=400), nullable=True),
        sa.Column("closed_by_name", sa.String(length=400), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_differences_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_differences")),
        sa.UniqueConstraint("day", "kind", "bank_serial", name=op.f("uq_differences_day_kind_bank_serial")),
    )
    op.create_index("ix_differences_serial", "differences", ["bank_serial"], unique=False)
    op.create_index("ix_differences_state", "differences", ["state", "day"], unique=False)
    op.create_table(
        "days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("statement_id", BigId, nullable=True),
        sa.Column("file_count", sa.Integer(), nullable=True),
        sa.Column("file_sum", sa.BigInteger(), nullable=True),
        sa.Column("paid_count", sa.Integer(), nullable=True),
        sa.Column("paid_sum", sa.BigInteger(), nullable=True),
        sa.Column("ticket_count", sa.Integer(), nullable=True),
        sa.Column("ticket_sum", sa.BigInteger(), nullable=True),
        sa.Column("refund_count", sa.Integer(), nullable=True),
        sa.Column("refund_sum", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.BigInteger(), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=True),
        sa.Column("closed_by", sa.String(length=400), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_days_statement_id")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_days")),
    )
    op.create_table(
        "remittances",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ordered_at", Instant(), nullable=False),
        sa.Column("payout_serial", sa.String(length=80), nullable=True),
        sa.Column("remitted_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'remitted') = (payout_serial IS NOT NULL)", name=op.f("ck_remittances_by_the_bank_alone")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_remittances_amount")),
        sa.ForeignKeyConstraint(["payout_serial"], ["bank_payouts.serial"], name=op.f("fk_remittances_payout_serial")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_remittances")),
        sa.UniqueConstraint("day", name=op.f("uq_remittances_day")),
        sa.UniqueConstraint("payout_serial", name=op.f("uq_remittances_payout_serial")),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("paid_count", sa.Integer(), nullable=False),
        sa.Column("paid_sum", sa.BigInteger(), nullable=False),
        sa.Column("refund_count", sa.Integer(), nullable=False),
        sa.Column("refund_sum", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_tallies")),
    )


def upgrade() -> None:
    _shares()
    _claims()
    _days()
    op.execute(
        """INSERT INTO shares (notice_number, list_id, department, amount, reduced, refund_held)
        SELECT notice_number, list_id, department, amount, 0, 0 FROM lists WHERE notice_number IS NOT NULL"""
    )
    for table in UNCHANGEABLE + UNDELETABLE:
        keep(table, "UPDATE" if table in UNCHANGEABLE else "")


def keep(table: str, also: str = "") -> None:
    """What stands in the books stays: as in 0002."""
    if op.get_context().dialect.name == "postgresql":
        verbs = f"{also} OR DELETE" if also else "DELETE"
        for name, when in (("stay", f"BEFORE {verbs}"), ("are_not_emptied", "BEFORE TRUNCATE")):
            each = "STATEMENT" if "TRUNCATE" in when else "ROW"
            op.execute(
                f"CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()"
            )
        return
    for verb in filter(None, ("DELETE", also)):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{verb} of {table} is refused: what is in the books stays'); END"
        )


def downgrade() -> None:
    for table in (
        *("tallies", "remittances", "days", "differences", "statement_lines", "statements"),
        *("violations", "refund_shares", "refunds", "reliefs", "disputes", "shares", "calendar_plans"),
    ):
        op.drop_table(table)
