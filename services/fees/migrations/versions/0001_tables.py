"""Items, cases, lists, notices, tickets, and the tables of money."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json
from yimen.schema_steps import create_v1, drop_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_v1()
    op.create_table(
        "accounts",
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.CheckConstraint("department IS NULL OR code = '1122.' || department", name=op.f("ck_accounts_claims_only")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_accounts")),
    )
    op.create_table(
        "bank_messages",
        sa.Column("key_serial", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("signature", sa.String(length=1024), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key_serial", "nonce", name=op.f("pk_bank_messages")),
    )
    op.create_table(
        "cases",
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("item_code", sa.String(length=80), nullable=True),
        sa.Column("item_version", sa.Integer(), nullable=True),
        sa.Column("fee_lists", Json, nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("ended_as", sa.String(length=40), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_item", "cases", ["item_code", "item_version"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", BigId, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "items",
        sa.Column("item_code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("item_code", "version", name=op.f("pk_items")),
    )
    op.create_table(
        "journals",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source_ref", sa.String(length=80), nullable=False),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=True),
        sa.Column("reverses", BigId, nullable=True),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.CheckConstraint("legs > 0", name=op.f("ck_journals_legs")),
        sa.ForeignKeyConstraint(
            ["id", "legs"],
            ["postings.journal_id", "postings.line"],
            name="fk_journals_last_leg",
            initially="DEFERRED",
            deferrable=True,
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["reverses"], ["journals.id"], name=op.f("fk_journals_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journals")),
        sa.UniqueConstraint("id", "legs", name=op.f("uq_journals_id_legs")),
        sa.UniqueConstraint("kind", "source_ref", name=op.f("uq_journals_kind_source_ref")),
        sa.UniqueConstraint("reverses", name=op.f("uq_journals_reverses")),
    )
    op.create_index(op.f("ix_journals_notice_number"), "journals", ["notice_number"], unique=False)
    op.create_table(
        "ticket_blocks",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("ticket_code", sa.String(length=20), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("next BETWEEN first AND last + 1", name=op.f("ck_ticket_blocks_next")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_blocks")),
        sa.UniqueConstraint("ticket_code", "first", name=op.f("uq_ticket_blocks_ticket_code_first")),
    )
    op.create_table(
        "bank_payments",
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("payment_code", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("paid_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("key_serial", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_serial", "nonce"],
            ["bank_messages.key_serial", "bank_messages.nonce"],
            name=op.f("fk_bank_payments_key_serial_nonce"),
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_bank_payments")),
    )
    op.create_index(op.f("ix_bank_payments_payment_code"), "bank_payments", ["payment_code"], unique=False)
    op.create_table(
        "postings",
        sa.Column("journal_id", BigId, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("debit", sa.String(length=100), nullable=False),
        sa.Column("credit", sa.String(length=100), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "credit NOT LIKE '1122.%' OR debit IN ('1002', '2203', '2241')", name=op.f("ck_postings_no_money_to_a_unit")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_postings_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_postings_two_accounts")),
        sa.CheckConstraint(
            "line <= legs AND (line = 1 AND previous IS NULL OR line > 1 AND previous IS NOT NULL AND previous = line - 1)",
            name=op.f("ck_postings_line"),
        ),
        sa.ForeignKeyConstraint(["credit"], ["accounts.code"], name=op.f("fk_postings_credit")),
        sa.ForeignKeyConstraint(["debit"], ["accounts.code"], name=op.f("fk_postings_debit")),
        sa.ForeignKeyConstraint(
            ["journal_id", "legs"], ["journals.id", "journals.legs"], name=op.f("fk_postings_journal_id_legs")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id", "previous"],
            ["postings.journal_id", "postings.line"],
            name=op.f("fk_postings_journal_id_previous"),
        ),
        sa.PrimaryKeyConstraint("journal_id", "line", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_credit"), "postings", ["credit"], unique=False)
    op.create_index(op.f("ix_postings_debit"), "postings", ["debit"], unique=False)
    op.create_table(
        "standards",
        sa.Column("item_code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("unit", sa.String(length=400), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_standards_price")),
        sa.ForeignKeyConstraint(
            ["item_code", "version"], ["items.item_code", "items.version"], name=op.f("fk_standards_item_code_version")
        ),
        sa.PrimaryKeyConstraint("item_code", "version", "code", name=op.f("pk_standards")),
    )
    op.create_table(
        "notices",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("payment_code", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=False),
        sa.Column("overdue_at", Instant(), nullable=True),
        sa.Column("bank_serial", sa.String(length=80), nullable=True),
        sa.Column("paid_at", Instant(), nullable=True),
        sa.Column("receipted_at", Instant(), nullable=True),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("ordered_at", Instant(), nullable=True),
        sa.Column("order_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('paid', 'receipted')) = (bank_serial IS NOT NULL)",
            name=op.f("ck_notices_paid_by_the_bank_alone"),
        ),
        sa.CheckConstraint("state <> 'nothing_due' OR amount = 0", name=op.f("ck_notices_nothing_due")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_notices_amount")),
        sa.ForeignKeyConstraint(["bank_serial"], ["bank_payments.serial"], name=op.f("fk_notices_bank_serial")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.case_number"], name=op.f("fk_notices_case_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notices")),
        sa.UniqueConstraint("bank_serial", name=op.f("uq_notices_bank_serial")),
        sa.UniqueConstraint("case_number", name=op.f("uq_notices_case_number")),
        sa.UniqueConstraint("payment_code", name=op.f("uq_notices_payment_code")),
    )
    op.create_table(
        "exceptions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("bank_serial", sa.String(length=80), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_exceptions_amount")),
        sa.ForeignKeyConstraint(["bank_serial"], ["bank_payments.serial"], name=op.f("fk_exceptions_bank_serial")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_exceptions_notice_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exceptions")),
        sa.UniqueConstraint("bank_serial", "reason", name=op.f("uq_exceptions_bank_serial_reason")),
    )
    op.create_index("ix_exceptions_state", "exceptions", ["state", "answer_by"], unique=False)
    op.create_table(
        "lists",
        sa.Column("list_id", sa.String(length=80), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("review_id", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.String(length=80), nullable=True),
        sa.Column("rejection", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("opened_by", sa.String(length=400), nullable=False),
        sa.Column("opened_by_name", sa.String(length=400), nullable=False),
        sa.Column("listed_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=400), nullable=True),
        sa.Column("decided_by_name", sa.String(length=400), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("notice_number", sa.String(length=80), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'settled') OR decided_by IS NOT NULL AND decided_by <> opened_by",
            name=op.f("ck_lists_two_pairs_of_eyes"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_lists_amount")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.case_number"], name=op.f("fk_lists_case_number")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_lists_notice_number")),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_lists")),
    )
    op.create_index(op.f("ix_lists_case_number"), "lists", ["case_number"], unique=False)
    op.create_index(op.f("ix_lists_notice_number"), "lists", ["notice_number"], unique=False)
    op.create_index("ix_lists_state", "lists", ["state", "listed_at", "list_id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("ticket_code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_id", BigId, nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["ticket_blocks.id"], name=op.f("fk_tickets_block_id")),
        sa.ForeignKeyConstraint(["notice_number"], ["notices.number"], name=op.f("fk_tickets_notice_number")),
        sa.PrimaryKeyConstraint("ticket_code", "number", name=op.f("pk_tickets")),
        sa.UniqueConstraint("notice_number", name=op.f("uq_tickets_notice_number")),
    )
    op.create_table(
        "list_lines",
        sa.Column("list_id", sa.String(length=80), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=True),
        sa.Column("unit", sa.String(length=400), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("standard_version", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount = price * quantity", name=op.f("ck_list_lines_amount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_list_lines_quantity")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.list_id"], name=op.f("fk_list_lines_list_id")),
        sa.PrimaryKeyConstraint("list_id", "line", name=op.f("pk_list_lines")),
    )
    if op.get_context().dialect.name == "postgresql":  # on SQLite it stands in CREATE TABLE
        op.create_foreign_key(
            "fk_journals_last_leg",
            "journals",
            "postings",
            ["id", "legs"],
            ["journal_id", "line"],
            deferrable=True,
            initially="DEFERRED",
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("fk_journals_last_leg", "journals", type_="foreignkey")
    op.drop_table("list_lines")
    op.drop_table("tickets")
    op.drop_table("lists")
    op.drop_table("exceptions")
    op.drop_table("notices")
    op.drop_table("standards")
    op.drop_table("postings")
    op.drop_table("bank_payments")
    op.drop_table("ticket_blocks")
    op.drop_table("journals")
    op.drop_table("items")
    op.drop_table("counters")
    op.drop_table("cases")
    op.drop_table("bank_messages")
    op.drop_table("accounts")
    drop_v1()
