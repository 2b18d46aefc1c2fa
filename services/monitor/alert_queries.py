"""What is read of alerts and of the orders that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from services.monitor.alerting import OPEN
from services.monitor.context import Context
from services.monitor.domain.orders import OrderState
from services.monitor.tables import alerts, order_steps, orders
from yimen.bus import View
from yimen.contracts.monitor import Light
from yimen.worktime import local_date


class AlertSort(StrEnum):
    NEWEST = "newest"
    LIMIT = "limit"  # the earliest limit first


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """None: whichever it is."""

    departments: Sequence[str] | None = None
    case_number: str | None = None
    level: Light | None = None
    answered: bool | None = None
    lifted: bool | None = None
    overdue: bool | None = None

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        late = and_(*OPEN, alerts.c.answer_by < today)
        flags = (
            (self.answered, alerts.c.answered_at.is_not(None)),
            (self.lifted, alerts.c.lifted_at.is_not(None)),
            (self.overdue, late),
        )
        wanted = [condition if flag else ~condition for flag, condition in flags if flag is not None]
        if self.departments is not None:
            wanted.append(alerts.c.department.in_(self.departments))
        if self.case_number is not None:
            wanted.append(alerts.c.case_number == self.case_number)
        if self.level is not None:
            wanted.append(alerts.c.level == self.level)
        return wanted


async def alert_page(
    view: View[Context], wanted: AlertFilter, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """Newest first."""
    query = select(alerts).where(*wanted.conditions(local_date(view.now)))
    if before is not None:
        at, alert_id = before
        older = and_(alerts.c.raised_at == at, alerts.c.alert_id < alert_id)
        query = query.where(or_(alerts.c.raised_at < at, older))
    query = query.order_by(alerts.c.raised_at.desc(), alerts.c.alert_id.desc())
    return (await view.execute(query.limit(limit))).all()


async def alerts_by_limit(
    view: View[Context], wanted: AlertFilter, after: tuple[date, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """The earliest limit first."""
    query = select(alerts).where(*wanted.conditions(local_date(view.now)))
    if after is not None:
        day, alert_id = after
        later = and_(alerts.c.answer_by == day, alerts.c.alert_id > alert_id)
        query = query.where(or_(alerts.c.answer_by > day, later))
    return (await view.execute(query.order_by(alerts.c.answer_by, alerts.c.alert_id).limit(limit))).all()


async def alert_row(view: View[Context], alert_id: str) -> Row[Any] | None:
    return (await view.execute(select(alerts).where(alerts.c.alert_id == alert_id))).first()


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """None: whichever it is."""

    departments: Sequence[str] | None = None
    case_number: str | None = None
    about: str | None = None
    state: OrderState | None = None
    stage: int | None = None
    overdue: bool | None = None

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        late = and_(orders.c.state == OrderState.WAITING, orders.c.answer_by < today)
        plain = {"case_number": self.case_number, "about": self.about, "state": self.state, "stage": self.stage}
        wanted = [orders.c[name] == value for name, value in plain.items() if value is not None]
        if self.departments is not None:
            wanted.append(orders.c.department.in_(self.departments))
        if self.overdue is not None:
            wanted.append(late if self.overdue else ~late)
        return wanted


async def order_page(
    view: View[Context], wanted: OrderFilter, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """Newest first."""
    query = select(orders).where(*wanted.conditions(local_date(view.now)))
    if before is not None:
        at, number = before
        older = and_(orders.c.issued_at == at, orders.c.number < number)
        query = query.where(or_(orders.c.issued_at < at, older))
    return (await view.execute(query.order_by(orders.c.issued_at.desc(), orders.c.number.desc()).limit(limit))).all()


async def orders_about(view: View[Context], about: str) -> Sequence[Row[Any]]:
    """The oldest first."""
    query = select(orders).where(orders.c.about == about).order_by(orders.c.issued_at, orders.c.number)
    return (await view.execute(query)).all()


async def steps_of(view: View[Context], numbers: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """What was done about each, the earliest first."""
    found: dict[str, list[Row[Any]]] = {number: [] for number in numbers}
    query = select(order_steps).where(order_steps.c.number.in_(numbers))
    for row in await view.execute(query.order_by(order_steps.c.number, order_steps.c.version)):
        found[row.number].append(row)
    return found
