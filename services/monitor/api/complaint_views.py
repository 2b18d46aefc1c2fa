"""Whom a complaint is shown to, and how much of it.

Whoever may not know of a complaint is told that there is none: the offices know their own, the person complained of knows
nothing of it, the department what the centre has accepted and told it, without who complained.
"""

from collections.abc import Sequence
from typing import Final

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, or_, select

from services.monitor import complaint_rows, deadlines
from services.monitor.api.complaints import STATES, due_of
from services.monitor.complaining import ABOUT, ACCEPTANCE, ANSWER, REVISIT
from services.monitor.complaint_rows import OFFICE_OF, Found
from services.monitor.context import Context
from services.monitor.domain.complaints import TOPICS, ComplaintState, Complexity, Source, Topic
from services.monitor.remaining import Today, today_of
from services.monitor.tables import complaints
from yimen.bus import View
from yimen.contracts.envelope import Instant
from yimen.contracts.monitor import Office
from yimen.contracts.parts import Due, Staff
from yimen.departments import department_name
from yimen.web import NotFound, Principal, Role, set_etag


class Step(BaseModel):
    step: str
    at: Instant
    by: str | None
    words: str | None


class ComplaintLine(BaseModel):
    """What the department may see too. `late`: the step that is waited for has passed its day;
    `left`: working days until then, negative when late."""

    number: str
    state: ComplaintState
    state_text: str
    version: int
    topic: Topic
    topic_name: str
    office: Office
    department: str | None
    department_name: str | None
    summary: str | None
    complexity: Complexity | None
    filed_at: Instant
    due: Due | None
    late: bool
    left: int | None
    extended_days: int | None
    upheld: bool | None


class ComplaintFile(BaseModel):
    """What the office alone sees."""

    channel: Source
    content: str
    complainant: str | None
    contact: str | None
    person: str | None
    identified: Staff | None
    case_number: str | None
    entered_by: str | None
    answer: str | None
    steps: list[Step]


class ComplaintDetail(ComplaintLine):
    file: ComplaintFile | None


class ComplaintPage(BaseModel):
    items: list[ComplaintLine]
    next: str | None


_WAITS_FOR: Final = {
    ComplaintState.FILED: ACCEPTANCE,
    ComplaintState.ACCEPTED: ANSWER,
    ComplaintState.ANSWERED: REVISIT,
}


# -- who may know -------------------------------------------------------------------------------------------------------


def offices_of(caller: Principal) -> frozenset[Office]:
    return frozenset(office for role, office in OFFICE_OF.items() if role in caller.roles)


def in_hands(row: Found, caller: Principal) -> bool:
    """The office's people may handle it; the person complained of may not (R93)."""
    return Office(row.office) in offices_of(caller) and not _concerns(row, caller)


def is_told(row: Found, caller: Principal) -> bool:
    chief = Role.CHIEF_REPRESENTATIVE in caller.roles
    return chief and row.told_department and caller.serves(row.department) and not _concerns(row, caller)


def _concerns(row: Found, caller: Principal) -> bool:
    return complaint_rows.about(row).is_caller(caller.id, caller.name)


async def waiting_complaints(
    view: View[Context], caller: Principal, *, state: ComplaintState | None, after: str, limit: int
) -> Sequence[Found]:
    """Those of which the caller may know."""
    c = complaints.c
    mine: list[ColumnElement[bool]] = [c.office.in_(offices_of(caller))]
    if Role.CHIEF_REPRESENTATIVE in caller.roles:
        mine.append(and_(c.told_department, c.department.in_(caller.departments)))
    query = select(complaints).where(or_(*mine), c.number > after, *complaint_rows.not_about(caller))
    if state is not None:
        query = query.where(c.state == state)
    return (await view.execute(query.order_by(c.number).limit(limit))).all()


def unknown() -> NotFound:
    return NotFound("没有这件投诉", "请核对投诉编号；其他单位办理的投诉，请向该单位了解。")


# -- what is shown ------------------------------------------------------------------------------------------------------


async def show(view: View[Context], number: str, caller: Principal, response: Response) -> ComplaintDetail:
    row = await complaint_rows.find(view, number)
    assert row is not None
    set_etag(response, row.version)
    limits = (await deadlines.of(view, ABOUT, [number]))[number]
    file = await _file(view, row) if in_hands(row, caller) else None
    if file is not None:
        view.looked(f"complaint/{row.number}", "complainant", "contact", "content")
    return ComplaintDetail(**line_of(row, limits, await today_of(view)), file=file)


def line_of(row: Found, limits: dict[str, Found], today: Today) -> dict[str, object]:
    names = ("number", "state", "version", "topic", "office", "department", "summary", "complexity", "filed_at")
    limit = limits.get(_WAITS_FOR.get(row.state, ""))
    return {name: getattr(row, name) for name in (*names, "extended_days", "upheld")} | {
        "state_text": STATES[row.state],
        "topic_name": TOPICS[row.topic],
        "department_name": department_name(row.department) if row.department else None,
        "due": due_of(limit),
        "late": limit is not None and limit.passed_at is not None,
        "left": today.left(limit.due) if limit else None,
    }


async def _file(view: View[Context], row: Found) -> ComplaintFile:
    steps = await complaint_rows.steps_of(view, row.number)
    return ComplaintFile(
        channel=row.channel,
        content=row.content,
        complainant=row.complainant,
        contact=row.contact,
        person=row.person,
        identified=Staff(id=row.person_id, name=row.person_name) if row.person_id else None,
        case_number=row.case_number,
        entered_by=row.entered_by_name,
        answer=row.answer,
        steps=[Step(step=step.step, at=step.at, by=step.by_name, words=step.words) for step in steps],
    )
