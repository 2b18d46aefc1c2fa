"""Supervision orders (督办单): issued by the supervisor or by a limit that passed, answered by departments, judged (R77)."""

import datetime as dt
from typing import Annotated, Any, Self

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitor import alerting, inspecting, orders, queries
from services.monitor.alert_queries import OrderFilter, alert_row, order_page, steps_of
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
    oversees,
    place_of,
)
from services.monitor.context import Context
from services.monitor.domain.orders import CALL_IN, EXPLAIN, STATES, Demand, OrderState, addressee
from services.monitor.remaining import Today, today_of
from services.monitor.tasks import HEADS
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Staff
from yimen.departments import department_name
from yimen.errors import Unfit
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

router = new_router(prefix="/orders", tags=["orders"])

Number = Annotated[Code, Path()]
Days = Annotated[int, Field(ge=1, le=60, description="工作日")]


class DemandBody(Body):
    """What is demanded of whom, because of what; `days` to answer in are the rulebook's where it is not said."""

    department: Code
    demand: Words
    level: Light = Light.YELLOW
    stage: int = Field(default=EXPLAIN, ge=EXPLAIN, le=CALL_IN, description="1：限期反馈；2：约谈部门负责人")
    about: Code | None = Field(default=None, description="所涉监察提示、投诉、评价或检查记录的编号")
    case_number: Code | None = None
    days: Days | None = None

    def asked_by(self, caller: Principal) -> Demand:
        plain = self.model_dump(exclude={"demand"})
        return Demand(text=self.demand, by=caller.staff, **plain)


class AnswerBody(Body):
    answer: Words


class ReturnBody(Body):
    reason: Words
    days: Days | None = None


class ExtensionBody(Body):
    reason: Words
    days: Days


class ClosureBody(Body):
    result: Words


class StepShape(BaseModel):
    step: str
    text: str
    answer_by: dt.date | None
    done_by: Staff | None
    done_at: Instant


class OrderShape(BaseModel):
    """`addressee`: who has to answer. `former`: the order that had no answer. `left`: working days until `answer_by`,
    today not counted, negative when late; absent where no answer is waited for."""

    order_number: str
    document: str
    dated: dt.date
    department: str
    department_name: str
    case_number: str | None
    about: str | None
    former: str | None
    stage: int
    addressee: str
    level: Light
    state: OrderState
    state_text: str
    demand: str
    answer_by: dt.date
    overdue: bool
    left: int | None
    overdue_at: Instant | None
    extended: bool
    issued_by: Staff | None
    issued_at: Instant
    answer: str | None
    answered_by: Staff | None
    answered_at: Instant | None
    closed_at: Instant | None
    version: int

    @classmethod
    def of(cls, row: Row[Any], today: Today) -> Self:
        waits = row.state == OrderState.WAITING
        return cls(
            **dict(row._mapping),
            order_number=row.number,
            department_name=department_name(row.department),
            addressee=addressee(row.stage),
            state_text=STATES[OrderState(row.state)],
            overdue=waits and today.past(row.answer_by),
            left=today.left(row.answer_by) if waits else None,
        )


class OrderStory(OrderShape):
    steps: list[StepShape]


class OrderPage(BaseModel):
    items: list[OrderShape]
    next: str | None


@router.get("")
async def list_orders(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, *ANSWERABLE),
    department: Code | None = None,
    state: OrderState | None = None,
    stage: Annotated[int | None, Query(ge=EXPLAIN, le=CALL_IN)] = None,
    about: Code | None = None,
    case: Annotated[Code | None, Query(description="办件编号")] = None,
    overdue: Annotated[bool | None, Query(description="期限已过而未反馈")] = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> OrderPage:
    """Newest first."""
    wanted = OrderFilter(departments_of(caller, department), case, about, state, stage, overdue)
    rows = await order_page(view, wanted, instant_place(after), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    following = last and place_of(last.issued_at, last.number)
    today = await today_of(view)
    return OrderPage(items=[OrderShape.of(row, today) for row in rows[:limit]], next=following)


@router.get("/{order_number}")
async def read_order(
    order_number: Number, view: Reading, response: Response, caller: Principal = allow(*OVERSEERS, *ANSWERABLE)
) -> OrderStory:
    row = await _found(view, order_number)
    if not oversees(caller):
        _need_department(caller, row)
    return await _show(view, order_number, response)


@router.post("", status_code=201, dependencies=[creates()])
async def issue_order(
    unit: Working, body: DemandBody, response: Response, caller: Principal = allow(Role.SUPERVISOR)
) -> OrderStory:
    """督办: on a case, an alert, a complaint, a finding, or a department as such."""
    await _need_related(unit, body)
    issued = await orders.issue(unit, body.asked_by(caller))
    return await _show(unit, issued.order_number, response)


@router.post("/{order_number}/answer")
async def answer_order(
    unit: Working,
    order_number: Number,
    body: AnswerBody,
    response: Response,
    caller: Principal = allow(*ANSWERABLE),
    expected: int = if_match(),
) -> OrderStory:
    """反馈. Where the alert that the order follows from has no answer yet, this is its answer too."""
    seen = await _found(unit, order_number)
    _need_department(caller, seen)
    alerts = await alerting.lock(unit, [seen.about] if seen.about else [], *alerting.OPEN)
    row = await _locked(unit, order_number, expected)
    await orders.answer(unit, row, body.answer, caller.staff, heads=not caller.roles.isdisjoint(HEADS))
    for alert in alerts:
        if alert.order_number == order_number:
            await alerting.mark_answered(unit, alert, body.answer, caller.staff)
    return await _show(unit, order_number, response)


@router.post("/{order_number}/return")
async def return_order(
    unit: Working,
    order_number: Number,
    body: ReturnBody,
    response: Response,
    caller: Principal = allow(Role.SUPERVISOR),
    expected: int = if_match(),
) -> OrderStory:
    """退回: the answer does not do; another is due."""
    row = await _locked(unit, order_number, expected)
    await orders.send_back(unit, row, body.reason, body.days, caller.staff)
    return await _show(unit, order_number, response)


@router.post("/{order_number}/extension")
async def extend_order(
    unit: Working,
    order_number: Number,
    body: ExtensionBody,
    response: Response,
    caller: Principal = allow(Role.SUPERVISOR),
    expected: int = if_match(),
) -> OrderStory:
    """延期: once, before the limit has passed."""
    row = await _locked(unit, order_number, expected)
    await orders.extend(unit, row, body.reason, body.days, caller.staff)
    return await _show(unit, order_number, response)


@router.post("/{order_number}/closure")
async def close_order(
    unit: Working,
    order_number: Number,
    body: ClosureBody,
    response: Response,
    caller: Principal = allow(Role.SUPERVISOR),
    expected: int = if_match(),
) -> OrderStory:
    """办结: the answer will do."""
    row = await _locked(unit, order_number, expected)
    await orders.close(unit, row, body.result, caller.staff)
    return await _show(unit, order_number, response)


async def _need_related(unit: Unit[Context], body: DemandBody) -> None:
    """What the order names has to do with the department that it goes to."""
    if body.case_number is not None and await queries.case_row(unit, body.case_number) is None:
        raise Unfit("unknown-case", "没有此办件", "监察系统没有收到该办件的任何记录，请核对办件编号。")
    if body.about is not None:
        related = await alert_row(unit, body.about) or await inspecting.find(unit, body.about)
        if related is not None and related.department != body.department:
            raise Unfit("other-department", "所涉事项不属于该部门", "请核对所涉编号和被督办部门后重新提交。")


async def _found(view: View[Context], order_number: str) -> Row[Any]:
    row = await orders.find(view, order_number)
    if row is None:
        raise NotFound("没有此督办单", "请核对督办单编号后重试。")
    return row


async def _locked(unit: Unit[Context], order_number: str, expected: int) -> Row[Any]:
    rows = await orders.lock(unit, [order_number])
    if not rows:
        raise NotFound("没有此督办单", "请核对督办单编号后重试。")
    if rows[0].version != expected:
        raise StaleVersion(rows[0].version)
    return rows[0]


def _need_department(caller: Principal, row: Row[Any]) -> None:
    if not caller.serves(row.department):
        raise Forbidden("不是本部门的督办单", "该督办单发给其他部门；如需了解，请联系监察人员。")


async def _show(view: View[Context], order_number: str, response: Response) -> OrderStory:
    row = await _found(view, order_number)
    set_etag(response, row.version)
    steps = (await steps_of(view, [order_number]))[order_number]
    shown = OrderShape.of(row, await today_of(view)).model_dump()
    return OrderStory(**shown, steps=[StepShape(**dict(step._mapping)) for step in steps])
