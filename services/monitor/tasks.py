"""What alerts, orders and findings ask of whom: the first of the worklist's providers."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, or_, select

from services.monitor import queries, rulebooks
from services.monitor.alerting import DUE
from services.monitor.context import Context
from services.monitor.domain.orders import CALL_IN, EXPLAIN, OrderState
from services.monitor.tables import alerts, inspections, orders
from services.monitor.worklist import Task, waits
from yimen.bus import View
from yimen.contracts.monitor import Light
from yimen.terms import SUPERVISION
from yimen.web import Principal, Role
from yimen.worktime import local_date

SPEAKERS: Final = (Role.CHIEF_REPRESENTATIVE, Role.STATION_CLERK)
HEADS: Final = (Role.ORGAN_HEAD, Role.STATION_CLERK)
"""A station's own people answer for it, also where its head would be called in."""


@waits
async def alerts_to_answer(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    """Once an order follows, the order is what waits."""
    if caller.roles.isdisjoint(SPEAKERS):
        return []
    query = select(alerts).where(*DUE).order_by(alerts.c.answer_by, alerts.c.alert_id)
    return [
        Task(
            kind="answer_alert",
            title=f"答复{SUPERVISION[Light(row.level)]}：{row.reason}",
            subject=row.alert_id,
            department=row.department,
            path=f"/alerts/{row.alert_id}",
            due=row.answer_by,
            case_number=row.case_number,
        )
        for row in await view.execute(_own(query, alerts, caller).limit(limit))
    ]


@waits
async def orders_to_answer(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    o = orders.c
    stages: list[ColumnElement[bool]] = []
    if not caller.roles.isdisjoint(SPEAKERS):
        stages.append(o.stage == EXPLAIN)
    if not caller.roles.isdisjoint(HEADS):
        stages.append(o.stage >= CALL_IN)
    if not stages:
        return []
    query = select(orders).where(o.state == OrderState.WAITING, or_(*stages)).order_by(o.answer_by, o.number)
    found = (await view.execute(_own(query, orders, caller).limit(limit))).all()
    return [_order("answer_order", f"反馈督办单{row.document}：{row.demand}", row, row.answer_by) for row in found]


@waits
async def answers_to_judge(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    if Role.SUPERVISOR not in caller.roles:
        return []
    o = orders.c
    query = select(orders).where(o.state == OrderState.ANSWERED).order_by(o.answered_at, o.number).limit(limit)
    calendar = (await queries.calendars(view))[-1]
    days = (await rulebooks.current(view)).number("order_judge_days")
    return [
        _order(
            "judge_answer", f"审核督办单{row.document}的反馈", row, calendar.add(local_date(row.answered_at), days).date
        )
        for row in await view.execute(query)
    ]


@waits
async def findings_to_rectify(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    if Role.CHIEF_REPRESENTATIVE not in caller.roles:
        return []
    i = inspections.c
    query = select(inspections).where(i.rectify_by.is_not(None), i.rectified_at.is_(None))
    return [
        Task(
            kind="rectify_finding",
            title=f"整改：{row.title}",
            subject=row.number,
            department=row.department,
            path=f"/inspections/{row.number}",
            due=row.rectify_by,
            case_number=row.case_number,
        )
        for row in await view.execute(_own(query, inspections, caller).order_by(i.rectify_by, i.number).limit(limit))
    ]


def _own(query: Select[Any], table: Any, caller: Principal) -> Select[Any]:
    return query.where(table.c.department.in_(sorted(caller.departments)))


def _order(kind: str, title: str, row: Any, due: Any) -> Task:
    return Task(kind, title, row.number, row.department, f"/orders/{row.number}", due, row.case_number)
