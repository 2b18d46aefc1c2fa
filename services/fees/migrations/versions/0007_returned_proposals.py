"""Proposals about money in suspense that were not approved stay, with whoever sent them back and why. What is open gets the
timer of its day to answer."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json
from yimen.worktime import end_of_day

revision = "0007"
down_revision = "0006"

TABLE = "returned_proposals"
TIMER = "exception_answer_due"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("exception_id", BigId, autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resolution", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=400), nullable=False),
        sa.Column("proposed_by_name", sa.String(length=400), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("returned_by", sa.String(length=400), nullable=True),
        sa.Column("returned_by_name", sa.String(length=400), nullable=True),
        sa.Column("returned_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "returned_by IS NULL OR returned_by <> proposed_by", name=op.f("ck_returned_proposals_two_pairs_of_eyes")
        ),
        sa.ForeignKeyConstraint(["exception_id"], ["exceptions.id"], name=op.f("fk_returned_proposals_exception_id")),
        sa.PrimaryKeyConstraint("exception_id", "attempt", name=op.f("pk_returned_proposals")),
    )
    _keep()
    _set_timers()


def _set_timers() -> None:
    exceptions = sa.table("exceptions", sa.column("id"), sa.column("state"), sa.column("answer_by", sa.Date()))
    columns = (sa.column("due_at", Instant()), sa.column("run_at", Instant()), sa.column("payload", Json))
    timers = sa.table("timers", sa.column("name"), sa.column("key"), sa.column("attempt"), *columns)
    waiting = sa.select(exceptions.c.id, exceptions.c.answer_by).where(exceptions.c.state == "open")
    rows = [
        {"name": TIMER, "key": str(row.id), "due_at": due_at, "run_at": due_at, "payload": {}, "attempt": 0}
        for row in op.get_bind().execute(waiting).all()
        for due_at in [end_of_day(row.answer_by)]
    ]
    op.bulk_insert(timers, rows)


def _keep() -> None:
    """What was said stays: as in 0002."""
    if op.get_context().dialect.name == "postgresql":
        for name, when, each in (
            ("stay", "BEFORE UPDATE OR DELETE", "ROW"),
            ("are_not_emptied", "BEFORE TRUNCATE", "STATEMENT"),
        ):
            op.execute(
                f"CREATE TRIGGER {TABLE}_{name} {when} ON {TABLE} FOR EACH {each} EXECUTE FUNCTION refuse_change()"
            )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{verb} of {TABLE} is refused: what is in the books stays'); END"
        )


def downgrade() -> None:
    timers = sa.table("timers", sa.column("name"))
    op.execute(sa.delete(timers).where(timers.c.name == TIMER))
    op.drop_table(TABLE)
