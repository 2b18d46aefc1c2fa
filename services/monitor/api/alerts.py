"""Alerts: what was raised, a department's answer to one, and its whole story."""

from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy import Row

from services.monitor import alerting
from services.monitor.alert_queries import AlertFilter, AlertSort, alert_page, alert_row, alerts_by_limit, orders_about
from services.monitor.api.orders import OrderShape
from services.monitor.api.parts import (
    ANSWERABLE,
    OVERSEERS,
    Cursor,
    Limit,
    Reading,
    Working,
    day_place,
    departments_of,
    instant_place,
    oversees,
    place_of,
)
from services.monitor.remaining import today_of
from services.monitor.shapes import AlertPage, AlertShape, Answer
from services.monitor.showing import show_alert
from services.monitor.stories import Chapter, story_of
from yimen.contracts.envelope import Code
from yimen.contracts.monitor import Light
from yimen.web import Forbidden, NotFound, Principal, Role, StaleVersion, allow, if_match, new_router, set_etag

router = new_router(tags=["alerts"])


class AlertStory(AlertShape):
    """`orders`: those that follow from it, the oldest first. `story`: everything that happened to it, in its order."""

    orders: list[OrderShape]
    story: list[Chapter]


@router.get("/alerts")
async def list_alerts(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, *ANSWERABLE),
    department: Code | None = None,
    case: Annotated[Code | None, Query(description="办件编号")] = None,
    level: Light | None = None,
    answered: bool | None = None,
    lifted: bool | None = None,
    overdue: Annotated[bool | None, Query(description="期限已过而未答复")] = None,
    sort: AlertSort = AlertSort.NEWEST,
    limit: Limit = 50,
    after: Cursor = None,
) -> AlertPage:
    """Newest first, or the earliest limit first."""
    wanted = AlertFilter(departments_of(caller, department), case, level, answered, lifted, overdue)
    if sort is AlertSort.LIMIT:
        rows = await alerts_by_limit(view, wanted, day_place(after), limit + 1)
    else:
        rows = await alert_page(view, wanted, instant_place(after), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    today = await today_of(view)
    return AlertPage(items=[show_alert(row, today) for row in rows[:limit]], next=last and _place(last, sort))


def _place(row: Row[Any], sort: AlertSort) -> str:
    return f"{row.answer_by}~{row.alert_id}" if sort is AlertSort.LIMIT else place_of(row.raised_at, row.alert_id)


@router.get("/alerts/{alert_id}")
async def read_alert(
    alert_id: Annotated[Code, Path()],
    view: Reading,
    response: Response,
    caller: Principal = allow(*OVERSEERS, *ANSWERABLE),
) -> AlertStory:
    row = await alert_row(view, alert_id)
    if row is None:
        raise _unknown()
    if not oversees(caller) and not caller.serves(row.department):
        raise Forbidden("不能查看其他部门的监察提示", "请由被提示部门查看，或联系监察人员。")
    set_etag(response, row.version)
    today = await today_of(view)
    following = [OrderShape.of(order, today) for order in await orders_about(view, alert_id)]
    shown = show_alert(row, today).model_dump()
    return AlertStory(**shown, orders=following, story=await story_of(view, row))


@router.post("/alerts/{alert_id}/answer")
async def answer_alert(
    alert_id: Code,
    body: Answer,
    unit: Working,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE, Role.STATION_CLERK),
    expected: int = if_match(),
) -> AlertShape:
    """Once; the answer stands in the journal and cannot be taken back. Where an order asks the same, it is answered too."""
    rows = await alerting.lock(unit, [alert_id])
    if not rows:
        raise _unknown()
    [row] = rows
    if not caller.serves(row.department):
        raise Forbidden(
            "不能答复其他部门的监察提示", "请由被提示部门的首席代表答复；提示便民服务站的，由该站人员答复。"
        )
    if row.version != expected and row.answered_at is None:
        raise StaleVersion(row.version)
    await alerting.answer(unit, row, body.answer, caller.staff)
    [row] = await alerting.lock(unit, [alert_id])
    set_etag(response, row.version)
    return show_alert(row, await today_of(unit))


def _unknown() -> NotFound:
    return NotFound("没有此监察提示", "请刷新监察列表后重试。")
