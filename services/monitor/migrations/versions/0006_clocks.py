"""Rungs of open clocks, and what a changed calendar moved."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0006"
down_revision = "0005"

REFUSAL = "recomputations are append-only"
AT_ONCE = 1000
LADDER = ("pre-alert", "promised", "long-over", "statutory")

timers = sa.table(
    "timers",
    sa.column("name", sa.String),
    sa.column("key", sa.String),
    sa.column("due_at", Instant),
    sa.column("run_at", Instant),
    sa.column("payload", Json),
    sa.column("attempt", sa.Integer),
    sa.column("parked", sa.Boolean),
)
cases = sa.table("cases", sa.column("number", sa.String), sa.column("department", sa.String), sa.column("rungs", Json))
journal = sa.table(
    "journal", sa.column("case_number", sa.String), sa.column("subject", sa.String), sa.column("scope", sa.String)
)
rungs = sa.table(
    "rungs",
    sa.column("case_number", sa.String),
    sa.column("rung", sa.String),
    sa.column("code", sa.String),
    sa.column("department", sa.String),
    sa.column("at", Instant),
    sa.column("run_at", Instant),
    sa.column("waited", sa.Boolean),
)


def upgrade() -> None:
    op.create_table(
        "rungs",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("rung", sa.String(80), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", "rung", name=op.f("pk_rungs")),
    )
    op.create_index("ix_rungs_due", "rungs", ["run_at"])
    op.create_table(
        "recomputations",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("old_promised", sa.Date(), nullable=True),
        sa.Column("new_promised", sa.Date(), nullable=True),
        sa.Column("old_statutory", sa.Date(), nullable=True),
        sa.Column("new_statutory", sa.Date(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("year", "version", "case_number", name=op.f("pk_recomputations")),
    )
    op.create_table(
        "recalled",
        sa.Column("alert_id", sa.String(80), nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("rung", sa.String(80), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_recalled")),
    )
    op.create_index("ix_recalled_case", "recalled", ["case_number", "rung"])
    op.add_column("cases", sa.Column("watches", Json, nullable=True))
    op.add_column("cases", sa.Column("running", sa.Boolean(), nullable=True))
    op.add_column("cases", sa.Column("unproved", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_cases_movable", "cases", ["running", "number"])
    _guard()
    _take_over_timers()


def downgrade() -> None:
    _give_timers_back()
    op.drop_index("ix_cases_movable", "cases")
    for column in ("unproved", "running", "watches"):
        op.drop_column("cases", column)
    for table in ("recalled", "recomputations", "rungs"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_recomputation_change()")


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER recomputations_refuse_{change.lower()} BEFORE {change} ON recomputations "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_recomputation_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER recomputations_refuse_change BEFORE UPDATE OR DELETE ON recomputations "
        "FOR EACH ROW EXECUTE FUNCTION refuse_recomputation_change()"
    )
    op.execute(
        "CREATE TRIGGER recomputations_refuse_truncation BEFORE TRUNCATE ON recomputations "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_recomputation_change()"
    )


def _take_over_timers() -> None:
    """A timer stood at each rung; a parked one too is tried again."""
    connection = op.get_bind()
    found = list(connection.execute(sa.select(timers).where(timers.c.name == "rung")))
    for start in range(0, len(found), AT_ONCE):
        rows = [row for timer in found[start : start + AT_ONCE] for row in _rung(timer)]
        if rows:
            connection.execute(sa.insert(rungs), rows)
    connection.execute(sa.delete(timers).where(timers.c.name == "rung"))


def _rung(timer: sa.Row[Any]) -> Iterator[dict[str, Any]]:
    number, rung = timer.payload["case_number"], timer.payload["rung"]
    connection = op.get_bind()
    case = connection.execute(sa.select(cases).where(cases.c.number == number)).first()
    standing = case.rungs.get(rung) if case else None
    department = _department(number, rung) or (case.department if case else None)
    if standing is not None and department is not None:
        yield {
            "case_number": number,
            "rung": rung,
            "code": rung if rung in LADDER else rung.partition("-")[0].rstrip("0123456789"),
            "department": department,
            "at": datetime.fromisoformat(standing),
            "run_at": timer.due_at,
            "waited": timer.payload["waited"],
        }


def _department(number: str, rung: str) -> str | None:
    """Of a review's rung the department that was asked."""
    review = rung.partition("-")[2]
    asked = sa.select(journal.c.scope).where(journal.c.case_number == number, journal.c.subject == f"review/{review}")
    return op.get_bind().execute(asked.limit(1)).scalar() if review else None


def _give_timers_back() -> None:
    connection = op.get_bind()
    found = list(connection.execute(sa.select(rungs).where(rungs.c.code != "stage")))
    rows = [
        {
            "name": "rung",
            "key": f"{row.case_number}/{row.rung}",
            "due_at": row.run_at,
            "run_at": row.run_at,
            "payload": {"case_number": row.case_number, "rung": row.rung, "waited": row.waited},
            "attempt": 0,
            "parked": False,
        }
        for row in found
    ]
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(timers), rows[start : start + AT_ONCE])
