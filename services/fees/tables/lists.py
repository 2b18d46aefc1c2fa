"""Items with their standards, cases, and the lists that departments send.

Guarantees, in the database itself: whoever verified a list did not open it.
"""

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
)

from services.fees.tables.metadata import CODE, metadata
from yimen.db import BigId, Instant, Json

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
    Column("calculator", String(20), nullable=False, default="piece"),
    Column("rate", Integer),
    Column("grades", Json),
    Column("half_rate_basis", Text),
    Column("late_fee_basis", Text),
    Column("valid_from", Date),
    Column("valid_to", Date),
    ForeignKeyConstraint(["item_code", "version"], ["items.item_code", "items.version"]),
)

# A row stands as soon as anything of the case is heard: it is the lock under which lists and notice are worked on.
# `round` grows with each return that was not upheld (R17).
cases = Table(
    "cases",
    metadata,
    Column("case_number", String(CODE), primary_key=True),
    Column("item_code", String(CODE)),
    Column("item_version", Integer),
    Column("round", Integer, nullable=False, default=1),
    Column("reopened_at", Instant),
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
    Column("refunded", BigInteger, nullable=False, default=0),
    # Whose next step is awaited, and since when (R51); `delays` counts the steps that were late.
    Column("waits_for", String(20)),
    Column("waits_since", Instant),
    Column("delayed_at", Instant),
    Column("delays", Integer, nullable=False, default=0),
    Column("overruled_at", Instant),
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
    CheckConstraint("amount >= 0", name="amount"),
    Column("calculator", String(20)),
    Column("rate", Integer),
    Column("base", BigInteger),
    Column("area", BigInteger),
    Column("grade", String(CODE)),
    Column("half_rate", Boolean, nullable=False, default=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigId, nullable=False),
)
