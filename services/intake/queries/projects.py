"""How key projects are found and kept. A project does not change after its registration."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, select, tuple_

from services.intake.domain.project import Project
from services.intake.tables import projects
from yimen.bus import Unit, View
from yimen.db import Instant

_JSON = {"investor", "agent", "item_codes", "registered_by"}


async def find(view: View[Any], project_number: str) -> Project | None:
    query = select(projects).where(projects.c.project_number == project_number)
    row = (await view.execute(query)).one_or_none()
    return None if row is None else _project(row)


async def page(
    view: View[Any], *, agent_id: str | None = None, after: tuple[datetime, str] | None = None, limit: int
) -> list[Project]:
    """Oldest first. `after` is the last key of the page before."""
    key = (projects.c.registered_at, projects.c.project_number)
    query = select(projects).order_by(*key).limit(limit)
    if agent_id is not None:
        query = query.where(projects.c.agent_id == agent_id)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(literal(after[0], Instant), literal(after[1])))
    return [_project(row) for row in await view.execute(query)]


def add(unit: Unit[Any], project: Project) -> None:
    values = project.model_dump(exclude=_JSON) | project.model_dump(mode="json", include=_JSON)
    unit.add(projects, values | {"agent_id": project.agent.id})


def _project(row: Row[Any]) -> Project:
    return Project.model_validate({name: value for name, value in row._mapping.items() if name != "agent_id"})
