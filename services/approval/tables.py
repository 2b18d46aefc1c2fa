"""What one department's window stores: reviews, a row each, fee lists, stand-ins, yearly plans, and counters of papers.

One column per fact as `domain.state` names it; the facts themselves are JSON, since they are only ever read whole.
`status`, `is_open`, `due_on` and `awaited_office` are derived again at each change, to find and to order rows by; the
truth is in the facts.
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from yimen.db import BigId, Instant, Json
from yimen.plans import plans_table
from yimen.schema import new_metadata

metadata = new_metadata()

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(80), primary_key=True),
    Column("department", String(80), nullable=False),
    Column("case_number", String(80), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("is_open", Boolean, nullable=False),
    # While the clock stands, the date it had before: a paused review keeps its place in the queue.
    Column("due_on", Date, nullable=False),
    Column("awaited_office", String(20)),
    Column("version", Integer, nullable=False),
    Column("request", Json, nullable=False),
    Column("additions", Json, nullable=False),
    Column("urgings", Json, nullable=False),
    Column("meetings", Json, nullable=False, server_default="[]"),
    Column("receipt", Json),
    Column("assignment", Json),
    Column("former_assignments", Json, nullable=False, server_default="[]"),
    Column("procedures", Json, nullable=False),
    Column("visits", Json, nullable=False, server_default="[]"),
    Column("hearing", Json),
    Column("extension", Json),
    Column("forwarding", Json),
    Column("superior_answer", Json),
    Column("decision", Json),
    Column("deemed_at", Instant),
    Column("deemed_ground", String(80), nullable=False, server_default="silence"),
    Column("cancelled_at", Instant),
)
Index("ix_reviews_queue", reviews.c.department, reviews.c.is_open, reviews.c.due_on, reviews.c.review_id)
Index("ix_reviews_all", reviews.c.department, reviews.c.due_on, reviews.c.review_id)
_AWAITED = reviews.c.awaited_office.is_not(None)
Index(
    "ix_reviews_awaited",
    reviews.c.department,
    reviews.c.due_on,
    reviews.c.review_id,
    postgresql_where=_AWAITED,
    sqlite_where=_AWAITED,
)

fee_lists = Table(
    "fee_lists",
    metadata,
    Column("list_id", String(80), primary_key=True),
    Column("review_id", String(80), ForeignKey(reviews.c.review_id), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("lines", Json, nullable=False),
    Column("replaces", String(80)),
    Column("standing", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("listed_by", Json, nullable=False),
    Column("listed_at", Instant, nullable=False),
)

paper_counters = Table(
    "paper_counters",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("kind", String(80), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

stand_ins = Table(
    "stand_ins",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("staff_id", String(255), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(400), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("named_by", Json, nullable=False),
    Column("named_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

calendar_plans = plans_table(metadata)

limit_changes = Table(
    "limit_changes",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("review_id", String(80), ForeignKey(reviews.c.review_id), nullable=False, index=True),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("old_due_on", Date, nullable=False),
    Column("new_due_on", Date, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
