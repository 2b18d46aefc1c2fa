"""What intake stores: items by version, cases and their reviews, every answer that came, papers, notices,
counters.

`cases` and `reviews` hold what `domain.case` knows; lists that are only ever read whole are JSON. No derived
date is stored.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)

from yimen.db import BigId, Instant, Json
from yimen.passwords import tries_table
from yimen.schema import new_metadata
from yimen.sealed import SealedJson

metadata = new_metadata()

items = Table(
    "items",
    metadata,
    Column("code", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", Date, nullable=False),
    Column("body", Json, nullable=False),
    Column("published_at", Instant, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", BigId, nullable=False, autoincrement=False),
)

cases = Table(
    "cases",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("item_code", String(80), nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("department", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("applicant", SealedJson, nullable=False),
    Column("account", String(200)),
    Column("situations", Json, nullable=False, server_default="[]"),
    Column("agent", SealedJson),
    Column("language", String(10), nullable=False, server_default="zh"),
    Column("electronic_service", Boolean, nullable=False, server_default=false()),
    Column("agency", String(80)),
    Column("project", String(80)),
    Column("fast_track_days", Integer),
    Column("renews", String(80)),
    Column("renews_until", Date),
    Column("renewal_due", Date),
    Column("password_hash", String(200), nullable=False),
    Column("status", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("materials", Json, nullable=False),
    Column("requested", Json, nullable=False),
    Column("requested_at", Instant),
    Column("complete_at", Instant, nullable=False),
    Column("accepted_on", Date),
    Column("accepted_at", Instant),
    Column("deemed", Boolean, nullable=False),
    Column("deferral", Json),
    Column("re_examination", Json),
    Column("meetings", Json, nullable=False, server_default="[]"),
    Column("lead_decision", Json),
    Column("queued_at", Instant),
    Column("extension_days", Integer, nullable=False),
    Column("stage", Integer),
    Column("outcome", String(20)),
    Column("reviewed_at", Instant),
    Column("cleared_at", Instant),
    Column("reasons", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_on", Date),
    Column("licence", Json),
    Column("served_at", Instant),
    Column("service_way", String(400)),
    Column("receiver", String(400)),
    Column("service_proof", Json),
    Column("postings", Json, nullable=False, server_default="[]"),
    Column("ended_at", Instant),
    Column("contact_erased_at", Instant),  # telephone and mail of its people
    ForeignKeyConstraint(["item_code", "item_version"], ["items.code", "items.version"]),
)


def _listed(name: str, *columns: str, where: ColumnElement[bool] | None = None) -> None:
    """An index that gives a list its rows in the list's order (decision 0027)."""
    key = [cases.c[column] for column in (*columns, "case_number")]
    Index(f"ix_cases_{name}", *key, postgresql_where=where, sqlite_where=where)


_listed("department", "department", "submitted_at")
_listed("kind", "department", "kind", "status", "submitted_at")
_listed("open", "department", "submitted_at", where=cases.c.ended_at.is_(None))
_listed("account", "account", "status", "submitted_at", where=cases.c.account.is_not(None))
_listed("project", "project", "submitted_at")
_listed("decided", "department", "decided_at", where=cases.c.decided_at.is_not(None))
_listed("decided_kind", "department", "kind", "status", "decided_at", where=cases.c.decided_at.is_not(None))
_listed("decided_item", "department", "item_code", "decided_at", where=cases.c.decided_at.is_not(None))

_REACHABLE = cases.c.ended_at.is_not(None) & cases.c.contact_erased_at.is_(None)
Index("ix_cases_reachable", cases.c.ended_at, cases.c.case_number, postgresql_where=_REACHABLE, sqlite_where=_REACHABLE)

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(80), primary_key=True),
    Column("case_number", String(80), ForeignKey("cases.case_number"), nullable=False, index=True),
    Column("department", String(80), nullable=False),
    Column("stage", Integer, nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("lead", Boolean, nullable=False),
    Column("silence_consents", Boolean, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("requested_on", Date, nullable=False),
    Column("limit_days", Integer, nullable=False),
    Column("inspection_days", Integer),
    Column("extension_days", Integer, nullable=False),
    Column("received_at", Instant),
    Column("forwarded_at", Instant),
    Column("superior", Json),
    Column("answer", Json),
    Column("deemed_at", Instant),
    Column("deemed_ground", String(20)),
    Column("visited_at", Instant),
    Column("urged_at", Instant),
    Column("urged_for", Json, nullable=False, server_default="[]"),
    Column("cancelled_at", Instant),
    Column("pauses", Json, nullable=False),
    Column("lists", Json, nullable=False),
)

review_answers = Table(
    "review_answers",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("review_id", String(80), ForeignKey("reviews.review_id"), nullable=False, index=True),
    Column("opinion", String(40), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("decided_by", Json, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("document", Json),
    Column("arrived_at", Instant, nullable=False),
    Column("late", Boolean, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("case_number", String(80), ForeignKey("cases.case_number"), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("number", String(80), nullable=False),
    Column("dated", Date, nullable=False),
    UniqueConstraint("kind", "number"),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_number", String(80), primary_key=True),
    Column("case_number", String(80), ForeignKey("cases.case_number"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("amount", BigId, nullable=False, autoincrement=False),
    Column("payment_code", String(80)),
    Column("pay_by", Date),
    Column("cleared_at", Instant),
)

password_tries = tries_table(metadata)
