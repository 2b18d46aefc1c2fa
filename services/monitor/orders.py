"""Supervision orders (督办单): issued, answered, returned or closed, extended once; silence goes to the next stage (R77).

Guarantees: numbers are gapless in a year; each step is said on the bus in the transaction that takes it, and what each said
stays with the order; one silence is charged once. Lock order: alerts by id, orders by number, the counter.
Does not: decide when a limit has passed (`silences`), nor what becomes of an alert (`alerting`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from services.monitor import queries, rulebooks
from services.monitor.context import Context
from services.monitor.domain import orders as rules
from services.monitor.domain.orders import CALL_IN, EXPLAIN, UNANSWERED, Demand, OrderState
from services.monitor.numbering import ORDER, next_serials, number
from services.monitor.tables import order_steps, orders
from yimen.bus import Unit, View
from yimen.contracts.monitor import (
    Light,
    OrderAnswered,
    OrderClosed,
    OrderExtended,
    OrderIssued,
    OrderOverdue,
    OrderReturned,
)
from yimen.contracts.parts import Paper, Staff
from yimen.worktime import end_of_day, local_date

Found = Row[Any]

UNSAID = "第一次督办逾期未反馈，请部门负责人到监察室说明情况，并反馈处理结果。"
_OVERDUE = (
    update(orders)
    .where(orders.c.number == bindparam("which"))
    .values(
        state=bindparam("now_state"),
        overdue_at=bindparam("now_overdue"),
        version=bindparam("now_version"),
    )
)


async def issue(unit: Unit[Context], demand: Demand) -> OrderIssued:
    """One order, by hand or because of something that another area has found."""
    [issued] = await issue_all(unit, [demand])
    return issued


async def issue_all(unit: Unit[Context], demands: Sequence[Demand]) -> list[OrderIssued]:
    """Numbered in the order in which they are asked for."""
    if not demands:
        return []
    usual = (await rulebooks.of_unit(unit)).number("order_answer_days")
    calendar, today = (await queries.unit_calendars(unit))[-1], local_date(unit.now)
    serials = await next_serials(unit, ORDER, len(demands))
    issued = [
        OrderIssued(
            order_number=number(unit, ORDER, serial),
            department=demand.department,
            case_number=demand.case_number,
            about=demand.about,
            former=demand.former,
            stage=demand.stage,
            level=demand.level,
            document=Paper(kind="supervision_order", number=f"督字〔{today.year}〕{serial}号", dated=today),
            demand=demand.text,
            answer_by=calendar.add(today, demand.days or usual).date,
            issued_by=demand.by,
            issued_at=unit.now,
        )
        for serial, demand in zip(serials, demands, strict=True)
    ]
    await unit.execute(orders.insert(), [_row(one) for one in issued])
    for one in issued:
        unit.emit(one)
    return issued


def _row(said: OrderIssued) -> dict[str, Any]:
    row = said.model_dump(mode="python", exclude={"order_number", "document"})
    paper = {"number": said.order_number, "document": said.document.number, "dated": said.document.dated}
    return row | paper | {"state": OrderState.WAITING, "extended": False, "version": 1}


async def answer(unit: Unit[Context], row: Found, text: str, by: Staff, *, heads: bool) -> None:
    """反馈. `row` is locked."""
    state = rules.after(OrderState(row.state), "answered")
    rules.need_head(row.stage, heads=heads)
    rules.need_time(passed=row.overdue_at is None and unit.now >= end_of_day(row.answer_by))
    said = {"answer": text, "answered_by": by.model_dump(), "answered_at": unit.now}
    await _step(unit, row, "answered", text, by, state=state, **said)
    unit.emit(OrderAnswered(**_of(row), answer=text, answered_by=by, answered_at=unit.now))


async def send_back(unit: Unit[Context], row: Found, reason: str, days: int | None, by: Staff) -> None:
    """退回: another answer is due within a limit of its own."""
    state = rules.after(OrderState(row.state), "returned")
    days = days or (await rulebooks.of_unit(unit)).number("order_answer_days")
    answer_by = (await queries.unit_calendars(unit))[-1].add(local_date(unit.now), days).date
    await _step(unit, row, "returned", reason, by, state=state, answer_by=answer_by, overdue_at=None)
    unit.emit(OrderReturned(**_of(row), reason=reason, answer_by=answer_by, returned_by=by, returned_at=unit.now))


async def extend(unit: Unit[Context], row: Found, reason: str, days: int, by: Staff) -> None:
    """延期: once, before the limit has passed, by so many working days after it."""
    state = rules.after(OrderState(row.state), "extended")
    rules.need_first_extension(row.extended)
    rules.need_time(passed=unit.now >= end_of_day(row.answer_by))
    answer_by = (await queries.unit_calendars(unit))[-1].add(row.answer_by, days).date
    await _step(unit, row, "extended", reason, by, state=state, answer_by=answer_by, extended=True)
    unit.emit(OrderExtended(**_of(row), reason=reason, answer_by=answer_by, extended_by=by, extended_at=unit.now))


async def close(unit: Unit[Context], row: Found, result: str, by: Staff) -> None:
    """办结: the answer will do."""
    state = rules.after(OrderState(row.state), "closed")
    await _end(unit, row, state, result, by)


async def drop(unit: Unit[Context], about: str, result: str) -> None:
    """What the open orders about this asked for is no longer owed."""
    open_ones = orders.c.state.in_((OrderState.WAITING, OrderState.ANSWERED))
    query = select(orders).where(orders.c.about == about, open_ones).order_by(orders.c.number).with_for_update()
    for row in (await unit.execute(query)).all():
        await _end(unit, row, OrderState.CLOSED, result, None)


async def _end(unit: Unit[Context], row: Found, state: OrderState, result: str, by: Staff | None) -> None:
    await _step(unit, row, "closed", result, by, state=state, closed_at=unit.now)
    unit.emit(OrderClosed(**_of(row), result=result, closed_by=by, closed_at=unit.now))


async def overdue(unit: Unit[Context], rows: Sequence[Found], levels: dict[str, Light]) -> dict[str, OrderIssued]:
    """逾期: their limits have passed; those of the first stage are followed by one of the second, at the level that
    `levels` says or else the next. Rows are locked and waiting. Returns the new orders by the number of the former."""
    book = await rulebooks.of_unit(unit)
    escalated = [row for row in rows if row.stage == EXPLAIN]
    issued = await issue_all(unit, [_next(row, levels.get(row.number)) for row in escalated])
    changes, steps = [], []
    for row in rows:
        at, step = end_of_day(row.answer_by), "escalated" if row.stage == EXPLAIN else "overdue"
        state = rules.after(OrderState(row.state), step)
        version = {"now_state": state, "now_overdue": at, "now_version": row.version + 1}
        changes.append({"which": row.number} | version)
        steps.append(_note(row, "overdue", rules.STATES[state], None, at, row.answer_by))
        charged = rules.of_finding(book, UNANSWERED, row.department)
        limit = {"about": row.about, "stage": row.stage, "answer_by": row.answer_by}
        unit.emit(OrderOverdue(**_of(row), **limit, overdue_at=at, deductions=charged))
    await unit.execute(_OVERDUE, changes)
    await unit.execute(order_steps.insert(), steps)
    return {row.number: one for row, one in zip(escalated, issued, strict=True)}


def _next(row: Found, level: Light | None) -> Demand:
    return Demand(
        department=row.department,
        level=level or rules.worse(Light(row.level)),
        text=UNSAID,
        stage=CALL_IN,
        about=row.about,
        former=row.number,
        case_number=row.case_number,
    )


async def lock(unit: Unit[Context], numbers: Collection[str]) -> Sequence[Found]:
    """In the order of their numbers."""
    query = select(orders).where(orders.c.number.in_(numbers)).order_by(orders.c.number)
    return (await unit.execute(query.with_for_update())).all()


async def find(view: View[Context], order_number: str) -> Found | None:
    return (await view.execute(select(orders).where(orders.c.number == order_number))).first()


def _of(row: Found) -> dict[str, Any]:
    return {"order_number": row.number, "department": row.department, "case_number": row.case_number}


def _note(row: Found, step: str, text: str, by: Staff | None, at: datetime, answer_by: Any | None) -> dict[str, Any]:
    who = by.model_dump() if by else None
    place = {"number": row.number, "version": row.version + 1, "step": step}
    return place | {"text": text, "answer_by": answer_by, "done_by": who, "done_at": at}


async def _step(unit: Unit[Context], row: Found, step: str, text: str, by: Staff | None, **values: Any) -> None:
    changed = update(orders).where(orders.c.number == row.number)
    await unit.execute(changed.values(version=row.version + 1, **values))
    unit.add(order_steps, _note(row, step, text, by, unit.now, values.get("answer_by")))
