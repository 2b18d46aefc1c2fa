"""The life of an alert (R76, R77): answered in time, or followed by an order and the next colour; lifted on appeal.

Guarantees: an alert whose day has passed is followed by one order, and each colour is reached once; an answer that comes
after its day, before the sweep of that midnight, finds the order issued all the same. A lifted or answered alert
never escalates; what was lifted stays on record. Lock order: alerts by id, orders by number, the counter.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update

from services.monitor import orders, rulebooks
from services.monitor.context import Context
from services.monitor.domain.orders import EXPLAIN, Demand, OrderState, of_colour, worse
from services.monitor.registry import handlers
from services.monitor.tables import alerts
from yimen.bus import Unit
from yimen.contracts import Meta
from yimen.contracts.monitor import (
    AlertAnswered,
    AlertEscalated,
    AlertLifted,
    AppealDecided,
    AppealTarget,
    Light,
    OrderIssued,
)
from yimen.contracts.parts import Staff
from yimen.errors import NotNow
from yimen.worktime import end_of_day, local_date

Found = Row[Any]

SILENCE: Final = "答复期限内未作答复"
SILENCE_AGAIN: Final = "督办单逾期未反馈"
OPEN: Final = (alerts.c.answered_at.is_(None), alerts.c.lifted_at.is_(None))
DUE: Final = (*OPEN, alerts.c.order_number.is_(None))
_ESCALATE: Final = (
    update(alerts)
    .where(alerts.c.alert_id == bindparam("which"))
    .values(
        level=bindparam("now_level"),
        former_level=bindparam("now_former"),
        answer_by=bindparam("now_answer_by"),
        escalated_at=bindparam("now_escalated"),
        order_number=bindparam("now_order"),
        version=bindparam("now_version"),
    )
)


async def due(unit: Unit[Context], at_once: int) -> list[str]:
    """Alerts whose day has passed in silence, and that no order follows yet; the longest waiting first."""
    late = alerts.c.answer_by < local_date(unit.now)
    query = select(alerts.c.alert_id).where(*DUE, late).order_by(alerts.c.answer_by, alerts.c.alert_id)
    return list((await unit.execute(query.limit(at_once))).scalars())


async def lock(unit: Unit[Context], ids: Collection[str], *conditions: Any) -> Sequence[Found]:
    query = select(alerts).where(alerts.c.alert_id.in_(ids), *conditions).order_by(alerts.c.alert_id)
    return (await unit.execute(query.with_for_update())).all()


async def escalate(unit: Unit[Context], rows: Sequence[Found]) -> None:
    """No answer by the end of the day: an order, and the next colour. Rows are locked and due."""
    issued = await orders.issue_all(unit, [_demand(row) for row in rows])
    moved = [(row, order, end_of_day(row.answer_by)) for row, order in zip(rows, issued, strict=True)]
    await follow_orders(unit, moved, SILENCE)


def _demand(row: Found) -> Demand:
    return Demand(
        department=row.department,
        level=worse(Light(row.level)),
        text=f"监察提示逾期未答复：{row.reason}请说明原因并反馈处理结果。",
        about=row.alert_id,
        case_number=row.case_number,
    )


async def follow_orders(unit: Unit[Context], moved: Sequence[tuple[Found, OrderIssued, datetime]], reason: str) -> None:
    """Each alert goes to the level of the order that follows from it, at the end of the limit that passed in silence. One
    that is red already stays so, and only notes its order."""
    book = await rulebooks.of_unit(unit)
    if moved:
        await unit.execute(_ESCALATE, [_change(row, order, at) for row, order, at in moved])
    for row, order, at in moved:
        if order.level != row.level:
            unit.emit(
                AlertEscalated(
                    alert_id=row.alert_id,
                    department=row.department,
                    case_number=row.case_number,
                    level=order.level,
                    former=Light(row.level),
                    order_number=order.order_number,
                    reason=reason,
                    answer_by=order.answer_by,
                    escalated_at=at,
                    deductions=of_colour(book, order.level, row.department),
                )
            )


def _change(row: Found, order: OrderIssued, at: datetime) -> dict[str, Any]:
    change = {"which": row.alert_id, "now_order": order.order_number, "now_version": row.version + 1}
    change |= {"now_level": row.level, "now_former": row.former_level}
    change |= {"now_answer_by": row.answer_by, "now_escalated": row.escalated_at}
    if order.level != row.level:
        former = row.former_level or row.level
        change |= {"now_level": order.level, "now_former": former}
        change |= {"now_answer_by": order.answer_by, "now_escalated": at}
    return change


async def answer(unit: Unit[Context], row: Found, text: str, by: Staff) -> None:
    """Once; `row` is locked. Where an order asks the same of the same person, this answers it too."""
    if row.answered_at is not None:
        detail = "答复已存档，不能更改；如有补充，请联系监察人员。"
        raise NotNow("alert-already-answered", "该监察提示已经答复", detail)
    if row.lifted_at is not None:
        raise NotNow("alert-lifted", "该监察提示已经撤销", "已撤销的监察提示无需答复，请刷新监察列表。")
    if row.order_number is None and unit.now >= end_of_day(row.answer_by):
        await escalate(unit, [row])
        [row] = await lock(unit, [row.alert_id])
    await mark_answered(unit, row, text, by)
    if row.order_number is not None:
        [order] = await orders.lock(unit, [row.order_number])
        if order.state == OrderState.WAITING and order.stage == EXPLAIN:
            await orders.answer(unit, order, text, by, heads=False)


async def mark_answered(unit: Unit[Context], row: Found, text: str, by: Staff) -> None:
    said = {"answer": text, "answered_by": by.name, "answered_at": unit.now, "version": row.version + 1}
    await unit.execute(update(alerts).where(alerts.c.alert_id == row.alert_id).values(**said))
    subject = {"alert_id": row.alert_id, "department": row.department, "case_number": row.case_number}
    unit.emit(AlertAnswered(**subject, answer=text, answered_by=by, answered_at=unit.now))


async def lift(unit: Unit[Context], alert_id: str, reason: str, by: Staff | None) -> bool:
    """撤销: whether it was lifted now. Its orders ask for nothing any more. For an appeal that was upheld, and for what the
    supervisor finds out itself; nobody lifts an alert by hand."""
    rows = await lock(unit, [alert_id])
    if not rows or rows[0].lifted_at is not None:
        return False
    [row] = rows
    lifted = {"lifted_at": unit.now, "lifted_reason": reason, "lifted_by": by.name if by else None}
    changed = update(alerts).where(alerts.c.alert_id == alert_id)
    await unit.execute(changed.values(version=row.version + 1, **lifted))
    subject = {"alert_id": alert_id, "department": row.department, "case_number": row.case_number}
    unit.emit(AlertLifted(**subject, reason=reason, lifted_at=unit.now, lifted_by=by))
    await orders.drop(unit, alert_id, f"监察提示已撤销：{reason}")
    return True


@handlers.on(AppealDecided)
async def lift_on_appeal(unit: Unit[Context], event: AppealDecided, _meta: Meta) -> None:
    """R76. The alert stays on record; its points are given back by an entry that reverses them."""
    if event.upheld and event.target is AppealTarget.ALERT:
        await lift(unit, event.target_id, event.reasons, event.decided_by)
