"""The kit's own tables, which stand in every service's database beside its own.

`new_metadata()` for a service's tables.py; `create_v1()` for its first migration.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, Uuid, false

from yimen.db import BigId, Instant, Json, bare_metadata


def _outbox(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("seq", BigId, primary_key=True, autoincrement=True),
        Column("id", Uuid, nullable=False),
        Column("key", String(200), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", Instant, nullable=False),
        sqlite_autoincrement=True,
    )
    Table(
        "outbox_sequence",
        metadata,
        Column("source", String(100), primary_key=True),
        Column("subject", String(200), primary_key=True),
        Column("last", BigId, nullable=False),
    )


def _inbox(metadata: MetaData) -> None:
    Table(
        "inbox_position",
        metadata,
        Column("consumer", String(100), primary_key=True),
        Column("source", String(100), primary_key=True),
        Column("subject", String(200), primary_key=True),
        Column("last_sequence", BigId, nullable=False),
        Column("held", Boolean, nullable=False, server_default=false()),
    )


def _set_aside(metadata: MetaData) -> None:
    deferred = Table(
        "inbox_deferred",
        metadata,
        Column("consumer", String(100), primary_key=True),
        Column("source", String(100), primary_key=True),
        Column("subject", String(200), primary_key=True),
        Column("sequence", BigId, primary_key=True, autoincrement=False),
        Column("key", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("not_before", Instant),
        Column("attempt", Integer, nullable=False, default=0),
        Column("error", Text),
        Column("deferred_at", Instant, nullable=False),
    )
    Index("ix_inbox_deferred_due", deferred.c.consumer, deferred.c.not_before)
    parked = Table(
        "inbox_parked",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("consumer", String(100), nullable=False),
        Column("source", String(100)),
        Column("subject", String(200)),
        Column("sequence", BigId),
        Column("key", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("kind", String(20), nullable=False),
        Column("error", Text, nullable=False),
        Column("parked_at", Instant, nullable=False),
        Column("resolution", String(20)),
        Column("resolved_at", Instant),
        Column("resolved_by", String(200)),
    )
    Index("ix_inbox_parked_open", parked.c.consumer, parked.c.resolution, parked.c.parked_at)


def _work(metadata: MetaData) -> None:
    timers = Table(
        "timers",
        metadata,
        Column("name", String(80), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("due_at", Instant, nullable=False),
        Column("run_at", Instant, nullable=False),
        Column("payload", Json, nullable=False),
        Column("attempt", Integer, nullable=False, default=0),
        Column("parked", Boolean, nullable=False, server_default=false()),
        Column("error", Text),
    )
    Index("ix_timers_due", timers.c.parked, timers.c.run_at)
    outgoing = Table(
        "outgoing",
        metadata,
        Column("kind", String(40), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("payload", Json, nullable=False),
        Column("run_at", Instant, nullable=False),
        Column("attempt", Integer, nullable=False, default=0),
        Column("state", String(12), nullable=False, default="waiting"),
        Column("created_at", Instant, nullable=False),
    )
    Index("ix_outgoing_due", outgoing.c.state, outgoing.c.run_at)
    Table(
        "outgoing_attempts",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("kind", String(40), nullable=False),
        Column("key", String(200), nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("at", Instant, nullable=False),
        Column("answer", Json),
        Column("error", Text),
        Index("ix_outgoing_attempts_job", "kind", "key"),
    )


def _requests(metadata: MetaData) -> None:
    Table(
        "idempotency",
        metadata,
        Column("key_hash", String(64), primary_key=True),
        Column("body_sha256", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", Instant, nullable=False, index=True),
    )


def kit_tables(metadata: MetaData) -> MetaData:
    """Attaches outbox, inbox, timers, outgoing work and idempotency keys to a service's metadata."""
    for attach in (_outbox, _inbox, _set_aside, _work, _requests):
        attach(metadata)
    return metadata


def new_metadata() -> MetaData:
    """For a service's tables.py: its MetaData, the kit's tables already in it."""
    return kit_tables(bare_metadata())


def create_v1() -> None:
    """Called by each service's first migration. When a kit table changes, this becomes a frozen copy beside a v2."""
    kit_tables(bare_metadata()).create_all(op.get_bind())


def drop_v1() -> None:
    kit_tables(bare_metadata()).drop_all(op.get_bind())
