"""Alerts, and a department's answer to them."""

from fastapi import Response
from sqlalchemy import update

from services.monitor import queries
from services.monitor.api.parts import OVERSEERS, Cursor, Limit, Reading, Working, departments_of, instant_place
from services.monitor.shapes import AlertPage, AlertShape, Answer
from services.monitor.showing import show_alert
from services.monitor.tables import alerts
from yimen.contracts.envelope import Code
from yimen.contracts.monitor import AlertAnswered
from yimen.web import (
    Conflict,
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    if_match,
    new_router,
    set_etag,
)

router = new_router(tags=["alerts"])


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
        departments=departments_of(caller, department),
        answered=answered,
        before=instant_place(after),
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
