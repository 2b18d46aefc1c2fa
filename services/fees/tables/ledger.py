"""The tables of money: accounts, journals and their postings, what the bank said, and what waits in suspense.

A posting is wide: it names the account it debits, the account it credits and one amount, so that every journal balances by
its shape. Keys alone make a journal whole: it states how many legs it has, its last leg must stand when the transaction
commits, each leg needs the one before it, and none fits beyond the last. Triggers refuse to change or delete any of it.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from services.fees.tables.metadata import CODE, NAME, metadata
from yimen.db import BigId, Instant

accounts = Table(
    "accounts",
    metadata,
    Column("code", String(100), primary_key=True),
    Column("name", String(400), nullable=False),
    Column("department", String(CODE)),
    # R60: all that an executing unit has is a claim for statistics; nothing of its own could hold money.
    CheckConstraint("department IS NULL OR code = '1122.' || department", name="claims_only"),
)

journals = Table(
    "journals",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("source_ref", String(CODE), nullable=False),
    Column("legs", Integer, nullable=False),
    CheckConstraint("legs > 0", name="legs"),
    Column("notice_number", String(CODE), index=True),
    Column("reverses", BigId, ForeignKey("journals.id"), unique=True),
    Column("posted_at", Instant, nullable=False),
    UniqueConstraint("kind", "source_ref"),
    UniqueConstraint("id", "legs"),
    ForeignKeyConstraint(
        ["id", "legs"],
        ["postings.journal_id", "postings.line"],
        name="fk_journals_last_leg",
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
    ),
)

postings = Table(
    "postings",
    metadata,
    Column("journal_id", BigId, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("previous", Integer),
    Column("legs", Integer, nullable=False),
    Column("debit", String(100), ForeignKey("accounts.code"), nullable=False, index=True),
    Column("credit", String(100), ForeignKey("accounts.code"), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    ForeignKeyConstraint(["journal_id", "legs"], ["journals.id", "journals.legs"]),
    ForeignKeyConstraint(["journal_id", "previous"], ["postings.journal_id", "postings.line"]),
    CheckConstraint(
        "line <= legs AND (line = 1 AND previous IS NULL OR line > 1 AND previous IS NOT NULL AND previous = line - 1)",
        name="line",
    ),
    CheckConstraint("debit <> credit", name="two_accounts"),
    # R60: a claim is credited only where the fiscal side takes the money, or takes back its demand.
    CheckConstraint("credit NOT LIKE '1122.%' OR debit IN ('1002', '2203', '2241')", name="no_money_to_a_unit"),
)

# Every authenticated message, as it came; its nonce is good once.
bank_messages = Table(
    "bank_messages",
    metadata,
    Column("key_serial", String(CODE), primary_key=True),
    Column("nonce", String(CODE), primary_key=True),
    Column("sent_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("signature", String(1024), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Every transaction of the bank's, once.
bank_payments = Table(
    "bank_payments",
    metadata,
    Column("serial", String(CODE), primary_key=True),
    Column("payment_code", String(CODE), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("method", String(20), nullable=False),
    Column("paid_at", Instant, nullable=False, index=True),
    Column("received_at", Instant, nullable=False),
    Column("key_serial", String(CODE), nullable=False),
    Column("nonce", String(CODE), nullable=False),
    ForeignKeyConstraint(["key_serial", "nonce"], ["bank_messages.key_serial", "bank_messages.nonce"]),
)

# Every transaction of the bank's by which money left the account, once.
bank_payouts = Table(
    "bank_payouts",
    metadata,
    Column("serial", String(CODE), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("number", String(CODE), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Column("paid_at", Instant, nullable=False, index=True),
    Column("received_at", Instant, nullable=False),
    Column("key_serial", String(CODE), nullable=False),
    Column("nonce", String(CODE), nullable=False),
    ForeignKeyConstraint(["key_serial", "nonce"], ["bank_messages.key_serial", "bank_messages.nonce"]),
)

# `amount` is what stands in suspense for it: negative where money went out without our order, nought where none moved.
exceptions = Table(
    "exceptions",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("reason", String(20), nullable=False),
    Column("bank_serial", String(CODE), ForeignKey("bank_payments.serial")),
    Column("payout_serial", String(CODE), ForeignKey("bank_payouts.serial")),
    CheckConstraint("bank_serial IS NULL OR payout_serial IS NULL", name="one_serial"),
    Column("reference", String(CODE)),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), index=True),
    Column("amount", BigInteger, nullable=False),
    Column("detail", Text),
    Column("owner", String(40), nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("opened_at", Instant, nullable=False),
    Column("overdue_at", Instant),
    Column("resolution", String(20)),
    Column("target", String(CODE)),
    Column("note", Text),
    Column("proposed_by", String(NAME)),
    Column("proposed_by_name", String(NAME)),
    Column("proposed_at", Instant),
    Column("resolved_by", String(NAME)),
    Column("resolved_by_name", String(NAME)),
    Column("resolved_at", Instant),
    CheckConstraint("resolved_by IS NULL OR resolved_by <> proposed_by", name="two_pairs_of_eyes"),
    UniqueConstraint("bank_serial", "reason"),
    UniqueConstraint("payout_serial", "reason"),
    Index("ix_exceptions_state", "state", "answer_by"),
)

# A proposal that was not approved: by whom it was sent back, and why; by nobody where events overtook it.
returned_proposals = Table(
    "returned_proposals",
    metadata,
    Column("exception_id", ForeignKey("exceptions.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("resolution", String(20), nullable=False),
    Column("target", String(CODE)),
    Column("note", Text, nullable=False),
    Column("proposed_by", String(NAME), nullable=False),
    Column("proposed_by_name", String(NAME), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("returned_by", String(NAME)),
    Column("returned_by_name", String(NAME)),
    Column("returned_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("returned_by IS NULL OR returned_by <> proposed_by", name="two_pairs_of_eyes"),
)
