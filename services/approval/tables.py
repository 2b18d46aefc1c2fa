"""What one department's window stores: reviews, a row each, and fee lists.

One column per fact as `domain.state` names it; the facts themselves are JSON, since they are only ever read whole.
`status`, `is_open` and `due_on` are derived again at each change, to find and to order rows by; the truth is in the
facts.
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from yimen.db import Instant, Json
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
    Column("version", Integer, nullable=False),
    Column("request", Json, nullable=False),
    Column("additions", Json, nullable=False),
    Column("urgings", Json, nullable=False),
    Column("receipt", Json),
    Column("assignment", Json),
    Column("procedures", Json, nullable=False),
    Column("forwarding", Json),
    Column("superior_answer", Json),
    Column("decision", Json),
    Column("deemed_at", Instant),
    Column("cancelled_at", Instant),
)
Index("ix_reviews_queue", reviews.c.department, reviews.c.is_open, reviews.c.due_on, reviews.c.review_id)
Index("ix_reviews_all", reviews.c.department, reviews.c.due_on, reviews.c.review_id)

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
