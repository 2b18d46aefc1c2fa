"""What the supervisor answers: cases with their clocks and lights, alerts, the journal and its verification, counts.

Supervisors and leaders see everything; a department's staff see the cases that their department is on, and its chief
representative answers its alerts. Nothing here changes a case: the only thing that can be written is an answer.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Path, Query, Response
from sqlalchemy import update

from services.monitor import queries, tallying
from services.monitor.context import Context
from services.monitor.domain.clocks import SEVERITY
from services.monitor.shapes import (
    AlertPage,
    AlertShape,
    Answer,
    CasePage,
    CaseShape,
    EntryShape,
    FeeDay,
    JournalPage,
    Summary,
    Verification,
)
from services.monitor.showing import show_alert, show_case, show_department, show_line
from services.monitor.tables import alerts
from services.monitor.watching import see
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.monitor import AlertAnswered, Light
from yimen.web import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    current_unit,
    current_view,
    if_match,
    new_router,
    set_etag,
)
from yimen.worktime import local_date

router = new_router(tags=["supervision"])

OVERSEERS = (Role.SUPERVISOR, Role.LEADER)
STAFF = (Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)
Reading = Annotated[View[Context], Depends(current_view)]
Working = Annotated[Unit[Context], Depends(current_unit)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]


@router.get("/cases/{number}")
async def read_case(
    number: Annotated[Code, Path()], view: Reading, caller: Principal = allow(*OVERSEERS, *STAFF)
) -> CaseShape:
    seen = await see(view, number)
    if not seen.told:
        raise NotFound("没有此办件", "监察系统没有收到该办件的任何记录，请核对办件编号。")
    if not _oversees(caller) and not seen.departments & caller.departments:
        raise Forbidden("不能查看其他部门的办件", "该办件不涉及您所在的部门；如需了解，请联系监察人员。")
    calendar = (await queries.calendars(view))[-1]
    raised = [show_alert(row, view.now) for row in await queries.case_alerts(view, number)]
    return show_case(seen, raised, calendar, view.context.thresholds, view.now)


@router.get("/cases")
async def list_cases(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, Role.CHIEF_REPRESENTATIVE),
    light: Light | None = None,
    department: Code | None = None,
    ended: Annotated[
        bool, Query(description="those whose clock has stopped, instead of those whose clock runs")
    ] = False,
    limit: Limit = 50,
    after: Cursor = None,
) -> CasePage:
    """Worst light first, then the earliest promised date."""
    rows = await queries.case_page(
        view,
        light=light,
        departments=_departments(caller, department),
        ended=ended,
        after=_case_place(after),
        limit=limit + 1,
    )
    shown, last = rows[:limit], rows[limit - 1] if len(rows) > limit else None
    place = last and f"{last.severity}~{last.promised_due or queries.NO_DUE}~{last.number}"
    return CasePage(items=[show_line(row) for row in shown], next=place)


@router.get("/alerts")
async def list_alerts(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, Role.CHIEF_REPRESENTATIVE),
    department: Code | None = None,
    answered: bool | None = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> AlertPage:
    """Newest first."""
    rows = await queries.alert_page(
        view,
        departments=_departments(caller, department),
        answered=answered,
        before=_alert_place(after),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return AlertPage(
        items=[show_alert(row, view.now) for row in rows[:limit]],
        next=last and f"{last.raised_at:%Y-%m-%dT%H:%M:%S.%fZ}~{last.alert_id}",
    )


@router.post("/alerts/{alert_id}/answer")
async def answer_alert(
    alert_id: Code,
    body: Answer,
    unit: Working,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE),
    expected: int = if_match(),
) -> AlertShape:
    """Once; the answer stands in the journal and cannot be taken back."""
    row = await queries.alert(unit, alert_id)
    if row is None:
        raise NotFound("没有此监察提示", "请刷新监察列表后重试。")
    if not caller.serves(row.department):
        raise Forbidden("不能答复其他部门的监察提示", "请由被提示部门的首席代表答复。")
    if row.answered_at is not None:
        raise Conflict(
            "alert-already-answered", "该监察提示已经答复", "答复已存档，不能更改；如有补充，请联系监察人员。"
        )
    if row.version != expected:
        raise StaleVersion(row.version)
    said = {"answer": body.answer, "answered_by": caller.name, "answered_at": unit.now, "version": row.version + 1}
    await unit.execute(update(alerts).where(alerts.c.alert_id == alert_id).values(**said))
    unit.emit(
        AlertAnswered(
            alert_id=row.alert_id,
            department=row.department,
            case_number=row.case_number,
            answer=body.answer,
            answered_by=caller.staff,
            answered_at=unit.now,
        )
    )
    set_etag(response, row.version + 1)
    return show_alert(row, unit.now).model_copy(update=said)


@router.get("/summary", dependencies=[allow(*OVERSEERS)])
async def read_summary(view: Reading) -> Summary:
    return Summary(at=view.now, departments=[show_department(row) async for row in queries.summary(view)])


@router.get("/fee-days", dependencies=[allow(*OVERSEERS, Role.TREASURER)])
async def read_fee_days(view: Reading, first: date | None = None, last: date | None = None) -> list[FeeDay]:
    """Both days included, a year at most; without dates the last thirty days."""
    last = last or local_date(view.now)
    first = first or last - timedelta(days=30)
    if not timedelta() <= last - first <= timedelta(days=366):
        raise Invalid("invalid-range", "日期范围不对", "截止日期应在起始日期之后，最多一年。")
    return [FeeDay.model_validate(dict(row._mapping)) for row in await tallying.of_days(view, first, last)]


@router.get("/journal", dependencies=[allow(Role.SUPERVISOR)])
async def read_journal(
    view: Reading, after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Limit = 100
) -> JournalPage:
    entries = await queries.journal_page(view, after, limit)
    following = entries[-1].position if len(entries) == limit else None
    return JournalPage(items=[EntryShape.of(entry) for entry in entries], next=following)


@router.get("/journal/verification", dependencies=[allow(Role.SUPERVISOR)])
async def verify_journal(view: Reading) -> Verification:
    """Walks the whole chain. Write the head down elsewhere: against it even a rewritten journal can be told."""
    head, altered = await queries.verify_journal(view)
    return Verification(sound=altered is None, checked=head.position, head=head.hash, first_altered=altered)


def _oversees(caller: Principal) -> bool:
    return not caller.roles.isdisjoint(OVERSEERS)


def _departments(caller: Principal, asked: str | None) -> list[str] | None:
    """What the list may show: everything to overseers, their own to a department's people."""
    if asked is None:
        return None if _oversees(caller) else sorted(caller.departments)
    if not _oversees(caller) and not caller.serves(asked):
        raise Forbidden("不能查看其他部门的监察情况", "请选择您所在的部门，或联系监察人员。")
    return [asked]


def _unreadable_place() -> Invalid:
    return Invalid("invalid-place", "翻页位置不正确", "请从第一页重新查询。")


def _case_place(text: str | None) -> tuple[int, date, str] | None:
    if text is None:
        return None
    try:
        rank, day, number = text.split("~")
        place = int(rank), date.fromisoformat(day), number
    except ValueError as wrong:
        raise _unreadable_place() from wrong
    if place[0] not in SEVERITY.values():
        raise _unreadable_place()
    return place


def _alert_place(text: str | None) -> tuple[datetime, str] | None:
    if text is None:
        return None
    try:
        at, alert_id = text.split("~")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise _unreadable_place()
        return instant.astimezone(UTC), alert_id
    except (ValueError, OverflowError) as wrong:  # the ends of the calendar have no UTC
        raise _unreadable_place() from wrong
