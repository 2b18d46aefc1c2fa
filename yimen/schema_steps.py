"""How the kit's own tables came to be (yimen.schema): `create_v1()` for a service's first migration, `create_v2()` to
`create_v4()` and `create_personal_access()` (yimen.access_log) for later ones.
"""

from alembic import op
from sqlalchemy import Column, Integer, MetaData, Table

from yimen.db import bare_metadata
from yimen.schema import (
    QUEUE_INDEX,
    inbox,
    new_metadata,
    outbox,
    queue_columns,
    requests,
    set_aside,
    timers_v1,
    traceparent,
    work_v1,
)

V1 = (
    *("outbox", "outbox_sequence", "inbox_position", "inbox_deferred", "inbox_parked"),
    *("timers", "outgoing", "outgoing_attempts", "idempotency"),
)
V2 = ("operator_acts",)
V3 = ("outgoing_queues",)
KEPT = "what operators did stays on record"


def _named(names: tuple[str, ...]) -> tuple[MetaData, list[Table]]:
    metadata = new_metadata()
    return metadata, [metadata.tables[name] for name in names]


def _v1() -> tuple[MetaData, list[Table]]:
    """As it was: a table that changed since stands here as it was made."""
    metadata = bare_metadata()
    for attach in (outbox, inbox, set_aside, timers_v1, work_v1, requests):
        attach(metadata)
    return metadata, [metadata.tables[name] for name in V1]


def create_v1() -> None:
    """Called by each service's first migration."""
    metadata, tables = _v1()
    metadata.create_all(op.get_bind(), tables=tables)


def drop_v1() -> None:
    metadata, tables = _v1()
    metadata.drop_all(op.get_bind(), tables=tables)


def create_v2() -> None:
    """Operators' acts: rows are added, and the database refuses to change or delete them."""
    metadata, tables = _named(V2)
    metadata.create_all(op.get_bind(), tables=tables)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_to_forget_acts() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER operator_acts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_acts "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_acts()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER operator_acts_no_{verb.lower()} BEFORE {verb} ON operator_acts "
            f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )


def drop_v2() -> None:
    metadata, tables = _named(V2)
    metadata.drop_all(op.get_bind(), tables=tables)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_forget_acts()")


def create_v3() -> None:
    """Queues of jobs, each with its own places and its own breaker. Processes of the version before go on: what they write
    stands in the queue without a name."""
    for column in queue_columns():
        op.add_column("outgoing", column)
    op.add_column("outgoing_attempts", Column("milliseconds", Integer))
    op.drop_index("ix_outgoing_due", "outgoing")
    op.create_index("ix_outgoing_queue", "outgoing", list(QUEUE_INDEX))
    metadata, tables = _named(V3)
    metadata.create_all(op.get_bind(), tables=tables)


def drop_v3() -> None:
    op.drop_table("outgoing_queues")
    op.drop_index("ix_outgoing_queue", "outgoing")
    op.create_index("ix_outgoing_due", "outgoing", ["state", "run_at"])
    op.drop_column("outgoing_attempts", "milliseconds")
    for column in reversed(queue_columns()):
        op.drop_column("outgoing", column.name)


def create_v4() -> None:
    """Timers and jobs remember the trace that they belong to. What the version before writes has none."""
    for table in ("timers", "outgoing"):
        op.add_column(table, traceparent())


def drop_v4() -> None:
    for table in ("timers", "outgoing"):
        op.drop_column(table, "traceparent")
