"""What people ask for beside paying: disputes, reliefs, refunds; and what the supervisor finds.

Guarantees, in the database itself: nobody decides what they asked for, nor twice on one matter; a refund is given back by a
transaction of the bank's.
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
    String,
    Table,
    Text,
)

from services.fees.tables.metadata import CODE, NAME, metadata
from yimen.db import Instant, Json

# R55. Who filed it is the payer, known by the payment code, unless a clerk wrote it down for them.
disputes = Table(
    "disputes",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("reasons", Text, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("filed_by", String(NAME)),
    Column("filed_by_name", String(NAME)),
    Column("filed_at", Instant, nullable=False),
    Column("answer", Text),
    Column("lists", Json),
    Column("answered_by", String(NAME)),
    Column("answered_by_name", String(NAME)),
    Column("answered_at", Instant),
    CheckConstraint("answered_by IS NULL OR filed_by IS NULL OR answered_by <> filed_by", name="apart"),
    Index("ix_disputes_state", "state", "answer_by"),
)

# R58. `share` of a reduction in ten-thousandths of what is to be paid; `until` the new last day of a deferral.
reliefs = Table(
    "reliefs",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), nullable=False, index=True),
    Column("list_id", String(CODE), ForeignKey("lists.list_id")),
    Column("department", String(CODE), nullable=False),
    Column("share", Integer),
    Column("until", Date),
    CheckConstraint(
        "kind = 'reduction' AND share BETWEEN 1 AND 10000 AND until IS NULL"
        " OR kind = 'deferral' AND share IS NULL AND until IS NOT NULL",
        name="kind",
    ),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount >= 0", name="amount"),
    Column("basis", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("requested_by", String(NAME)),
    Column("requested_by_name", String(NAME)),
    Column("requested_at", Instant, nullable=False),
    Column("reviewed_by", String(NAME)),
    Column("reviewed_by_name", String(NAME)),
    Column("reviewed_at", Instant),
    Column("approved_by", String(NAME)),
    Column("approved_by_name", String(NAME)),
    Column("approved_at", Instant),
    Column("granted_by", String(NAME)),
    Column("granted_by_name", String(NAME)),
    Column("granted_at", Instant),
    Column("refused_by", String(NAME)),
    Column("refused_by_name", String(NAME)),
    Column("refused_at", Instant),
    Column("refusal", Text),
    CheckConstraint(
        "(reviewed_by IS NULL OR requested_by IS NULL OR reviewed_by <> requested_by)"
        " AND (approved_by IS NULL OR approved_by <> reviewed_by AND (requested_by IS NULL OR approved_by <> requested_by))"
        " AND (granted_by IS NULL OR granted_by <> approved_by AND granted_by <> reviewed_by)",
        name="apart",
    ),
    Index("ix_reliefs_state", "state", "number"),
)

# R59, R53. Of a notice, or of money that stood in suspense. `bank_serial`: the payment that is given back, or a part of it.
refunds = Table(
    "refunds",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("cause", String(20), nullable=False),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), index=True),
    Column("exception_id", ForeignKey("exceptions.id"), unique=True),
    CheckConstraint("notice_number IS NOT NULL OR exception_id IS NOT NULL", name="of_what"),
    Column("bank_serial", String(CODE), ForeignKey("bank_payments.serial"), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Column("reasons", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("requested_by", String(NAME)),
    Column("requested_by_name", String(NAME)),
    Column("requested_at", Instant, nullable=False),
    Column("verified_by", String(NAME)),
    Column("verified_by_name", String(NAME)),
    Column("verified_at", Instant),
    Column("approved_by", String(NAME)),
    Column("approved_by_name", String(NAME)),
    Column("approved_at", Instant),
    Column("refused_by", String(NAME)),
    Column("refused_by_name", String(NAME)),
    Column("refused_at", Instant),
    Column("refusal", Text),
    Column("late_since", Instant),
    Column("sent_at", Instant),
    Column("attempt", Integer, nullable=False, default=1),
    Column("payout_serial", String(CODE), ForeignKey("bank_payouts.serial"), unique=True),
    Column("refunded_at", Instant),
    Column("refunded_on", Date, index=True),  # in Shanghai
    CheckConstraint("(state = 'refunded') = (payout_serial IS NOT NULL)", name="given_back_by_the_bank_alone"),
    Column("failed_at", Instant),
    Column("failure", Text),
    CheckConstraint(
        "(verified_by IS NULL OR requested_by IS NULL OR verified_by <> requested_by)"
        " AND (approved_by IS NULL OR verified_by IS NULL OR approved_by <> verified_by)"
        " AND (approved_by IS NULL OR requested_by IS NULL OR approved_by <> requested_by)",
        name="apart",
    ),
    Index("ix_refunds_state", "state", "number"),
)

# Which lists a refund gives back, and how much of each.
refund_shares = Table(
    "refund_shares",
    metadata,
    Column("refund_number", String(CODE), ForeignKey("refunds.number"), primary_key=True),
    Column("notice_number", String(CODE), primary_key=True),
    Column("list_id", String(CODE), primary_key=True),
    Column("department", String(CODE), nullable=False),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Column("lines", Json),
    ForeignKeyConstraint(["notice_number", "list_id"], ["shares.notice_number", "shares.list_id"]),
)

# R62, R13: what a department asked for and may not.
violations = Table(
    "violations",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("list_id", String(CODE), ForeignKey("lists.list_id"), nullable=False, index=True),
    Column("notice_number", String(CODE), ForeignKey("notices.number")),
    Column("case_number", String(CODE), nullable=False),
    Column("department", String(CODE), nullable=False),
    Column("detail", Text, nullable=False),
    Column("refund_number", String(CODE), ForeignKey("refunds.number")),
    Column("found_by", String(NAME)),
    Column("found_by_name", String(NAME)),
    Column("found_at", Instant, nullable=False),
)
