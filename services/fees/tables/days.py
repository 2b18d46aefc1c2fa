"""The bank's days: its files, what they and our books differ in, the closing, and the remittance to the treasury (R57)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from services.fees.tables.metadata import CODE, NAME, metadata
from yimen.db import BigId, Instant

# The file itself stands in bank_messages, under its own signature. `version`: ours, counted from 1 a day; `bank_version`
# what the bank wrote in it.
statements = Table(
    "statements",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("account", String(CODE), nullable=False),
    Column("day", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("bank_version", Integer),
    Column("format", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("refusal", Text),
    Column("opening", BigInteger),
    Column("count_in", Integer),
    Column("sum_in", BigInteger),
    Column("count_out", Integer),
    Column("sum_out", BigInteger),
    Column("closing", BigInteger),
    Column("received_at", Instant, nullable=False),
    Column("imported_by", String(NAME)),
    Column("key_serial", String(CODE), nullable=False),
    Column("nonce", String(CODE), nullable=False),
    ForeignKeyConstraint(["key_serial", "nonce"], ["bank_messages.key_serial", "bank_messages.nonce"]),
    UniqueConstraint("account", "day", "sha256"),
    UniqueConstraint("account", "day", "version"),
)

statement_lines = Table(
    "statement_lines",
    metadata,
    Column("statement_id", BigId, ForeignKey("statements.id"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("bank_serial", String(CODE), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("reference", String(CODE), nullable=False),
    Column("incoming", Boolean, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("method", String(20)),
    Column("occurred_at", Instant, nullable=False),
)

# `amount`: by how much the file says more than our books, signed as money that came. `our_serial`: under which we know
# what the file has under another serial.
differences = Table(
    "differences",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("bank_serial", String(CODE), nullable=False, default=""),
    Column("our_serial", String(CODE), index=True),
    Column("statement_id", BigId, ForeignKey("statements.id")),
    Column("amount", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("owner", String(40), nullable=False),
    Column("due_by", Date, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_by", String(NAME)),
    Column("closed_by_name", String(NAME)),
    Column("closed_at", Instant),
    Column("note", Text),
    UniqueConstraint("day", "kind", "bank_serial"),
    Index("ix_differences_state", "state", "day"),
    Index("ix_differences_serial", "bank_serial"),
)

# The three sides of a day, as they stood when it was closed. `balance`: what our books hold of all that the files up to this
# day have.
days = Table(
    "days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("statement_id", BigId, ForeignKey("statements.id")),
    Column("file_count", Integer),
    Column("file_sum", BigInteger),
    Column("paid_count", Integer),
    Column("paid_sum", BigInteger),
    Column("ticket_count", Integer),
    Column("ticket_sum", BigInteger),
    Column("refund_count", Integer),
    Column("refund_sum", BigInteger),
    Column("closing", BigInteger),
    Column("balance", BigInteger),
    Column("carried", Integer),
    Column("closed_by", String(NAME)),
    Column("closed_at", Instant),
)

remittances = Table(
    "remittances",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("day", Date, nullable=False, unique=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Column("state", String(20), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("payout_serial", String(CODE), ForeignKey("bank_payouts.serial"), unique=True),
    Column("remitted_at", Instant),
    CheckConstraint("(state = 'remitted') = (payout_serial IS NOT NULL)", name="by_the_bank_alone"),
)

# What a remittance is made of: each journal that brought the treasury money (above zero) or took it back for a refund
# (below), once.
remittance_parts = Table(
    "remittance_parts",
    metadata,
    Column("journal_id", BigId, ForeignKey("journals.id"), primary_key=True, autoincrement=False),
    Column("remittance_number", String(CODE), ForeignKey("remittances.number"), nullable=False, index=True),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), index=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount <> 0", name="amount"),
)

# What the supervisor counted of a day, as last told (I10).
tallies = Table(
    "tallies",
    metadata,
    Column("day", Date, primary_key=True),
    Column("paid_count", Integer, nullable=False),
    Column("paid_sum", BigInteger, nullable=False),
    Column("refund_count", Integer, nullable=False),
    Column("refund_sum", BigInteger, nullable=False),
    Column("counted_at", Instant, nullable=False),
)
