"""The window's desk: the queue of reviews, and the moves that officials make on them.

Section officers and the chief representative (首席代表) of a department see and work its reviews; the chief
representative decides, or the one who stands in (B角); the organ's head and supervisors may read, the government's head
only what waits for their answer. Each move answers with the review as it now stands, its version in ETag.
"""

from typing import Annotated, Literal

from fastapi import Depends, Query, Response, status

from services.approval import calendars
from services.approval.api.pages import PLACE, page_of, place
from services.approval.bodies import AnswerFromSuperior, Assign, Decide, Forward, ListFees
from services.approval.context import Context
from services.approval.deciding import decides_in_place_of
from services.approval.domain import moves
from services.approval.domain.fee_lists import list_fees
from services.approval.domain.state import OPEN, ReviewState, Status
from services.approval.queries import papers, reviews
from services.approval.tasks import (
    OFFICERS,
    READERS,
    Task,
    Transition,
    no_such_review,
    serving,
    show,
    task,
    transition,
)
from services.approval.views import FeeListView, ReviewDetail, ReviewPage
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Office
from yimen.web import Forbidden, Principal, Role, creates, current_view, new_router, set_etag

router = new_router(prefix="/departments/{department}/reviews", tags=["reviews"])

Officer = Annotated[Transition, transition(*OFFICERS)]
Lister = Annotated[Task, task(*OFFICERS)]
Reading = Annotated[View[Context], Depends(current_view)]


@router.get("", dependencies=[serving(*READERS)])
async def read_queue(
    department: Code,
    view: Reading,
    state: Annotated[Status | Literal["open"] | None, Query(description="open: not finished yet")] = None,
    case_number: Code | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(pattern=PLACE)] = None,
) -> ReviewPage:
    """In order of due date. Without `state`: all there are."""
    chosen = reviews.in_order(
        department, statuses=_statuses(state), case_number=case_number, after=place(after), limit=limit + 1
    )
    rows = await reviews.page(view.conn, chosen)
    return page_of(rows, limit, await calendars.in_force(view), view.now)


@router.get("/{review_id}")
async def read_review(
    department: Code,
    review_id: Code,
    view: Reading,
    response: Response,
    caller: Annotated[Principal, serving(*READERS, Role.GOVERNMENT_HEAD)],
) -> ReviewDetail:
    state = await reviews.find(view.conn, department, review_id)
    if state is None:
        raise no_such_review()
    _refuse_unasked(caller, state)
    set_etag(response, state.version)
    return await show(view, state)


@router.post("/{review_id}/receipt")
async def sign_receipt(officer: Officer) -> ReviewDetail:
    """签收 (R41)."""
    by, at = officer.hand
    return await officer.make(lambda state: moves.receive(state, by, at))


@router.post("/{review_id}/assignment")
async def assign(body: Assign, officer: Officer) -> ReviewDetail:
    """分办."""
    by, at = officer.hand
    return await officer.make(lambda state: moves.assign(state, body.assignee.staff, by, at))


@router.post("/{review_id}/forwarding")
async def forward(body: Forward, officer: Officer) -> ReviewDetail:
    """转报上级 (R48)."""
    by, at = officer.hand
    return await officer.make(lambda state: moves.forward(state, body.superior, body.opinion, by, at))


@router.post("/{review_id}/superior-answer")
async def record_superior_answer(body: AnswerFromSuperior, officer: Officer) -> ReviewDetail:
    _by, at = officer.hand
    return await officer.make(
        lambda state: moves.record_superior_answer(state, body.superior, body.granted, body.opinion, at)
    )


@router.post("/{review_id}/decision")
async def decide(body: Decide, officer: Officer) -> ReviewDetail:
    """审查意见 (R42), by the chief representative or the B in force; the numbered 意见函 comes with it. After deemed consent
    (R44) it is kept and changes nothing; `notice` says so."""
    by, at = officer.hand
    chief = await decides_in_place_of(officer.task)
    paper = await officer.task.paper(papers.OPINION)
    return await officer.make(
        lambda state: moves.decide(state, body.opinion, body.reasons, body.legal_basis, paper, by, at, chief)
    )


@router.post("/{review_id}/fee-list", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def add_fee_list(body: ListFees, lister: Lister) -> FeeListView:
    """收费清单: codes and quantities; amounts follow from the published standard (R50)."""
    lines = [line.fee_line for line in body.lines]
    by, at = lister.hand
    state = await lister.move(lambda state: list_fees(state, lines, body.replaces, by, at))
    return FeeListView.of(state.fee_lists[-1])


def _statuses(state: Status | Literal["open"] | None) -> frozenset[Status] | None:
    if state is None:
        return None
    return OPEN if state == "open" else frozenset({state})


def _refuse_unasked(caller: Principal, state: ReviewState) -> None:
    """Who is here as the government's head only reads what waits for their answer (R24)."""
    of_department = caller.serves(state.request.department) and not caller.roles.isdisjoint(READERS)
    if Role.SUPERVISOR in caller.roles or of_department:
        return
    if state.awaited_office is not Office.GOVERNMENT_HEAD:
        detail = "县政府负责人只能查阅正在报请其批准延期的联合审查，请从延期申请列表中选择。"
        raise Forbidden("该审查没有报请批准的延期", detail)
