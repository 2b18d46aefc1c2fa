"""Licences, quotas, renewals, and which limits a department was urged for. Licences that were issued before are entered."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from yimen.db import Json
from yimen.sealed import SealedJson

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    licences = op.create_table(
        "licences",
        sa.Column("licence_number", sa.String(80), primary_key=True),
        sa.Column("case_number", sa.String(80), sa.ForeignKey("cases.case_number"), nullable=False, unique=True),
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("holder", sa.String(400), nullable=False),
        sa.Column("id_number", sa.String(40), nullable=False),
        sa.Column("organisation", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("renewed_by", sa.String(80)),
    )
    op.create_table(
        "quotas",
        sa.Column("item_code", sa.String(80), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("used", sa.Integer, nullable=False),
    )
    op.add_column("cases", sa.Column("renews_until", sa.Date))
    op.add_column("reviews", sa.Column("urged_for", Json, nullable=False, server_default="[]"))
    op.create_index("ix_cases_item_code", "cases", ["item_code", "status"])
    op.create_index("ix_cases_renews", "cases", ["renews"])
    if rows := list(_issued_before()):
        op.bulk_insert(licences, rows)


def _issued_before() -> Iterator[dict[str, Any]]:
    columns = (
        sa.column("case_number"),
        sa.column("item_code"),
        sa.column("applicant", SealedJson),
        sa.column("licence", Json),
    )
    for row in op.get_bind().execute(sa.select(*columns).select_from(sa.table("cases"))):
        if row.licence:
            yield {
                "licence_number": row.licence["number"],
                "case_number": row.case_number,
                "item_code": row.item_code,
                "name": row.licence["name"],
                "holder": row.applicant["name"],
                "id_number": row.applicant["id_number"],
                "organisation": row.applicant["organisation"],
                "valid_from": date.fromisoformat(row.licence["valid_from"]),
                "valid_until": _day(row.licence["valid_until"]),
                "state": "valid",
            }


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)


def downgrade() -> None:
    op.drop_index("ix_cases_renews", "cases")
    op.drop_index("ix_cases_item_code", "cases")
    op.drop_column("reviews", "urged_for")
    op.drop_column("cases", "renews_until")
    op.drop_table("quotas")
    op.drop_table("licences")
