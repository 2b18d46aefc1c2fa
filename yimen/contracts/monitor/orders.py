"""Supervision orders (督办单): issued to a department, answered, returned or closed (R77)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Text
from yimen.contracts.monitor.words import Deduction, Light
from yimen.contracts.parts import Paper, Staff


class OrderEvent(Event):
    id_field: ClassVar[str] = "order_number"
    scope_field: ClassVar[str | None] = "department"

    order_number: Code
    department: Code
    case_number: Code | None = None


class OrderIssued(OrderEvent, type="monitor.order.issued.v1"):
    """`about`: the alert, complaint, rating or finding that it follows from; `stage` 1 asks for an answer, 2 calls the head
    in (约谈) where the order `former` had none. `issued_by` is nobody where the supervisor itself issues it: a limit
    passed."""

    about: Code | None = None
    former: Code | None = None
    stage: Annotated[int, Field(ge=1, le=9)]
    level: Light
    document: Paper
    demand: Text
    answer_by: date
    issued_by: Staff | None = None
    issued_at: Instant


class OrderAnswered(OrderEvent, type="monitor.order.answered.v1"):
    answer: Text
    answered_by: Staff
    answered_at: Instant


class OrderReturned(OrderEvent, type="monitor.order.returned.v1"):
    """The answer does not do; another one is due by `answer_by`."""

    reason: Text
    answer_by: date
    returned_by: Staff
    returned_at: Instant


class OrderExtended(OrderEvent, type="monitor.order.extended.v1"):
    reason: Text
    answer_by: date
    extended_by: Staff
    extended_at: Instant


class OrderOverdue(OrderEvent, type="monitor.order.overdue.v1"):
    about: Code | None = None
    stage: Annotated[int, Field(ge=1, le=9)]
    answer_by: date
    overdue_at: Instant
    deductions: tuple[Deduction, ...] = ()


class OrderClosed(OrderEvent, type="monitor.order.closed.v1"):
    """`closed_by` is nobody where nothing is left to answer for: the alert was lifted."""

    result: Text
    closed_by: Staff | None = None
    closed_at: Instant
