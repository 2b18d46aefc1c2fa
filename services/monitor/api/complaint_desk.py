"""Complaints, as their office works on them, and what the department complained of is shown."""

from typing import Annotated, Final

from fastapi import Query, Response
from pydantic import Field

from services.monitor import complaining, complaint_rows, deadlines
from services.monitor.api.complaint_views import (
    ComplaintDetail,
    ComplaintLine,
    ComplaintPage,
    in_hands,
    is_told,
    line_of,
    show,
    unknown,
    waiting_complaints,
)
from services.monitor.api.complaints import Number
from services.monitor.api.parts import Limit, Reading, Words, Working
from services.monitor.complaining import ABOUT, Acceptance, Finding
from services.monitor.complaint_rows import OFFICE_OF, Found
from services.monitor.context import Context
from services.monitor.domain.complaints import ComplaintState, Complexity, Ground, Topic
from services.monitor.remaining import today_of
from yimen.bus import Unit
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Staff
from yimen.web import Body, Principal, Role, allow, if_match, new_router, refuses

router = new_router(tags=["complaints"])

OFFICERS: Final = tuple(OFFICE_OF)
READERS: Final = (*OFFICERS, Role.CHIEF_REPRESENTATIVE)


class PersonBody(Body):
    id: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]


class AcceptanceBody(Body):
    """`summary` is what the department is told: without what tells who complained. `departments`: how many it concerns."""

    complexity: Complexity
    department: Code
    departments: Annotated[int, Field(ge=1, le=20)] = 1
    summary: Words
    person: PersonBody | None = None

    @property
    def acceptance(self) -> Acceptance:
        person = Staff(id=self.person.id, name=self.person.name) if self.person else None
        return Acceptance(self.complexity, self.department, self.departments, self.summary, person)


class RefusalBody(Body):
    ground: Ground
    reasons: Words


class TransferBody(Body):
    """`topic`: what it is about in truth; its office follows."""

    topic: Topic
    reasons: Words


class ExtensionBody(Body):
    """`reasons`: as the complainant is told them."""

    days: Annotated[int, Field(ge=1, le=60)]
    reasons: Words


class AnswerBody(Body):
    upheld: bool
    answer: Words
    in_writing: bool = True


class RevisitBody(Body):
    """`satisfied`: absent where nobody was reached."""

    reached: bool
    satisfied: bool | None = None
    note: Words


@router.get("/complaints")
async def list_complaints(
    view: Reading,
    caller: Principal = allow(*READERS),
    state: ComplaintState | None = None,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
) -> ComplaintPage:
    """The oldest first."""
    rows = await waiting_complaints(view, caller, state=state, after=after, limit=limit + 1)
    limits = await deadlines.of(view, ABOUT, [row.number for row in rows[:limit]])
    today = await today_of(view)
    items = [ComplaintLine(**line_of(row, limits[row.number], today)) for row in rows[:limit]]
    return ComplaintPage(items=items, next=rows[limit - 1].number if len(rows) > limit else None)


@router.get("/complaints/{complaint_number}", responses=refuses(404))
async def read_complaint(
    complaint_number: Number, view: Reading, response: Response, caller: Principal = allow(*READERS)
) -> ComplaintDetail:
    row = await complaint_rows.find(view, complaint_number)
    if row is None or not (in_hands(row, caller) or is_told(row, caller)):
        raise unknown()
    return await show(view, complaint_number, caller, response)


@router.post("/complaints/{complaint_number}/acceptance", responses=refuses(404, 409))
async def accept_complaint(
    complaint_number: Number,
    body: AcceptanceBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OFFICERS),
    expected: int = if_match(),
) -> ComplaintDetail:
    row = await _mine(unit, complaint_number, caller, expected)
    await complaining.accept(unit, row, body.acceptance, caller.staff)
    return await show(unit, complaint_number, caller, response)


@router.post("/complaints/{complaint_number}/refusal", responses=refuses(404, 409))
async def refuse_complaint(
    complaint_number: Number,
    body: RefusalBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OFFICERS),
    expected: int = if_match(),
) -> ComplaintDetail:
    row = await _mine(unit, complaint_number, caller, expected)
    await complaining.refuse(unit, row, body.ground, body.reasons, caller.staff)
    return await show(unit, complaint_number, caller, response)


@router.post("/complaints/{complaint_number}/transfer", responses=refuses(404, 409))
async def transfer_complaint(
    complaint_number: Number,
    body: TransferBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OFFICERS),
    expected: int = if_match(),
) -> ComplaintDetail:
    """To the office that the topic belongs to; the one that hands it over sees it no more."""
    row = await _mine(unit, complaint_number, caller, expected)
    await complaining.transfer(unit, row, body.topic, body.reasons, caller.staff)
    return await show(unit, complaint_number, caller, response)


@router.post("/complaints/{complaint_number}/extension", responses=refuses(404, 409))
async def extend_complaint(
    complaint_number: Number,
    body: ExtensionBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OFFICERS),
    expected: int = if_match(),
) -> ComplaintDetail:
    row = await _mine(unit, complaint_number, caller, expected)
    await complaining.extend(unit, row, body.days, body.reasons, caller.staff)
    return await show(unit, complaint_number, caller, response)


@router.post("/complaints/{complaint_number}/answer", responses=refuses(404, 409))
async def answer_complaint(
    complaint_number: Number,
    body: AnswerBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OFFICERS),
    expected: int = if_match(),
) -> ComplaintDetail:
    row = await _mine(unit, complaint_number, caller, expected)
    await complaining.answer(unit, row, Finding(body.upheld, body.answer, body.in_writing), caller.staff)
    return await show(unit, complaint_number, caller, response)


@router.post("/complaints/{complaint_number}/revisit", responses=refuses(404, 409))
async def revisit_complaint(
    complaint_number: Number,
    body: RevisitBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OFFICERS),
    expected: int = if_match(),
) -> ComplaintDetail:
    row = await _mine(unit, complaint_number, caller, expected)
    satisfied = body.satisfied if body.reached else None
    await complaining.revisit(unit, row, reached=body.reached, satisfied=satisfied, note=body.note, by=caller.staff)
    return await show(unit, complaint_number, caller, response)


async def _mine(unit: Unit[Context], number: str, caller: Principal, expected: int) -> Found:
    row = await complaint_rows.lock(unit, number)
    if row is None or not in_hands(row, caller):
        raise unknown()
    complaint_rows.refuse_stale(row, expected)
    return row
