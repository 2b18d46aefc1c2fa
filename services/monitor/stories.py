"""An alert's whole story (R76, R77): raised, escalated, its orders, answered, appealed, lifted; nothing is left out.

Other areas that have a part in it add theirs with `@tells`.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Row

from services.monitor.alert_queries import orders_about, steps_of
from services.monitor.context import Context
from services.monitor.domain.orders import addressee
from yimen.bus import View
from yimen.contracts.monitor import Light
from yimen.terms import SUPERVISION


class Chapter(BaseModel):
    """One thing that happened to the alert. `by` is nobody where the supervisor itself did it."""

    at: datetime
    step: str
    text: str
    by: str | None = None
    order_number: str | None = None


Teller = Callable[[View[Context], str], Awaitable[list[Chapter]]]
_TELLERS: Final[list[Teller]] = []
_STEPS: Final = {
    "answered": "反馈督办单",
    "returned": "反馈退回",
    "extended": "反馈期限延长",
    "overdue": "督办单逾期未反馈",
    "closed": "督办单办结",
}


def tells(teller: Teller) -> Teller:
    """`@tells` on a function that answers with its chapters of this alert."""
    _TELLERS.append(teller)
    return teller


async def story_of(view: View[Context], alert: Row[Any]) -> list[Chapter]:
    """The earliest first; of one moment, what gave rise to the other."""
    chapters = [*_silence(alert), *await _of_orders(view, alert.alert_id)]
    for teller in _TELLERS:
        chapters += await teller(view, alert.alert_id)
    return sorted([*chapters, *_end(alert)], key=lambda chapter: chapter.at)


def _silence(alert: Row[Any]) -> list[Chapter]:
    raised_at = SUPERVISION[Light(alert.former_level or alert.level)]
    found = [Chapter(at=alert.raised_at, step="raised", text=f"发出{raised_at}：{alert.reason}")]
    if alert.escalated_at is not None:
        level = SUPERVISION[Light(alert.level)]
        found.append(Chapter(at=alert.escalated_at, step="escalated", text=f"逾期未答复，升为{level}。"))
    return found


def _end(alert: Row[Any]) -> list[Chapter]:
    found = []
    if alert.answered_at is not None:
        found.append(Chapter(at=alert.answered_at, step="answered", text=alert.answer, by=alert.answered_by))
    if alert.lifted_at is not None:
        text = f"撤销：{alert.lifted_reason}"
        found.append(Chapter(at=alert.lifted_at, step="lifted", text=text, by=alert.lifted_by))
    return found


async def _of_orders(view: View[Context], alert_id: str) -> list[Chapter]:
    found, orders = [], await orders_about(view, alert_id)
    steps = await steps_of(view, [order.number for order in orders])
    for order in orders:
        text = f"发出督办单{order.document}，由{addressee(order.stage)}反馈：{order.demand}"
        named = {"order_number": order.number}
        by = order.issued_by["name"] if order.issued_by else None
        found.append(Chapter(at=order.issued_at, step="order_issued", text=text, by=by, **named))
        for step in steps[order.number]:
            by = step.done_by["name"] if step.done_by else None
            text = f"{_STEPS[step.step]}：{step.text}"
            found.append(Chapter(at=step.done_at, step=f"order_{step.step}", text=text, by=by, **named))
    return found
