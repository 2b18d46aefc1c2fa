"""Payment notices, and each list's share of them.

Guarantees, in the database itself: one open notice of fees a case (R47); nothing is paid without a row of the bank's (R52);
a bank serial settles one notice; no more is given back than was paid (I6).
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.fees.tables.metadata import CODE, metadata
from yimen.db import Instant

# `round` counts the notices of a kind in a case; `case_round` is the case's own: 2 after a return that was not upheld.
notices = Table(
    "notices",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("case_number", String(CODE), ForeignKey("cases.case_number"), nullable=False, index=True),
    Column("round", Integer, nullable=False, default=1),
    Column("case_round", Integer, nullable=False, default=1),
    Column("kind", String(20), nullable=False, default="fees"),
    Column("replaces", String(CODE), ForeignKey("notices.number"), unique=True),
    Column("late_fee_of", String(CODE), ForeignKey("notices.number"), unique=True),
    CheckConstraint("(kind = 'late_fee') = (late_fee_of IS NOT NULL)", name="late_fee"),
    Column("payment_code", String(20), nullable=False, unique=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount >= 0", name="amount"),
    Column("reduced", BigInteger, nullable=False, default=0),
    Column("refund_held", BigInteger, nullable=False, default=0),
    CheckConstraint("reduced >= 0 AND refund_held BETWEEN 0 AND amount", name="given_back"),
    Column("state", String(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("pay_by", Date, nullable=False),
    Column("overdue_at", Instant),
    Column("bank_serial", String(CODE), ForeignKey("bank_payments.serial"), unique=True),
    Column("paid_at", Instant),
    Column("paid_on", Date, index=True),  # in Shanghai
    Column("receipted_at", Instant),
    Column("cleared_at", Instant),
    Column("voided_at", Instant),
    Column("ordered_at", Instant),
    Column("order_revision", Integer, nullable=False, default=1),
    Column("order_error", Text),
    Column("remitted_at", Instant),
    Column("version", Integer, nullable=False, default=1),
    CheckConstraint(
        "(state IN ('paid', 'receipted', 'remitted')) = (bank_serial IS NOT NULL)", name="paid_by_the_bank_alone"
    ),
    CheckConstraint("state <> 'nothing_due' OR amount = 0", name="nothing_due"),
    UniqueConstraint("case_number", "round", "kind"),
    # R47: however a case goes, its payer never faces two open notices of fees.
    Index(
        "ix_notices_one_open",
        "case_number",
        "kind",
        unique=True,
        postgresql_where=text("state IN ('issued', 'overdue')"),
        sqlite_where=text("state IN ('issued', 'overdue')"),
    ),
)

# What of a notice is whose: `amount` is left to pay after what was `reduced`; `refund_held` is asked back or given back.
shares = Table(
    "shares",
    metadata,
    Column("notice_number", String(CODE), ForeignKey("notices.number"), primary_key=True),
    Column("list_id", String(CODE), ForeignKey("lists.list_id"), primary_key=True, index=True),
    Column("department", String(CODE), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reduced", BigInteger, nullable=False, default=0),
    Column("refund_held", BigInteger, nullable=False, default=0),
    CheckConstraint("amount >= 0 AND reduced >= 0 AND refund_held BETWEEN 0 AND amount", name="amounts"),
)
