"""What is written in the books stays written: triggers against change, the accounts, and one view of both sides.

PostgreSQL also refuses TRUNCATE. SQLite has none; there REPLACE would delete without firing a trigger, so the insert itself
refuses a journal or a posting that already stands.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

UNCHANGEABLE = ("journals", "postings", "bank_messages", "bank_payments")
UNDELETABLE = ("tickets", "notices", "exceptions", "accounts")
TAKEN = {
    "journals": "id = NEW.id OR (kind = NEW.kind AND source_ref = NEW.source_ref)",
    "postings": "journal_id = NEW.journal_id AND line = NEW.line",
}
ACCOUNTS = {"1002": "代收银行存款", "2203": "应缴国库款", "2241": "待查款项", "2242": "应退款项"}

LEDGER_LINES = """
CREATE VIEW ledger_lines AS
SELECT journal_id, line, debit AS account, amount AS debit, 0 AS credit FROM postings
UNION ALL
SELECT journal_id, line, credit AS account, 0 AS debit, amount AS credit FROM postings
"""

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what is in the books stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _on_postgresql() -> None:
    op.execute(REFUSE)
    for table in UNCHANGEABLE + UNDELETABLE:
        verbs = "UPDATE OR DELETE" if table in UNCHANGEABLE else "DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE {verbs} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _on_sqlite() -> None:
    for table in UNCHANGEABLE + UNDELETABLE:
        for verb in ("UPDATE", "DELETE") if table in UNCHANGEABLE else ("DELETE",):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{verb} of {table} is refused: what is in the books stays'); END"
            )
    for table, taken in TAKEN.items():
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - names of ours, no input
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} "
            f"BEGIN SELECT RAISE(ABORT, 'REPLACE of {table} is refused: what is in the books stays'); END"
        )


def upgrade() -> None:
    accounts = sa.table("accounts", sa.column("code"), sa.column("name"))
    op.bulk_insert(accounts, [{"code": code, "name": name} for code, name in ACCOUNTS.items()])
    op.execute(LEDGER_LINES)
    if op.get_context().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def downgrade() -> None:
    op.execute("DROP VIEW ledger_lines")
    for table in UNCHANGEABLE + UNDELETABLE:
        if op.get_context().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_stay ON {table}")
            op.execute(f"DROP TRIGGER {table}_are_not_emptied ON {table}")
        else:
            for verb in ("update", "delete", "replace"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
    op.execute("DELETE FROM accounts")
