"""Findings of patrols (现场巡查): entered by the centre, read and set right by departments (R82)."""

import datetime as dt
from typing import Annotated, Any, Final, Self

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitor import inspecting
from services.monitor.api.parts import (
    ANSWERABLE,
    OVERSEERS,
    Cursor,
    Limit,
    Reading,
    Words,
    Working,
    departments_of,
    instant_place,
    place_of,
)
from services.monitor.context import Context
from services.monitor.inspecting import Patrol
from services.monitor.remaining import Today, today_of
from yimen.bus import View
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.monitor import Deduction
from yimen.contracts.parts import Staff
from yimen.departments import department_name
from yimen.web import (
    Body,
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    creates,
    if_match,
    new_router,
    set_etag,
)

router = new_router(tags=["inspections"])

COUNTY_WIDE: Final = (*OVERSEERS, Role.CENTRE_ADMIN)
Number = Annotated[Code, Path()]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class PersonBody(Body):
    id: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
    name: Title

    @property
    def staff(self) -> Staff:
        return Staff(id=self.id, name=self.name)


class PatrolBody(Body):
    """`tenths`: points in tenths, negative for a deduction, where the rulebook's row gives a range."""

    code: Code
    department: Code
    detail: Words
    found_on: dt.date
    window: Code | None = None
    person: PersonBody | None = None
    case_number: Code | None = None
    item_code: Code | None = None
    tenths: int | None = Field(default=None, ge=-1000, le=1000)

    def patrol(self) -> Patrol:
        plain = self.model_dump(exclude={"person"})
        return Patrol(person=self.person.staff if self.person else None, **plain)


class RectificationBody(Body):
    measures: Words


class FindingShape(BaseModel):
    """`rectify_by`: absent where there is nothing to set right; `left`: working days until then, while it waits."""

    finding_number: str
    department: str
    department_name: str
    case_number: str | None
    code: str
    title: str
    rule: str
    window: str | None
    person: Staff | None
    item_code: str | None
    detail: str
    found_on: dt.date
    found_by: Staff | None
    deductions: list[Deduction]
    rectify_by: dt.date | None
    overdue: bool
    left: int | None
    recorded_at: Instant
    measures: str | None
    rectified_by: Staff | None
    rectified_at: Instant | None
    version: int

    @classmethod
    def of(cls, row: Row[Any], today: Today) -> Self:
        waits = row.rectify_by is not None and row.rectified_at is None
        return cls(
            **dict(row._mapping) | {"deductions": read_deductions(row.deductions)},
            finding_number=row.number,
            department_name=department_name(row.department),
            overdue=waits and today.past(row.rectify_by),
            left=today.left(row.rectify_by) if waits else None,
        )


class FindingPage(BaseModel):
    items: list[FindingShape]
    next: str | None


def read_deductions(deductions: list[dict[str, Any]]) -> list[Deduction]:
    return [Deduction.model_validate(one, strict=False) for one in deductions]


@router.get("/inspections")
async def list_findings(
    view: Reading,
    caller: Principal = allow(*COUNTY_WIDE, *ANSWERABLE),
    department: Code | None = None,
    code: Code | None = None,
    open: Annotated[bool, Query(description="只看尚未整改的")] = False,
    limit: Limit = 50,
    after: Cursor = None,
) -> FindingPage:
    """Newest first."""
    rows = await inspecting.page(
        view,
        departments=departments_of(caller, department, COUNTY_WIDE),
        code=code,
        open_only=open,
        before=instant_place(after),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = last and place_of(last.recorded_at, last.number)
    today = await today_of(view)
    return FindingPage(items=[FindingShape.of(row, today) for row in rows[:limit]], next=following)


@router.post("/inspections", status_code=201, dependencies=[creates()])
async def record_finding(
    unit: Working,
    body: PatrolBody,
    response: Response,
    caller: Principal = allow(Role.SUPERVISOR, Role.CENTRE_ADMIN),
) -> FindingShape:
    """登记: a row of the rulebook in force, charged as it says."""
    said = await inspecting.record(unit, body.patrol(), caller.staff)
    return await _show(unit, said.finding_number, response)


@router.get("/inspections/{finding_number}")
async def read_finding(
    finding_number: Number,
    view: Reading,
    response: Response,
    caller: Principal = allow(*COUNTY_WIDE, *ANSWERABLE),
) -> FindingShape:
    shown = await _show(view, finding_number, response)
    if caller.roles.isdisjoint(COUNTY_WIDE) and not caller.serves(shown.department):
        raise Forbidden("不是本部门的检查记录", "该记录涉及其他部门；如需了解，请联系监察人员。")
    return shown


@router.post("/inspections/{finding_number}/rectification")
async def rectify_finding(
    unit: Working,
    finding_number: Number,
    body: RectificationBody,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE),
    expected: int = if_match(),
) -> FindingShape:
    """整改: what the department did about it, once."""
    row = await inspecting.lock(unit, finding_number)
    if row is None:
        raise _unknown()
    if not caller.serves(row.department):
        raise Forbidden("不是本部门的检查记录", "请由该记录所涉部门的首席代表填报整改情况。")
    if row.version != expected:
        raise StaleVersion(row.version)
    await inspecting.rectify(unit, row, body.measures, caller.staff)
    return await _show(unit, finding_number, response)


async def _show(view: View[Context], finding_number: str, response: Response) -> FindingShape:
    row = await inspecting.find(view, finding_number)
    if row is None:
        raise _unknown()
    set_etag(response, row.version)
    return FindingShape.of(row, await today_of(view))


def _unknown() -> NotFound:
    return NotFound("没有此检查记录", "请核对检查记录编号后重试。")
