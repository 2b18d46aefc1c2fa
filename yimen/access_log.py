"""Who was shown whose number, telephone, address or words in the clear, and when: the table `personal_access`.

Rows are added, and the database refuses to change or delete them. `yimen.operations.looks` writes and reads them.
"""

from alembic import op
from sqlalchemy import Column, Index, MetaData, String, Table

from yimen.db import BigId, Instant, Json, bare_metadata

KEPT = "who looked at personal data stays on record"


def personal_access(metadata: MetaData) -> Table:
    """`about`: what was looked at, e.g. case/3607…; `what`: its fields that were shown; `route`: by which way."""
    table = Table(
        "personal_access",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("at", Instant, nullable=False),
        Column("who", String(200), nullable=False),
        Column("name", String(400), nullable=False),
        Column("route", String(200), nullable=False),
        Column("about", String(300), nullable=False),
        Column("what", Json, nullable=False),
        sqlite_autoincrement=True,
    )
    Index("ix_personal_access_about", table.c.about, table.c.id)
    Index("ix_personal_access_who", table.c.who, table.c.id)
    return table


def create_personal_access() -> None:
    """For a migration of each service."""
    metadata = bare_metadata()
    metadata.create_all(op.get_bind(), tables=[personal_access(metadata)])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_to_forget_access() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER personal_access_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON personal_access "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_access()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER personal_access_no_{verb.lower()} BEFORE {verb} ON personal_access "
            f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )


def drop_personal_access() -> None:
    op.drop_table("personal_access")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_forget_access()")
