"""The kit's own tables, which stand in every service's database beside its own.

`new_metadata()` for a service's tables.py; its migrations are in yimen.schema_steps.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, Uuid, false

from yimen.access_log import personal_access
from yimen.db import BigId, Instant, Json, bare_metadata
from yimen.sealed import SealedBytes


def outbox(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("seq", BigId, primary_key=True, autoincrement=True),
        Column("id", Uuid, nullable=False),
        Column("key", String(200), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", SealedBytes, nullable=False),
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


def inbox(metadata: MetaData) -> None:
    Table(
        "inbox_position",
        metadata,
        Column("consumer", String(100), primary_key=True),
        Column("source", String(100), primary_key=True),
        Column("subject", String(200), primary_key=True),
        Column("last_sequence", BigId, nullable=False),
        Column("held", Boolean, nullable=False, server_default=false()),
    )


def set_aside(metadata: MetaData) -> None:
    deferred = Table(
        "inbox_deferred",
        metadata,
        Column("consumer", String(100), primary_key=True),
        Column("source", String(100), primary_key=True),
        Column("subject", String(200), primary_key=True),
        Column("sequence", BigId, primary_key=True, autoincrement=False),
        Column("key", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", SealedBytes, nullable=False),
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
        Column("body", SealedBytes, nullable=False),
        Column("kind", String(20), nullable=False),
        Column("error", Text, nullable=False),
        Column("parked_at", Instant, nullable=False),
        Column("resolution", String(20)),
        Column("resolved_at", Instant),
        Column("resolved_by", String(200)),
    )
    Index("ix_inbox_parked_open", parked.c.consumer, parked.c.resolution, parked.c.parked_at)


def timers_v1(metadata: MetaData) -> None:
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


def traceparent() -> Column[Any]:
    """The step that caused it (yimen.tracing)."""
    return Column("traceparent", String(80))


def _timers(metadata: MetaData) -> None:
    timers_v1(metadata)
    metadata.tables["timers"].append_column(traceparent())


def work_v1(metadata: MetaData) -> None:
    """What is done outside, as the first migrations made it; `create_v3` and `create_v4` add the rest."""
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


def queue_columns() -> tuple[Column[Any], ...]:
    """`leased`: somebody may be at it until `run_at`; else `run_at` is when it is due."""
    return (
        Column("queue", String(80), nullable=False, server_default=""),
        Column("leased", Boolean, nullable=False, server_default=false()),
    )


def _work(metadata: MetaData) -> None:
    work_v1(metadata)
    outgoing = metadata.tables["outgoing"]
    for column in (*queue_columns(), traceparent()):
        outgoing.append_column(column)
    metadata.tables["outgoing_attempts"].append_column(Column("milliseconds", Integer))
    outgoing.indexes.clear()
    Index("ix_outgoing_queue", *(outgoing.c[name] for name in QUEUE_INDEX))
    Table(
        "outgoing_queues",
        metadata,
        Column("kind", String(40), primary_key=True),
        Column("queue", String(80), primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("since", Instant),
        Column("next_look", Instant),
    )


QUEUE_INDEX = ("state", "kind", "queue", "run_at")
"""Leads from one queue to the next without reading what waits in between (yimen.queues)."""


def requests(metadata: MetaData) -> None:
    Table(
        "idempotency",
        metadata,
        Column("key_hash", String(64), primary_key=True),
        Column("body_sha256", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", SealedBytes, nullable=False),
        Column("created_at", Instant, nullable=False, index=True),
    )


def _operations(metadata: MetaData) -> None:
    Table(
        "operator_acts",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("at", Instant, nullable=False),
        Column("who", String(200), nullable=False),
        Column("why", Text, nullable=False),
        Column("act", String(20), nullable=False),
        Column("target_kind", String(20), nullable=False),
        Column("target_id", String(300), nullable=False),
        Column("was", Json, nullable=False),
        sqlite_autoincrement=True,
    )


def _compatibility(metadata: MetaData) -> None:
    """One row, written by yimen.migrating, which makes the table too: who may work on this schema."""
    Table(
        "schema_compatibility",
        metadata,
        Column("revision", String(32), primary_key=True),
        Column("oldest", String(32), nullable=False),
    )


def kit_tables(metadata: MetaData) -> MetaData:
    """Attaches outbox, inbox, timers, outgoing work, idempotency keys, and who acted and looked, to a service's metadata."""
    attached = (outbox, inbox, set_aside, _timers, _work, requests, _operations, personal_access, _compatibility)
    for attach in attached:
        attach(metadata)
    return metadata


def new_metadata() -> MetaData:
    """For a service's tables.py: its MetaData, the kit's tables already in it."""
    return kit_tables(bare_metadata())
