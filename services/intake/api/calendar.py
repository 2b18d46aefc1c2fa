"""The working-day plan (放假安排): open to everyone, edited by the centre (R35, R36)."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, Field

from services.intake import planning
from services.intake.context import Context
from services.intake.queries import calendar
from yimen.bus import Unit, View
from yimen.web import (
    Body,
    Principal,
    Role,
    StaleVersion,
    allow,
    allow_anyone,
    current_unit,
    current_view,
    if_match,
    new_router,
    set_etag,
)
from yimen.worktime import Calendar

router = new_router(prefix="/calendar", tags=["calendar"])

Reading = Annotated[View[Context], Depends(current_view)]
Year = Annotated[int, Path(ge=2004, le=2099)]
Days = Annotated[list[date], Field(max_length=120)]


class PlanBody(Body):
    days_off: Annotated[Days, Field(description="放假的日期，不必列出周末")]
    worked_weekends: Annotated[Days, Field(description="调休上班的周末")]


class YearView(BaseModel):
    """`provisional`: not announced yet; weekends alone are off, and limits that reach into the year are marked (R36)."""

    year: int
    version: int
    provisional: bool
    days_off: list[date]
    worked_weekends: list[date]


class LimitChangeView(BaseModel):
    id: int
    revision: int
    case_number: str
    what: str
    old: date
    new: date
    changed_at: datetime


class LimitChangePage(BaseModel):
    items: list[LimitChangeView]
    next: str | None


@router.get("/changes", dependencies=[allow(Role.SUPERVISOR, Role.CENTRE_ADMIN)])
async def list_changes(
    view: Reading,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LimitChangePage:
    """Limits that a revised plan moved, each with the date before and after (R35)."""
    rows = await calendar.page_of_changes(view, after=after, limit=limit + 1)
    shown = [LimitChangeView.model_validate(dict(row._mapping)) for row in rows[:limit]]
    return LimitChangePage(items=shown, next=str(shown[-1].id) if len(rows) > limit else None)


@router.get("/{year}", dependencies=[allow_anyone()])
async def read_year(year: Year, view: Reading, response: Response) -> YearView:
    await calendar.follow_newest(view)
    shown = _year(view.context.rules.calendar, year)
    set_etag(response, shown.version)
    return shown


@router.put("/{year}")
async def revise_year(
    year: Year,
    body: PlanBody,
    response: Response,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(Role.CENTRE_ADMIN),
    expected: int = if_match(),
) -> YearView:
    """国务院办公厅通知到达或者变更; every open limit is recomputed (R35). `If-Match: "0"` where there is no plan yet."""
    await calendar.follow_newest(unit)
    current = _year(unit.context.rules.calendar, year).version
    if current != expected:
        raise StaleVersion(current)
    if not await planning.revise(unit, year, body.days_off, body.worked_weekends, current + 1, caller.staff):
        raise StaleVersion(current + 1)
    set_etag(response, current + 1)
    days = {"days_off": sorted(set(body.days_off)), "worked_weekends": sorted(set(body.worked_weekends))}
    return YearView(year=year, version=current + 1, provisional=False, **days)


def _year(known: Calendar, year: int) -> YearView:
    plan = known.plans.get(year)
    if plan is None:
        return YearView(year=year, version=0, provisional=True, days_off=[], worked_weekends=[])
    days: dict[str, Any] = {"days_off": sorted(plan.days_off), "worked_weekends": sorted(plan.worked_weekends)}
    return YearView(year=year, version=plan.version, provisional=False, **days)
