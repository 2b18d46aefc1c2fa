"""What is counted of the cases, and an index for each list of them.

Cases that were followed before are counted by the supervisor itself, in portions, once it runs (`recount_cases`).
"""

import sqlalchemy as sa
from alembic import op

from yimen.db import Json

revision = "0011"
down_revision = "0010"

CASES = (
    sa.Column("item_code", sa.String(80)),
    sa.Column("closed_on", sa.Date),
    sa.Column("ended_light", sa.Integer),
    sa.Column("contribution", Json),
)
LISTS = {
    "red": (("red_at", "department", "promised_due"), "stopped_at IS NULL AND red_at IS NOT NULL"),
    "yellow": (("yellow_at", "department", "promised_due", "red_at"), "stopped_at IS NULL AND yellow_at IS NOT NULL"),
    "blue": (
        ("blue_at", "department", "promised_due", "yellow_at", "red_at"),
        "stopped_at IS NULL AND blue_at IS NOT NULL",
    ),
    "running": (("department", "promised_due"), "stopped_at IS NULL"),
    "ended": (("department", "ended_light", "promised_due"), "stopped_at IS NOT NULL"),
    "accepted": (("department", "accepted_on"), "accepted_on IS NOT NULL"),
    "item_accepted": (("item_code", "accepted_on"), "accepted_on IS NOT NULL"),
    "closed": (("department", "closed_on"), "closed_on IS NOT NULL"),
    "item_closed": (("item_code", "closed_on"), "closed_on IS NOT NULL"),
    "late": (("department", "closed_on"), "closed_on IS NOT NULL AND late_days > 0"),
    "uncounted": ((), "contribution IS NULL"),
}
MEASURES = (
    *("submitted", "accepted", "deemed", "instant", "committed", "joint", "forwarded"),
    *("by_web", "by_window", "by_township", "by_village", "promised_days", "statutory_days"),
    *("ended", "ended_late", "refused", "returned", "withdrawn"),
    *("closed", "closed_late", "closed_over_law", "closed_early", "granted", "denied"),
    *("used_days", "allowed_days", "reviews", "reviews_late", "reviews_deemed"),
    *("fees_settled", "fees_refunded", "ratings", "stars", "bad_ratings", "default_ratings", "default_stars"),
    *("alerts_blue", "alerts_yellow", "alerts_red", "alerts_escalated", "alerts_lifted"),
    *("complaints", "complaints_upheld"),
)
WIDE = {"fees_settled", "fees_refunded", "minutes"}


def upgrade() -> None:
    for column in CASES:
        op.add_column("cases", column)
    op.drop_index("ix_cases_department", "cases")
    for name, (columns, where) in LISTS.items():
        key, condition = [*columns, "number"], sa.text(where)
        op.create_index(f"ix_cases_{name}", "cases", key, postgresql_where=condition, sqlite_where=condition)
    _counts()
    op.create_table(
        "counted_items",
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("item_code", name="pk_counted_items"),
    )
    op.create_table(
        "counted_complaints",
        sa.Column("complaint_number", sa.String(80), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.PrimaryKeyConstraint("complaint_number", name="pk_counted_complaints"),
    )


def _counts() -> None:
    op.create_table(
        "case_counts",
        sa.Column("grain", sa.String(5), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("item_code", sa.String(80), nullable=False),
        *_measures(MEASURES),
        sa.PrimaryKeyConstraint("grain", "first", "department", "item_code", name="pk_case_counts"),
    )
    op.create_table(
        "stage_counts",
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("stage", sa.String(420), nullable=False),
        sa.Column("days", sa.Integer, autoincrement=False, nullable=False),
        *_measures(("count", "late", "deemed", "minutes")),
        sa.PrimaryKeyConstraint("month", "department", "item_code", "stage", "days", name="pk_stage_counts"),
    )


def _measures(names: tuple[str, ...]) -> list[sa.Column[int]]:
    kinds = {name: sa.BigInteger if name in WIDE else sa.Integer for name in names}
    return [sa.Column(name, kind, nullable=False, server_default="0") for name, kind in kinds.items()]


def downgrade() -> None:
    for table in ("counted_complaints", "counted_items", "stage_counts", "case_counts"):
        op.drop_table(table)
    for name in LISTS:
        op.drop_index(f"ix_cases_{name}", "cases")
    op.create_index("ix_cases_department", "cases", ["department", "stopped_at"])
    for column in CASES:
        op.drop_column("cases", column.name)
