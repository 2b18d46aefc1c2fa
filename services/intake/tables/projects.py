"""Key projects (重大项目) on the fast track. Their cases name them."""

from sqlalchemy import Column, Index, Integer, String, Table

from services.intake.tables.cases import metadata
from yimen.db import Instant, Json
from yimen.sealed import SealedJson

projects = Table(
    "projects",
    metadata,
    Column("project_number", String(80), primary_key=True),
    Column("name", String(400), nullable=False),
    Column("investor", SealedJson, nullable=False),
    Column("agent", Json, nullable=False),
    Column("agent_id", String(400), nullable=False),
    Column("mandate", String(200), nullable=False),
    Column("item_codes", Json, nullable=False),
    Column("review_days", Integer, nullable=False),
    Column("paper_number", String(80), nullable=False, unique=True),
    Column("registered_by", Json, nullable=False),
    Column("registered_at", Instant, nullable=False),
)
Index("ix_projects_registered_at", projects.c.registered_at, projects.c.project_number)
Index("ix_projects_agent_id", projects.c.agent_id, projects.c.registered_at, projects.c.project_number)
