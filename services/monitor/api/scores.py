"""Scores (量化考核): the month's ranking and sheets, each point with its event; the quarter's grades; their recomputation.

The centre sees everything. A department's people see the sheets of their department and its windows, and their own; its
chief representative also those of the people who sit at them.
"""

from typing import Annotated, TypeVar

from fastapi import Path, status

from services.monitor import publishing, recounting, sheet_views
from services.monitor.api.parts import OVERSEERS, STAFF, Reading, Working
from services.monitor.domain import months
from services.monitor.score_shapes import (
    Grades,
    GradeShape,
    Published,
    Ranking,
    ScoreVerification,
    SheetShape,
    Standing,
)
from yimen.contracts.envelope import Name
from yimen.contracts.monitor import PartyKind
from yimen.web import Conflict, Forbidden, NotFound, Principal, Role, allow, creates, new_router, refuses

router = new_router(tags=["scores"])

CENTRE = (*OVERSEERS, Role.CENTRE_ADMIN)
Month = Annotated[str, Path(pattern=months.MONTH)]
Period = Annotated[str, Path(pattern=months.PERIOD)]


S = TypeVar("S", Standing, GradeShape)


def may_see(caller: Principal, kind: str, party: str, departments: list[str]) -> bool:
    if not caller.roles.isdisjoint(CENTRE):
        return True
    theirs = not caller.departments.isdisjoint(departments)
    if kind == PartyKind.PERSON:
        return party == caller.id or (theirs and Role.CHIEF_REPRESENTATIVE in caller.roles)
    return theirs


def _seen(caller: Principal, items: list[S]) -> list[S]:
    seen = [one for one in items if may_see(caller, one.kind, one.party, one.departments)]
    if not seen and caller.roles.isdisjoint(CENTRE):
        raise NotFound("没有您可以查看的考核", "该时段没有您本人或者您所在部门的考核记录，请核对后重试。")
    return seen


@router.get("/scores/{month}", responses=refuses(404))
async def read_ranking(
    month: Month,
    view: Reading,
    caller: Principal = allow(*CENTRE, *STAFF),
    kind: PartyKind = PartyKind.DEPARTMENT,
) -> Ranking:
    """Best first. Provisional until it is published."""
    ranking = await sheet_views.ranking(view, month, kind)
    return ranking.model_copy(update={"items": _seen(caller, ranking.items)})


@router.get("/scores/{month}/verification", dependencies=[allow(Role.SUPERVISOR)])
async def verify_scores(month: Month, view: Reading) -> ScoreVerification:
    """Computes every sheet of the month anew from the journal alone, and compares."""
    return await sheet_views.compare(view, month, await recounting.recompute(view, month))


@router.post(
    "/scores/{month}/publication",
    status_code=status.HTTP_201_CREATED,
    dependencies=[allow(Role.SUPERVISOR, Role.CENTRE_ADMIN), creates()],
    responses=refuses(409),
)
async def publish_scores(month: Month, unit: Working) -> Published:
    """Of a month that is over, ahead of its day or again; sheets that say nothing new are not said again."""
    if months.end_of(month) > unit.now:
        raise Conflict("month-not-over", "该月尚未结束", "考核应在月末之后公布；在此之前请查看实时考核。")
    return Published(month=month, sheets=await publishing.publish(unit, month))


@router.get("/scores/{month}/{kind}/{party}", responses=refuses(404))
async def read_sheet(
    month: Month,
    kind: PartyKind,
    party: Annotated[Name, Path()],
    view: Reading,
    caller: Principal = allow(*CENTRE, *STAFF),
) -> SheetShape:
    """Every point with its reason and the event that it follows from: as published, or as it stands today."""
    sheet = await sheet_views.sheet(view, month, kind, party)
    if sheet is None:
        raise NotFound("没有该考核表", "该月没有此考核对象的记录，请核对月份和编号。")
    if not may_see(caller, kind, party, sheet.departments):
        raise Forbidden("不能查看其他部门或者他人的考核", "请查看本部门、本窗口或者本人的考核表。")
    return sheet


@router.get("/grades/{term}", responses=refuses(404))
async def read_grades(
    term: Period,
    view: Reading,
    caller: Principal = allow(*CENTRE, *STAFF),
    kind: PartyKind = PartyKind.DEPARTMENT,
) -> Grades:
    """Of a quarter, as published; of a year, the mean of the months published so far (R75)."""
    grades = await sheet_views.grades(view, term, kind)
    return grades.model_copy(update={"items": _seen(caller, grades.items)})
