"""What is entrusted to stations and village agents, and the key projects on the fast track."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _agencies()
    _projects()
    op.create_index("ix_cases_project", "cases", ["project", "submitted_at", "case_number"])


def _agencies() -> None:
    op.create_table(
        "agencies",
        sa.Column("agency_id", sa.String(80), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("township", sa.String(80), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("agent", Json, nullable=False),
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("item_name", sa.String(400), nullable=False),
        sa.Column("applicant", Json, nullable=False),
        sa.Column("mandate", sa.String(200), nullable=False),
        sa.Column("situations", Json, nullable=False),
        sa.Column("materials", Json, nullable=False),
        sa.Column("receipt_number", sa.String(80), nullable=False),
        sa.Column("entrusted_at", Instant, nullable=False),
        sa.Column("forwarded_at", Instant),
        sa.Column("overdue_at", Instant),
        sa.Column("handed_in_at", Instant),
        sa.Column("case_number", sa.String(80)),
        sa.Column("steps", Json, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name="pk_agencies"),
        sa.UniqueConstraint("receipt_number", name="uq_agencies_receipt_number"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.case_number"], name="fk_agencies_case_number"),
    )
    place = ["entrusted_at", "agency_id"]
    op.create_index("ix_agencies_entrusted_at", "agencies", place)
    op.create_index("ix_agencies_station", "agencies", ["station", "state", *place])
    op.create_index("ix_agencies_township", "agencies", ["township", "state", *place])


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("project_number", sa.String(80), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("investor", Json, nullable=False),
        sa.Column("agent", Json, nullable=False),
        sa.Column("agent_id", sa.String(400), nullable=False),
        sa.Column("mandate", sa.String(200), nullable=False),
        sa.Column("item_codes", Json, nullable=False),
        sa.Column("review_days", sa.Integer, nullable=False),
        sa.Column("paper_number", sa.String(80), nullable=False),
        sa.Column("registered_by", Json, nullable=False),
        sa.Column("registered_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("project_number", name="pk_projects"),
        sa.UniqueConstraint("paper_number", name="uq_projects_paper_number"),
    )
    place = ["registered_at", "project_number"]
    op.create_index("ix_projects_registered_at", "projects", place)
    op.create_index("ix_projects_agent_id", "projects", ["agent_id", *place])


def downgrade() -> None:
    op.drop_index("ix_cases_project", "cases")
    op.drop_table("projects")
    op.drop_table("agencies")
