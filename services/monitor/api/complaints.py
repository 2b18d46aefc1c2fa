"""Complaints, as citizens see them: filed with a name or without, followed and withdrawn by number and query password."""

from typing import Annotated, Literal

from fastapi import Header, Path, Request, Response, status
from pydantic import BaseModel, Field

from services.monitor import complaining, complaint_rows, deadlines, voices
from services.monitor.api.parts import Words, Working
from services.monitor.complaining import ACCEPTANCE, ANSWER, Said
from services.monitor.complaint_rows import Found
from services.monitor.context import Context
from services.monitor.domain.complaints import GROUNDS, OFFICES, TOPICS, ComplaintState, Ground, Source, Topic
from services.monitor.domain.numbers import COMPLAINT
from yimen.bus import Units, View
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.monitor import Office
from yimen.contracts.parts import Due
from yimen.ids import InvalidNumber, parse_case_number
from yimen.terms import SUPERVISION
from yimen.web import (
    Body,
    Invalid,
    Principal,
    Role,
    allow,
    allow_anyone,
    creates,
    if_match,
    new_router,
    refuses,
    set_etag,
)

router = new_router(tags=["complaints"])

Number = Annotated[str, Path(min_length=1, max_length=80)]
Password = Annotated[str, Header(max_length=80)]
Short = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]

STATES = {
    ComplaintState.FILED: "已登记，待决定是否受理",
    ComplaintState.ACCEPTED: "已受理，正在查办",
    ComplaintState.ANSWERED: "已答复，待回访",
    ComplaintState.CLOSED: "已办结",
    ComplaintState.REFUSED: "不予受理",
    ComplaintState.WITHDRAWN: "已撤回",
}


class ComplaintBody(Body):
    """Whoever gives a name (`complainant`) is answered in writing; nobody has to. `person`: whom it is about, by name."""

    topic: Topic
    content: Words
    department: Code | None = None
    person: Short | None = None
    case_number: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    complainant: Short | None = None
    contact: Short | None = None

    def said(self) -> Said:
        return Said(
            self.topic,
            self.content,
            self.department,
            self.person,
            read_case_number(self.case_number),
            self.complainant,
            self.contact,
        )


class EnteredBody(ComplaintBody):
    """What came on paper, by telephone or in person."""

    channel: Literal[Source.BOX, Source.PHONE, Source.VISIT]


class Filed(BaseModel):
    """The password is shown here and never again."""

    complaint_number: str
    query_password: str
    office: Office
    office_name: str
    accept_by: Due


class Act(BaseModel):
    """What was done, and what the office says of it."""

    step: str
    at: Instant
    words: str | None


class ComplaintProgress(BaseModel):
    complaint_number: str
    state: ComplaintState
    state_text: str
    version: int
    topic: Topic
    topic_name: str
    office_name: str
    filed_at: Instant
    accept_by: Due | None
    answer_by: Due | None
    extended_days: int | None
    refusal: str | None
    upheld: bool | None
    answer: str | None
    acts: list[Act]


@router.post(
    "/complaints", status_code=status.HTTP_201_CREATED, dependencies=[allow_anyone(), creates()], responses=refuses(422)
)
async def file_complaint(unit: Working, body: ComplaintBody) -> Filed:
    """By anyone, named or not."""
    return await _filed(unit, await complaining.file(unit, body.said(), Source.WEB), body.topic)


@router.post(
    "/complaints/entered", status_code=status.HTTP_201_CREATED, dependencies=[creates()], responses=refuses(422)
)
async def enter_complaint(
    unit: Working, body: EnteredBody, caller: Principal = allow(Role.CENTRE_ADMIN, Role.SUPERVISOR)
) -> Filed:
    """From the box, the telephone or a visitor, to whom number and password are given."""
    source = Source(body.channel)
    return await _filed(unit, await complaining.file(unit, body.said(), source, caller.staff), body.topic)


@router.get("/complaints/{complaint_number}/progress", dependencies=[allow_anyone()], responses=refuses(404, 429))
async def follow_complaint(
    complaint_number: Number, query_password: Password, request: Request, response: Response
) -> ComplaintProgress:
    units: Units[Context] = request.app.state.units
    known = await voices.let_in(units, COMPLAINT, complaint_number, query_password, complaint_rows.password_hash)
    async with units.view() as view:
        return await _progress(view, known, response)


@router.post(
    "/complaints/{complaint_number}/withdrawal", dependencies=[allow_anyone()], responses=refuses(404, 409, 429)
)
async def withdraw_complaint(
    complaint_number: Number, query_password: Password, request: Request, response: Response, expected: int = if_match()
) -> ComplaintProgress:
    """By the complainant, until it is answered."""
    units: Units[Context] = request.app.state.units
    known = await voices.let_in(units, COMPLAINT, complaint_number, query_password, complaint_rows.password_hash)
    async with units.begin() as unit:
        await complaining.withdraw(unit, known, expected)
        return await _progress(unit, known, response)


async def _filed(view: View[Context], made: tuple[str, str], topic: Topic) -> Filed:
    number, password = made
    limit = await deadlines.find(view, complaining.ABOUT, number, ACCEPTANCE)
    assert limit is not None
    office = OFFICES[topic]
    due = Due(on=limit.due, provisional=limit.provisional)
    return Filed(
        complaint_number=number,
        query_password=password,
        office=office,
        office_name=SUPERVISION[office],
        accept_by=due,
    )


async def _progress(view: View[Context], number: str, response: Response) -> ComplaintProgress:
    row = await complaint_rows.find(view, number)
    assert row is not None
    limits = (await deadlines.of(view, complaining.ABOUT, [number]))[number]
    steps = await complaint_rows.steps_of(view, number)
    set_etag(response, row.version)
    refused = next((step for step in steps if step.step == "refusal"), None)
    return ComplaintProgress(
        complaint_number=number,
        state=row.state,
        state_text=STATES[row.state],
        version=row.version,
        topic=row.topic,
        topic_name=TOPICS[row.topic],
        office_name=SUPERVISION[Office(row.office)],
        filed_at=row.filed_at,
        accept_by=due_of(limits.get(ACCEPTANCE)),
        answer_by=due_of(limits.get(ANSWER)),
        extended_days=row.extended_days,
        refusal=f"{GROUNDS[Ground(refused.details['ground'])]}。{refused.words}" if refused else None,
        upheld=row.upheld,
        answer=row.answer,
        acts=[Act(step=step.step, at=step.at, words=step.words) for step in steps],
    )


def due_of(limit: Found | None) -> Due | None:
    return Due(on=limit.due, provisional=limit.provisional) if limit else None


def read_case_number(typed: str | None) -> str | None:
    if typed is None:
        return None
    try:
        return str(parse_case_number(typed))
    except InvalidNumber as wrong:
        raise Invalid("invalid-case-number", "办件编号不正确", f"{wrong}不记得编号的，可以不填。") from wrong
