"""How cases, alerts and the journal are shown: dates derived at the moment of asking, words for the person at the screen."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitor.domain.chain import Entry
from services.monitor.domain.views import State
from services.monitor.remaining import Today
from yimen.contracts.envelope import Instant, Text
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind, Opinion, Outcome, Paper
from yimen.web import Body
from yimen.worktime import Calendar, Limit


class Answer(Body):
    """What the department says to an alert (R77)."""

    answer: Text = Field(min_length=1)


class Clock(BaseModel):
    """A limit and how much of it is used, in working days. `left` is negative when late; `due` absent while it stands."""

    name: str
    start: dt.date
    budget: int
    extension: int
    used: int
    left: int
    due: dt.date | None
    provisional: bool

    @classmethod
    def of(cls, name: str, limit: Limit, calendar: Calendar, on: dt.date) -> Self:
        due = limit.due(calendar)
        return cls(
            name=name,
            start=limit.start,
            budget=limit.budget,
            extension=limit.extension,
            used=limit.elapsed(calendar, on),
            left=limit.left(calendar, on),
            due=due.date if due else None,
            provisional=due is not None and due.provisional,
        )


class PauseShape(BaseModel):
    start: dt.date
    end: dt.date | None


class ReviewShape(BaseModel):
    review_id: str
    department: str
    department_name: str
    stage: str | None
    lead: bool
    clock: Clock | None
    paused: bool
    received_at: Instant | None
    opinion: Opinion | None
    answered_at: Instant | None
    deemed: bool
    ended_at: Instant | None
    urged: int


class NoticeShape(BaseModel):
    """Amounts in 分. `upheld`: what the dispute came to (R55); `late_fee_of`: the notice that was paid late (R54)."""

    notice_number: str
    amount: int | None
    issued_at: Instant | None
    paid_at: Instant | None
    ticket_number: str | None
    cleared_at: Instant | None
    overdue_at: Instant | None
    disputed_at: Instant | None
    upheld: bool | None
    voided_at: Instant | None
    replaces: str | None
    late_fee_of: str | None


class LineShape(BaseModel):
    """`position`: of the event in the journal; `sequence`: its place in the story of its subject. `who`: the officials whom
    it names; `rule`: by which it was done."""

    at: Instant
    type: str
    text: str
    source: str
    subject: str
    sequence: int
    position: int
    who: tuple[str, ...]
    rule: str | None


class StepLeft(BaseModel):
    """A limit that runs now: the case's own (`promised`, `statutory`, …) or of a department's step, in working days. `left`
    is negative when late; `due` absent while it stands."""

    code: str
    rung: str
    department: str
    department_name: str
    left: int
    due: dt.date | None


class AlertShape(BaseModel):
    """`level` as it is now; `former_level`: at which it was raised, where nobody answered in time (R77). `answer_by` moves
    with the level. `left`: working days until then, today not counted, negative when late; absent where nothing waits."""

    alert_id: str
    case_number: str
    rung: str
    department: str
    department_name: str
    level: Light
    rule: str
    reason: str
    raised_at: Instant
    answer_by: dt.date
    overdue: bool
    left: int | None
    answer: str | None
    answered_by: str | None
    answered_at: Instant | None
    former_level: Light | None
    escalated_at: Instant | None
    order_number: str | None
    lifted_at: Instant | None
    lifted_reason: str | None
    version: int

    @classmethod
    def of(cls, row: Row[Any], name: str, today: Today) -> Self:
        left = today.left(row.answer_by) if row.answered_at is None and row.lifted_at is None else None
        return cls(
            **dict(row._mapping),
            department_name=name,
            left=left,
            overdue=left is not None and today.past(row.answer_by),
        )


class AlertPage(BaseModel):
    items: list[AlertShape]
    next: str | None


class CaseLine(BaseModel):
    """A case in the list. `outside`: handled past the hall, as its department's own log tells it."""

    case_number: str
    state: State
    state_text: str
    department: str
    department_name: str
    kind: Kind
    item_name: str
    applicant: str | None
    accepted_on: dt.date | None
    promised_due: dt.date | None
    statutory_due: dt.date | None
    provisional: bool
    paused: bool
    outside: bool
    light: Light
    stopped_at: Instant | None
    late_days: int | None
    steps: list[StepLeft]


class CasePage(BaseModel):
    """`at`: when it was looked at, by the hall's clock."""

    at: Instant
    items: list[CaseLine]
    next: str | None


class CaseShape(BaseModel):
    at: Instant
    case_number: str
    state: State | None
    state_text: str
    department: str | None
    department_name: str | None
    kind: Kind | None
    item_code: str | None
    item_name: str | None
    applicant: str | None
    accepted_on: dt.date | None
    deemed_accepted: bool
    light: Light
    paused: bool
    outside: bool
    late_days: int
    outcome: Outcome | None
    stopped_at: Instant | None
    closed_at: Instant | None
    clocks: list[Clock]
    steps: list[StepLeft]
    pauses: list[PauseShape]
    reviews: list[ReviewShape]
    fee_lists: list[str]
    notices: list[NoticeShape]
    documents: list[Paper]
    messages: int
    alerts: list[AlertShape]
    timeline: list[LineShape]


class EntryShape(BaseModel):
    position: int
    id: str
    type: str
    source: str
    subject: str
    sequence: int
    scope: str
    time: Instant
    case_number: str | None
    causation_id: str | None
    body: str
    hash: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        meta = entry.meta
        return cls(
            position=entry.position,
            id=str(meta.id),
            type=meta.type,
            source=meta.source,
            subject=meta.subject,
            sequence=meta.sequence,
            scope=meta.scope,
            time=meta.time,
            case_number=meta.correlation_id,
            causation_id=meta.causation_id,
            body=entry.body,
            hash=entry.hash,
        )


class JournalPage(BaseModel):
    items: list[EntryShape]
    next: int | None


class DepartmentSummary(BaseModel):
    """Counts of cases by lead department; lights of those whose clock has not stopped."""

    department: str
    department_name: str
    accepted: int
    open: int
    closed: int
    late: int
    lights: dict[Light, int]


class Summary(BaseModel):
    at: Instant
    departments: list[DepartmentSummary]


class FeeDay(BaseModel):
    """What the supervisor counts of a day's money from the journal, in 分."""

    day: dt.date
    paid_count: int
    paid_sum: int
    refund_count: int
    refund_sum: int
    closed_at: Instant | None
