"""咨询: asked by anyone, answered by the department, and shown to everyone where it helps others."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import Header, Path, Query, Request, Response, status
from pydantic import BaseModel, Field
from sqlalchemy import select

from services.monitor import consulting, deadlines, voices
from services.monitor.api.complaints import due_of, read_case_number
from services.monitor.api.parts import OVERSEERS, Limit, Reading, Words, Working, oversees
from services.monitor.consulting import ABOUT, ANSWER, ASKED, Found, Question
from services.monitor.context import Context
from services.monitor.domain.numbers import CONSULTATION
from services.monitor.remaining import today_of
from services.monitor.tables import consultations
from yimen.bus import Units, View
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.parts import Due
from yimen.departments import department_name
from yimen.web import (
    Body,
    Forbidden,
    NotFound,
    Principal,
    Role,
    allow,
    allow_anyone,
    creates,
    if_match,
    new_router,
    refuses,
    revalidated,
    set_etag,
)

router = new_router(tags=["consultations"])

Number = Annotated[str, Path(min_length=1, max_length=80)]
Short = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
ANSWERING: Final = (Role.WINDOW_CLERK, Role.CHIEF_REPRESENTATIVE)


class ConsultationBody(Body):
    department: Code
    question: Words
    item_code: Code | None = None
    case_number: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    asker: Short | None = None
    contact: Short | None = None


class AnswerBody(Body):
    """`shown_question`: the question as everyone may read it, without what tells who asked; absent, nothing is shown."""

    answer: Words
    shown_question: Words | None = None


class Asked(BaseModel):
    """The password is shown here and never again."""

    consultation_number: str
    query_password: str
    answer_by: Due


class ConsultationProgress(BaseModel):
    consultation_number: str
    state: Literal["asked", "answered"]
    department_name: str
    question: str
    asked_at: Instant
    answer_by: Due | None
    answer: str | None
    answered_at: Instant | None


class Shown(BaseModel):
    number: str
    department: str
    department_name: str
    item_code: str | None
    question: str
    answer: str
    answered_at: Instant


class ShownPage(BaseModel):
    items: list[Shown]
    next: str | None


class ConsultationView(BaseModel):
    """`late`: not answered by its day; `left`: working days until then."""

    number: str
    state: Literal["asked", "answered"]
    version: int
    department: str
    department_name: str
    item_code: str | None
    case_number: str | None
    question: str
    asker: str | None
    contact: str | None
    asked_at: Instant
    answer_by: Due | None
    late: bool
    left: int | None
    answer: str | None
    shown_question: str | None
    answered_by: str | None
    answered_at: Instant | None


class ConsultationPage(BaseModel):
    items: list[ConsultationView]
    next: str | None


# -- those who ask ------------------------------------------------------------------------------------------------------


@router.post(
    "/consultations",
    status_code=status.HTTP_201_CREATED,
    dependencies=[allow_anyone(), creates()],
    responses=refuses(422),
)
async def ask_department(unit: Working, body: ConsultationBody) -> Asked:
    asked = Question(**body.model_dump() | {"case_number": read_case_number(body.case_number)})
    number, password = await consulting.ask(unit, asked)
    limit = await deadlines.find(unit, ABOUT, number, ANSWER)
    assert limit is not None
    due = Due(on=limit.due, provisional=limit.provisional)
    return Asked(consultation_number=number, query_password=password, answer_by=due)


@router.get("/consultations/{consultation_number}/progress", dependencies=[allow_anyone()], responses=refuses(404, 429))
async def follow_consultation(
    consultation_number: Number, query_password: Annotated[str, Header(max_length=80)], request: Request
) -> ConsultationProgress:
    units: Units[Context] = request.app.state.units
    known = await voices.let_in(units, CONSULTATION, consultation_number, query_password, consulting.password_hash)
    async with units.view() as view:
        (shown,) = await _views(view, [await _known(view, known)])
    names = ConsultationProgress.model_fields.keys() - {"consultation_number"}
    return ConsultationProgress(consultation_number=known, **{name: getattr(shown, name) for name in names})


@router.get("/consultations", dependencies=[allow_anyone(), revalidated()])
async def read_consultations(
    view: Reading,
    department: Code | None = None,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
) -> ShownPage:
    """Questions and answers that are shown to everyone."""
    c = consultations.c
    query = select(consultations).where(c.shown_question.is_not(None), c.number > after).order_by(c.number)
    if department is not None:
        query = query.where(c.department == department)
    rows = (await view.execute(query.limit(limit + 1))).all()
    items = [_shown(row) for row in rows[:limit]]
    return ShownPage(items=items, next=items[-1].number if len(rows) > limit else None)


# -- those who answer ---------------------------------------------------------------------------------------------------


@router.get("/consultations/queue")
async def list_consultations(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, *ANSWERING),
    answered: bool = False,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
) -> ConsultationPage:
    """Of the caller's departments, the oldest first."""
    rows = await waiting_consultations(view, caller, answered=answered, after=after, limit=limit + 1)
    items = await _views(view, rows[:limit])
    _look(view, items)
    return ConsultationPage(items=items, next=items[-1].number if len(rows) > limit else None)


@router.get("/consultations/{consultation_number}", responses=refuses(404))
async def read_consultation(
    consultation_number: Number,
    view: Reading,
    response: Response,
    caller: Principal = allow(*OVERSEERS, *ANSWERING),
) -> ConsultationView:
    row = await consulting.find(view, consultation_number)
    if row is None:
        raise unknown()
    if not oversees(caller) and not caller.serves(row.department):
        raise Forbidden("不能查看其他部门的咨询", "请由被咨询的部门查看，或联系监察人员。")
    (shown,) = await _views(view, [row])
    _look(view, [shown])
    set_etag(response, shown.version)
    return shown


@router.post("/consultations/{consultation_number}/answer", responses=refuses(404, 409))
async def answer_consultation(
    consultation_number: Number,
    body: AnswerBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(*ANSWERING),
    expected: int = if_match(),
) -> ConsultationView:
    """Once, by the department that was asked."""
    row = await consulting.lock(unit, consultation_number)
    if row is None:
        raise unknown()
    if not caller.serves(row.department):
        raise Forbidden("不能答复其他部门的咨询", "请由被咨询的部门答复。")
    consulting.refuse_stale(row, expected)
    await consulting.answer(unit, row, body.answer, body.shown_question, caller.staff)
    (shown,) = await _views(unit, [await _known(unit, consultation_number)])
    _look(unit, [shown])
    set_etag(response, shown.version)
    return shown


async def waiting_consultations(
    view: View[Context], caller: Principal, *, answered: bool, after: str, limit: int
) -> Sequence[Found]:
    c = consultations.c
    query = select(consultations).where(c.number > after, c.state != ASKED if answered else c.state == ASKED)
    if not oversees(caller):
        query = query.where(c.department.in_(caller.departments))
    return (await view.execute(query.order_by(c.number).limit(limit))).all()


def _look(view: View[Context], shown: Sequence[ConsultationView]) -> None:
    for one in shown:
        if one.asker or one.contact:
            view.looked(f"consultation/{one.number}", "asker", "contact")


async def _known(view: View[Context], number: str) -> Found:
    row = await consulting.find(view, number)
    assert row is not None
    return row


async def _views(view: View[Context], rows: Sequence[Found]) -> list[ConsultationView]:
    limits, today = await deadlines.of(view, ABOUT, [row.number for row in rows]), await today_of(view)
    names = ConsultationView.model_fields.keys() - {"department_name", "answer_by", "late", "left", "answered_by"}
    shown = []
    for row in rows:
        limit = limits[row.number].get(ANSWER)
        shown.append(
            ConsultationView(
                **{name: getattr(row, name) for name in names},
                department_name=department_name(row.department),
                answer_by=due_of(limit),
                late=limit is not None and limit.passed_at is not None,
                left=today.left(limit.due) if limit and row.state == ASKED else None,
                answered_by=row.answered_by_name,
            )
        )
    return shown


def unknown() -> NotFound:
    return NotFound("没有这条咨询", "请核对咨询编号后重试。")


def _shown(row: Found) -> Shown:
    return Shown(
        number=row.number,
        department=row.department,
        department_name=department_name(row.department),
        item_code=row.item_code,
        question=row.shown_question,
        answer=row.answer,
        answered_at=row.answered_at,
    )
