"""What fees stores about items, cases, lists, notices and tickets; the money itself stands in `ledger`.

Guarantees, in the database itself: one notice a case (R47); nothing is paid without a row of the bank's (R52); a bank
serial settles one notice; a notice has one ticket number and a number one notice (R56).
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
    UniqueConstraint,
)

from yimen.db import BigId, Instant, Json
from yimen.schema import new_metadata

metadata = new_metadata()

CODE = 80

items = Table(
    "items",
    metadata,
    Column("item_code", String(CODE), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", String(400), nullable=False),
    Column("department", String(CODE), nullable=False),
    Column("effective_from", Date, nullable=False),
)

standards = Table(
    "standards",
    metadata,
    Column("item_code", String(CODE), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("code", String(CODE), primary_key=True),
    Column("name", String(400), nullable=False),
    Column("unit", String(400), nullable=False),
    Column("price", BigInteger, nullable=False),
    CheckConstraint("price >= 0", name="price"),
    Column("basis", Text, nullable=False),
    ForeignKeyConstraint(["item_code", "version"], ["items.item_code", "items.version"]),
)

# A row stands as soon as anything of the case is heard: it is the lock under which lists and notice are worked on.
cases = Table(
    "cases",
    metadata,
    Column("case_number", String(CODE), primary_key=True),
    Column("item_code", String(CODE)),
    Column("item_version", Integer),
    Column("fee_lists", Json),
    Column("reviewed_at", Instant),
    Column("ended_as", String(40)),
    Column("ended_at", Instant),
    Index("ix_cases_item", "item_code", "item_version"),
)

lists = Table(
    "lists",
    metadata,
    Column("list_id", String(CODE), primary_key=True),
    Column("case_number", String(CODE), ForeignKey("cases.case_number"), nullable=False, index=True),
    Column("review_id", String(CODE), nullable=False),
    Column("department", String(CODE), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("replaces", String(CODE)),
    Column("rejection", String(20)),
    Column("reason", Text),
    Column("amount", BigInteger),
    CheckConstraint("amount >= 0", name="amount"),
    Column("opened_by", String(400), nullable=False),
    Column("opened_by_name", String(400), nullable=False),
    Column("listed_at", Instant, nullable=False),
    Column("decided_by", String(400)),
    Column("decided_by_name", String(400)),
    Column("decided_at", Instant),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), index=True),
    Column("settled_at", Instant),
    CheckConstraint(
        "state NOT IN ('verified', 'settled') OR decided_by IS NOT NULL AND decided_by <> opened_by",
        name="two_pairs_of_eyes",
    ),
    Index("ix_lists_state", "state", "listed_at", "list_id"),
)

list_lines = Table(
    "list_lines",
    metadata,
    Column("list_id", String(CODE), ForeignKey("lists.list_id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("code", String(CODE), nullable=False),
    Column("quantity", Integer, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
    Column("name", String(400)),
    Column("unit", String(400)),
    Column("price", BigInteger),
    Column("amount", BigInteger),
    Column("standard_version", Integer),
    CheckConstraint("amount = price * quantity", name="amount"),
)

notices = Table(
    "notices",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("case_number", String(CODE), ForeignKey("cases.case_number"), nullable=False, unique=True),
    Column("payment_code", String(20), nullable=False, unique=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount >= 0", name="amount"),
    Column("state", String(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("pay_by", Date, nullable=False),
    Column("overdue_at", Instant),
    Column("bank_serial", String(CODE), ForeignKey("bank_payments.serial"), unique=True),
    Column("paid_at", Instant),
    Column("receipted_at", Instant),
    Column("cleared_at", Instant),
    Column("voided_at", Instant),
    Column("ordered_at", Instant),
    Column("order_error", Text),
    CheckConstraint("(state IN ('paid', 'receipted')) = (bank_serial IS NOT NULL)", name="paid_by_the_bank_alone"),
    CheckConstraint("state <> 'nothing_due' OR amount = 0", name="nothing_due"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigId, nullable=False),
)

ticket_blocks = Table(
    "ticket_blocks",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("ticket_code", String(20), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    UniqueConstraint("ticket_code", "first"),
    CheckConstraint("next BETWEEN first AND last + 1", name="next"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_code", String(20), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("block_id", BigId, ForeignKey("ticket_blocks.id"), nullable=False),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
)
