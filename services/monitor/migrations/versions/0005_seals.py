"""The journal's tree, its signed roots, and who may check a case's record."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0005"
down_revision = "0004"

GUARDED = ("tiles", "seals", "seal_keys")
REFUSAL = "the journal is append-only"


def upgrade() -> None:
    op.create_index("ix_journal_event", "journal", ["event_id"])
    _tree()
    _seals()
    for table in GUARDED:
        _guard(table)
    _passwords()


def downgrade() -> None:
    for table in ("password_tries", "credentials", *reversed(GUARDED)):
        op.drop_table(table)
    op.drop_index("ix_journal_event", "journal")


def _tree() -> None:
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_tiles")),
    )


def _seals() -> None:
    op.create_table(
        "seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("former_size", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", Instant(), nullable=False),
        sa.Column("key_id", sa.String(80), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("tail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals")),
    )
    op.create_index("ix_seals_size", "seals", ["size"])
    op.create_table(
        "seal_keys",
        sa.Column("key_id", sa.String(80), nullable=False),
        sa.Column("jwk", Json, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_seal_keys")),
    )


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    for change, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = "truncation" if each == "STATEMENT" else "change"
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{name} BEFORE {change} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_journal_change()"
        )


def _passwords() -> None:
    op.create_table(
        "credentials",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(400), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_credentials")),
    )
    op.create_table(
        "password_tries",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_tries")),
    )
    op.create_index("ix_password_tries_case", "password_tries", ["case_number", "tried_at"])
