"""Statistics for those who lead, and what the public is told of a month (S21).

Leaders, supervisors and the centre's administrator see every department, a chief representative the own. What is asked by
item or by stage is told for whole months.
"""

from datetime import date
from typing import Annotated, Final

from fastapi import Depends, Query

from services.monitor import statistics
from services.monitor.api.parts import OVERSEERS, Limit, Reading
from services.monitor.board import Board, board
from services.monitor.figures import (
    Bottlenecks,
    ByDay,
    ByDepartment,
    ByItem,
    ByStage,
    DayFigures,
    DepartmentFigures,
    Figures,
    ItemFigures,
    Overview,
    PublicFigures,
    PublicMonth,
    Satisfaction,
    Share,
    StageFigures,
)
from services.monitor.statistics import Departments, Span
from yimen.contracts.envelope import Code
from yimen.departments import department_name
from yimen.web import Forbidden, Invalid, Principal, Role, allow, allow_anyone, new_router, revalidated
from yimen.worktime import local_date

router = new_router(prefix="/statistics", tags=["statistics"])

READERS: Final = (*OVERSEERS, Role.CENTRE_ADMIN)
YEARS: Final = range(2000, 2200)
LONGEST_SPAN: Final = 366
WORST: Final = 10


async def asked_span(
    view: Reading,
    first: Annotated[date | None, Query(alias="from", description="without it: the first of the month of `to`")] = None,
    last: Annotated[date | None, Query(alias="to", description="without it: today")] = None,
) -> Span:
    last = last or local_date(view.now)
    first = first or last.replace(day=1)
    if first > last or first.year not in YEARS or last.year not in YEARS or (last - first).days >= LONGEST_SPAN:
        raise Invalid("invalid-range", "日期范围不对", "截止日期不应早于起始日期，最多一年。")
    return Span(first, last)


async def asked_departments(
    caller: Principal = allow(*READERS, Role.CHIEF_REPRESENTATIVE), department: Code | None = None
) -> Departments:
    everything = not caller.roles.isdisjoint(READERS)
    if department is None:
        return None if everything else sorted(caller.departments)
    if not everything and not caller.serves(department):
        raise Forbidden("不能查看其他部门的统计", "请选择您所在的部门，或联系监察人员。")
    return [department]


Asked = Annotated[Span, Depends(asked_span)]
Whose = Annotated[Departments, Depends(asked_departments)]


async def _counted(view: Reading, span: Span, departments: Departments) -> dict[str, object]:
    known = departments if departments is not None else [row.department for row in await statistics.all_time(view)]
    return {"at": view.now, "first": span.first, "last": span.last, "departments": list(known)}


def _where(departments: Departments) -> dict[str, str]:
    """The list behind a number has one department, or all that its reader may see."""
    return {"department": departments[0]} if departments is not None and len(departments) == 1 else {}


@router.get("/overview")
async def read_overview(view: Reading, span: Asked, departments: Whose) -> Overview:
    now = await statistics.sums(view, span, departments)
    before = await statistics.sums(view, span.before, departments)
    where = _where(departments)
    return Overview.model_validate(
        await _counted(view, span, departments)
        | {
            "open": sum(statistics.open_of(row) for row in await statistics.all_time(view, departments)),
            "figures": Figures.of(now, span, **where),
            "before": Figures.of(before, span.before, **where),
        }
    )


@router.get("/departments")
async def read_departments(view: Reading, span: Asked, departments: Whose) -> ByDepartment:
    rows = await statistics.by_department(view, span, departments)
    items = [
        DepartmentFigures(
            department=row.department,
            department_name=department_name(row.department),
            figures=Figures.of(row._mapping, span, department=row.department),
        )
        for row in rows
    ]
    return ByDepartment.model_validate(await _counted(view, span, departments) | {"items": items})


@router.get("/items")
async def read_items(view: Reading, span: Asked, departments: Whose, limit: Limit = 50) -> ByItem:
    """Of the whole months that the days touch; those that were accepted most often first."""
    months, where = span.months, _where(departments)
    items = [
        ItemFigures(
            item_code=row.item_code,
            item_name=row.name or row.item_code,
            figures=Figures.of(row._mapping, months, item=row.item_code, **where),
        )
        for row in await statistics.by_item(view, span, departments, limit)
    ]
    return ByItem.model_validate(await _counted(view, months, departments) | {"items": items})


@router.get("/days")
async def read_days(view: Reading, span: Asked, departments: Whose) -> ByDay:
    """Days on which anything was counted."""
    items = [DayFigures.of(row) for row in await statistics.by_day(view, span, departments)]
    return ByDay.model_validate(await _counted(view, span, departments) | {"items": items})


@router.get("/stages")
async def read_stages(view: Reading, span: Asked, departments: Whose, item: Code | None = None) -> ByStage:
    """How long stages took, in the whole months that the days touch."""
    stages, apart = await _stages(view, span, departments, item)
    told = await _counted(view, span.months, departments) | {"stages": stages, "apart": apart}
    return ByStage.model_validate(told)


@router.get("/bottlenecks")
async def read_bottlenecks(view: Reading, span: Asked, departments: Whose, item: Code | None = None) -> Bottlenecks:
    """Where cases wait: the worst stages, and the worst stages of departments."""
    stages, apart = (_worst(found) for found in await _stages(view, span, departments, item))
    told = await _counted(view, span.months, departments) | {"stages": stages, "apart": apart}
    return Bottlenecks.model_validate(told)


async def _stages(
    view: Reading, span: Span, departments: Departments, item: str | None
) -> tuple[list[StageFigures], list[StageFigures]]:
    together = await statistics.stages(view, span, departments, item, apart=False)
    apart = await statistics.stages(view, span, departments, item, apart=True)
    return [StageFigures.of(row) for row in together], [StageFigures.of(row) for row in apart]


def _worst(found: list[StageFigures]) -> list[StageFigures]:
    return sorted(found, key=lambda one: (-(one.late.per_ten_thousand or 0), -(one.days.hundredths or 0)))[:WORST]


@router.get("/public", dependencies=[allow_anyone(), revalidated()])
async def read_public(
    view: Reading, month: Annotated[str | None, Query(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$")] = None
) -> PublicMonth:
    """By department; `month` as YYYY-MM, without it the present one."""
    first = date.fromisoformat(f"{month}-01") if month else local_date(view.now).replace(day=1)
    rows = await statistics.by_department(view, Span(first, first).months, None)
    items = [
        PublicFigures(
            department=row.department,
            department_name=department_name(row.department),
            accepted=row.accepted,
            closed=row.closed,
            in_time=Share.of(row.closed - row.closed_late, row.closed),
            instant=Share.of(row.instant, row.accepted),
            satisfaction=Satisfaction.of(row._mapping),
        )
        for row in rows
        if row.accepted or row.closed
    ]
    return PublicMonth(month=f"{first:%Y-%m}", items=items)


@router.get("/board", dependencies=[allow_anyone(), revalidated()])
async def read_board(view: Reading) -> Board:
    """What the hall's big display shows of today and of the month."""
    return await board(view)
