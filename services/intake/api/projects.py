"""Key projects on the fast track (重大投资项目快速审批, S07): registered by the centre, which leads; read also by the
official who does their errands (全程代办).
"""

from collections import Counter
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Response, status
from pydantic import BaseModel, Field

from services.intake import queries
from services.intake.api.applications import person
from services.intake.api.bodies import ApplicantBody
from services.intake.api.paging import After, Limit, place_of, written
from services.intake.api.shapes import ApplicantView, CaseSummary
from services.intake.api.views import applicant_view, summary
from services.intake.context import Context
from services.intake.domain import clock
from services.intake.domain import project as projects
from services.intake.domain.case import Case, Rules
from services.intake.domain.documents import PROJECT
from services.intake.domain.project import MOST_REVIEW_DAYS, REVIEW_DAYS, Project
from services.intake.domain.values import Review
from services.intake.process import numbered
from services.intake.queries import projects as kept
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code, Name
from yimen.contracts.intake import ProjectRegistered
from yimen.contracts.parts import Due, Paper, Staff
from yimen.departments import department_name
from yimen.web import Body, NotFound, Principal, Role, allow, creates, current_unit, current_view, new_router
from yimen.worktime import local_date

router = new_router(prefix="/projects", tags=["projects"])

LEADING = frozenset({Role.CENTRE_ADMIN, Role.SUPERVISOR, Role.LEADER})

Reading = Annotated[View[Context], Depends(current_view)]


class AgentBody(Body):
    """An official, by the identity provider's subject and by name."""

    id: Name
    name: Name


class ProjectBody(Body):
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    investor: ApplicantBody
    agent: AgentBody
    mandate: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", description="全程代办委托书")]
    item_codes: Annotated[list[Code], Field(min_length=1, max_length=100)]
    review_days: Annotated[int, Field(ge=1, le=MOST_REVIEW_DAYS, strict=True)] = REVIEW_DAYS


class ProjectSummary(BaseModel):
    project_number: str
    name: str
    investor: ApplicantView
    agent: Staff
    review_days: int
    registered_at: datetime


class ProjectPage(BaseModel):
    items: list[ProjectSummary]
    next: str | None


class OwedView(BaseModel):
    """An answer that a department still owes."""

    review_id: str
    department: str
    department_name: str
    stage: str
    due: Due | None
    days_left: int | None
    received_at: datetime | None
    urged_at: datetime | None


class ProjectCase(CaseSummary):
    owed: list[OwedView]


class ProjectView(ProjectSummary):
    mandate: str
    item_codes: tuple[str, ...]
    document: Paper
    registered_by: Staff
    cases: list[ProjectCase]


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def register(
    body: ProjectBody,
    response: Response,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(Role.CENTRE_ADMIN),
) -> ProjectView:
    """重大项目登记: whose items, which departments then have fewer days for, with one official for every errand."""
    in_force = [item.code for item in await queries.current_items(unit, local_date(unit.now))]
    project = Project(
        project_number=await _number(unit),
        name=body.name.strip(),
        investor=person(body.investor, "/investor"),
        agent=Staff(id=body.agent.id, name=body.agent.name),
        mandate=body.mandate.strip(),
        item_codes=tuple(dict.fromkeys(body.item_codes)),
        review_days=body.review_days,
        registered_by=caller.staff,
        registered_at=unit.now,
    )
    for event in await numbered(unit, (projects.register(project, in_force),)):
        assert isinstance(event, ProjectRegistered)
        project = project.but(paper_number=event.document.number)
        unit.emit(event)
    kept.add(unit, project)
    response.headers["Location"] = f"projects/{project.project_number}"
    return _view(project, [], unit)


async def _number(unit: Unit[Context]) -> str:
    year = local_date(unit.now).year
    counter = f"project_number/{year}"
    serial = (await queries.take_numbers(unit, Counter([counter])))[counter]
    return f"P{year}-{serial:04}"


@router.get("/{project_number}")
async def read_project(
    project_number: Code, view: Reading, caller: Principal = allow(Role.WINDOW_CLERK, *LEADING)
) -> ProjectView:
    """With its cases, and what each department still owes."""
    project = await kept.find(view, project_number)
    if project is None or not (caller.roles & LEADING or project.agent.id == caller.id):
        raise NotFound("没有找到该重大项目", "请核对项目编号；窗口人员只能查看本人全程代办的项目。")
    return _view(project, await queries.cases_of_project(view, project_number), view)


@router.get("")
async def list_projects(
    view: Reading, limit: Limit = 50, after: After = None, caller: Principal = allow(Role.WINDOW_CLERK, *LEADING)
) -> ProjectPage:
    """Oldest first. A clerk sees those whose errands are theirs."""
    whose = None if caller.roles & LEADING else caller.id
    found = await kept.page(view, agent_id=whose, after=place_of(after), limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return ProjectPage(
        items=[_summary(project) for project in found[:limit]],
        next=None if last is None else written(last.registered_at, last.project_number),
    )


def _summary(project: Project) -> ProjectSummary:
    return ProjectSummary(
        project_number=project.project_number,
        name=project.name,
        investor=applicant_view(project.investor, whole=False),
        agent=project.agent,
        review_days=project.review_days,
        registered_at=project.registered_at,
    )


def _view(project: Project, cases: list[Case], view: View[Context]) -> ProjectView:
    return ProjectView(
        **dict(_summary(project)),
        mandate=project.mandate,
        item_codes=project.item_codes,
        document=Paper(kind=PROJECT, number=project.paper_number, dated=local_date(project.registered_at)),
        registered_by=project.registered_by,
        cases=[_case(case, view.context.rules, view.now) for case in cases],
    )


def _case(case: Case, rules: Rules, now: datetime) -> ProjectCase:
    owed = [_owed(case, review, rules, local_date(now)) for review in projects.owing(case)]
    return ProjectCase(**summary(case, rules, now), owed=owed)


def _owed(case: Case, review: Review, rules: Rules, today: date) -> OwedView:
    return OwedView(
        review_id=review.review_id,
        department=review.department,
        department_name=department_name(review.department),
        stage=case.item.stages[review.stage].name,
        due=clock.maybe_due(clock.review_due(review, rules.calendar)),
        days_left=clock.review_left(review, rules.calendar, today),
        received_at=review.received_at,
        urged_at=review.urged_at,
    )
