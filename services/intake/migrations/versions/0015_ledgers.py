"""Ledgers, disclosure and announcements: a case's kind and its service are columns, and every list has its index.

Of cases that were served before, the instant is known (they closed with it); way and receiver stand on paper only.
"""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CASES = (
    sa.Column("kind", sa.String(20), nullable=False, server_default=""),
    sa.Column("served_at", Instant),
    sa.Column("service_way", sa.String(400)),
    sa.Column("receiver", sa.String(400)),
)
OLD_INDEXES = {
    "submitted_at": ("submitted_at", "case_number"),
    "department": ("department", "status", "submitted_at", "case_number"),
    "account": ("account", "submitted_at", "case_number"),
}
INDEXES = {
    "department": (("department", "submitted_at"), None),
    "kind": (("department", "kind", "status", "submitted_at"), None),
    "open": (("department", "submitted_at"), "ended_at IS NULL"),
    "account": (("account", "status", "submitted_at"), "account IS NOT NULL"),
    "decided": (("department", "decided_at"), "decided_at IS NOT NULL"),
    "decided_kind": (("department", "kind", "status", "decided_at"), "decided_at IS NOT NULL"),
    "decided_item": (("department", "item_code", "decided_at"), "decided_at IS NOT NULL"),
}


def upgrade() -> None:
    for name in OLD_INDEXES:
        op.drop_index(f"ix_cases_{name}", "cases")
    for column in CASES:
        op.add_column("cases", column)
    _fill()
    for name, (columns, where) in INDEXES.items():
        condition = None if where is None else sa.text(where)
        key = [*columns, "case_number"]
        op.create_index(f"ix_cases_{name}", "cases", key, postgresql_where=condition, sqlite_where=condition)
    _announcements()


def _fill() -> None:
    cases = sa.table("cases", *map(sa.column, ("kind", "item_code", "item_version", "status", "served_at", "ended_at")))
    items = sa.table("items", sa.column("code"), sa.column("version"), sa.column("body", Json))
    of_the_case = (items.c.code == cases.c.item_code) & (items.c.version == cases.c.item_version)
    kind = sa.select(items.c.body["kind"].as_string()).where(of_the_case).scalar_subquery()
    served = sa.case((cases.c.status == "closed", cases.c.ended_at))
    op.execute(sa.update(cases).values(kind=kind, served_at=served))
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps the default, which no row ever takes
        op.alter_column("cases", "kind", server_default=None)


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("announcement_id", sa.String(80), primary_key=True),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("published_by", Json, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.Column("withdrawn_by", Json),
        sa.Column("withdrawn_at", Instant),
        sa.Column("withdrawal_reason", sa.Text),
    )
    standing = sa.text("withdrawn_at IS NULL")
    key = ["published_at", "announcement_id"]
    op.create_index("ix_announcements_standing", "announcements", key, postgresql_where=standing, sqlite_where=standing)


def downgrade() -> None:
    op.drop_table("announcements")
    for name in INDEXES:
        op.drop_index(f"ix_cases_{name}", "cases")
    for column in CASES:
        op.drop_column("cases", column.name)
    for name, columns in OLD_INDEXES.items():
        op.create_index(f"ix_cases_{name}", "cases", list(columns))
