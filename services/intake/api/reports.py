"""Items on their way into the catalogue (S01): reported by departments, one by one or as a file; decided by the centre."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response, status
from pydantic import BaseModel, Field

from services.intake.api.bodies import Words
from services.intake.context import Context
from services.intake.domain.catalogue import Item
from services.intake.domain.entry import Report, ReportState
from services.intake.entering import enter, import_items, report
from services.intake.queries import entry as kept
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Staff
from yimen.web import (
    Body,
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    creates,
    current_unit,
    current_view,
    if_match,
    new_router,
    set_etag,
)

router = new_router(tags=["item reports"])

Working = Annotated[Unit[Context], Depends(current_unit)]
OF_DEPARTMENT = (Role.CHIEF_REPRESENTATIVE, Role.INTEGRATOR)
EVERYWHERE = frozenset({Role.CENTRE_ADMIN, Role.SUPERVISOR})
MOST_TEXT = 350_000


class ReportBody(Body):
    item: Annotated[
        dict[str, Any], Field(description="事项的全部字段，与 GET /items/{item_code} 的答复相同（不含windows）")
    ]


class ImportBody(Body):
    format: Literal["yaml", "csv"]
    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    department: Code


class EntryBody(Body):
    effective_from: date | None = None


class ReasonBody(Body):
    reason: Words


class ReportSummary(BaseModel):
    """`version` is that of the report, for If-Match; `item_version` that of the item."""

    report_id: str
    state: ReportState
    version: int
    item_code: str
    item_name: str
    item_version: int
    department: str
    reported_by: Staff
    reported_at: datetime
    decided_by: Staff | None
    decided_at: datetime | None
    reason: str


class ReportView(ReportSummary):
    item: Item


class ReportPage(BaseModel):
    items: list[ReportSummary]
    next: str | None


class Imported(BaseModel):
    reports: list[ReportSummary]
    unchanged: list[str] = Field(description="与已公布的最新版本相同、未再申报的事项编码")


@router.post("/item-reports", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def report_item(
    body: ReportBody, response: Response, unit: Working, caller: Principal = allow(*OF_DEPARTMENT)
) -> ReportView:
    """申报: an item or a new version of one, with every fault told at once."""
    _of_department(caller, body.item.get("department"))
    made = await report(unit, body.item, caller.staff)
    response.headers["Location"] = f"item-reports/{made.report_id}"
    return _shown(made, response)


@router.post("/catalogue-imports", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def import_catalogue(
    body: ImportBody, unit: Working, caller: Principal = allow(Role.CHIEF_REPRESENTATIVE, Role.CENTRE_ADMIN)
) -> Imported:
    """A department's file: every fault at once with its line, or a report of each item that is new or changed."""
    if Role.CENTRE_ADMIN not in caller.roles:
        _of_department(caller, body.department)
    made, unchanged = await import_items(unit, body.format, body.text, body.department, caller.staff)
    return Imported(reports=list(map(_summary, made)), unchanged=unchanged)


@router.get("/item-reports")
async def list_reports(
    view: Annotated[View[Context], Depends(current_view)],
    state: Annotated[ReportState | None, Query()] = None,
    department: Code | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[Code | None, Query(description="`next` of the page before")] = None,
    caller: Principal = allow(*OF_DEPARTMENT, *EVERYWHERE),
) -> ReportPage:
    """In the order in which they came. A department sees its own."""
    departments = [department] if department else None
    if not caller.roles & EVERYWHERE:
        if department:
            _of_department(caller, department)
        departments = departments or sorted(caller.departments)
    found = await kept.page_of_reports(view, departments=departments, state=state, after=after, limit=limit + 1)
    shown = found[:limit]
    return ReportPage(
        items=list(map(_summary, shown)), next=shown[-1].report_id if len(found) > limit and shown else None
    )


@router.get("/item-reports/{report_id}")
async def read_report(
    report_id: Code,
    view: Annotated[View[Context], Depends(current_view)],
    response: Response,
    caller: Principal = allow(*OF_DEPARTMENT, *EVERYWHERE),
) -> ReportView:
    """One report with the item as it was reported."""
    found = await kept.find_report(view, report_id)
    if found is None:
        raise _no_such_report()
    if not caller.roles & EVERYWHERE:
        _of_department(caller, found.item.department)
    return _shown(found, response)


async def _approach(
    report_id: Code, unit: Working, caller: Principal = allow(Role.CENTRE_ADMIN), expected: int = if_match()
) -> tuple[Report, Staff]:
    """The report, held, as the caller saw it."""
    found = await kept.locked_report(unit, report_id)
    if found is None:
        raise _no_such_report()
    if found.row_version != expected:
        raise StaleVersion(found.row_version)
    return found, caller.staff


Seen = Annotated[tuple[Report, Staff], Depends(_approach)]


@router.post("/item-reports/{report_id}/entry")
async def enter_item(seen: Seen, unit: Working, response: Response, body: EntryBody | None = None) -> ReportView:
    """准予进驻: published, in force from its day."""
    report, by = seen
    return _shown(await enter(unit, report, body.effective_from if body else None, by), response)


@router.post("/item-reports/{report_id}/refusal")
async def refuse_item(body: ReasonBody, seen: Seen, unit: Working, response: Response) -> ReportView:
    """不予进驻: back to the department, with the reason."""
    report, by = seen
    refused, event = report.refuse(body.reason, by, unit.now)
    await kept.keep_report(unit, refused)
    unit.emit(event)
    return _shown(refused, response)


@router.post("/item-reports/{report_id}/exemption")
async def keep_item_out(body: ReasonBody, seen: Seen, unit: Working, response: Response) -> ReportView:
    """批准不进驻: outside the hall for an approved reason, listed for everybody, supervised (S22)."""
    report, by = seen
    exempted, event = report.keep_out(body.reason, by, unit.now)
    await kept.keep_report(unit, exempted)
    unit.emit(event)
    return _shown(exempted, response)


def _of_department(caller: Principal, department: Any) -> None:
    """What names no department is for the rules to refuse."""
    if isinstance(department, str) and not caller.serves(department):
        raise Forbidden("不是本部门的事项", "只能申报和查看本部门的事项，请由该部门的首席代表或业务系统办理。")


def _no_such_report() -> NotFound:
    return NotFound("没有找到该申报", "请从申报列表重新选择。")


def _shown(report: Report, response: Response) -> ReportView:
    set_etag(response, report.row_version)
    return ReportView(**dict(_summary(report)), item=report.item)


def _summary(report: Report) -> ReportSummary:
    return ReportSummary(
        report_id=report.report_id,
        state=report.state,
        version=report.row_version,
        item_code=report.item.code,
        item_name=report.item.name,
        item_version=report.item.version,
        department=report.item.department,
        reported_by=report.reported_by,
        reported_at=report.reported_at,
        decided_by=report.decided_by,
        decided_at=report.decided_at,
        reason=report.reason,
    )
