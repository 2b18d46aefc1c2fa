"""The window's desk: the queue of reviews, and the moves that officials make on them.

Section officers and the chief representative (首席代表) of a department see and work its reviews; only the chief
representative decides; supervisors may read. Each move answers with the review as it now stands, its version in ETag.
"""

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query, Response, status

from services.approval import queries
from services.approval.bodies import AnswerFromSuperior, Assign, Decide, Forward, ListFees, PauseClock
from services.approval.context import Context
from services.approval.domain import moves
from services.approval.domain.fee_lists import list_fees
from services.approval.domain.state import OPEN, Status
from services.approval.tasks import Task, Transition, no_such_review, serving, show, task, transition
from services.approval.views import FeeListView, ReviewDetail, ReviewPage, summarise
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import Invalid, Role, creates, current_view, new_router, set_etag
from yimen.worktime import local_date

OFFICERS = (Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)
READERS = (*OFFICERS, Role.SUPERVISOR)

PLACE = r"^\d{4}-\d{2}-\d{2}~[A-Za-z0-9._\-]{1,80}$"

router = new_router(prefix="/departments/{department}/reviews", tags=["reviews"])

Officer = Annotated[Transition, transition(*OFFICERS)]
Chief = Annotated[Transition, transition(Role.CHIEF_REPRESENTATIVE)]
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
    chosen = queries.in_order(
        department,
        statuses=_statuses(state),
        case_number=case_number,
        after=None if after is None else _place(after),
        limit=limit + 1,
    )
    rows = await queries.page(view.conn, chosen)
    today = local_date(view.now)
    shown = rows[:limit]
    last = shown[-1][0] if len(rows) > limit else None
    return ReviewPage(
        items=[summarise(review, view.context.calendar, today) for _place, review in shown],
        next=None if last is None else f"{last.due_on}~{last.review_id}",
    )


@router.get("/{review_id}", dependencies=[serving(*READERS)])
async def read_review(department: Code, review_id: Code, view: Reading, response: Response) -> ReviewDetail:
    state = await queries.find(view.conn, department, review_id)
    if state is None:
        raise no_such_review()
    set_etag(response, state.version)
    return show(view, state)


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


@router.post("/{review_id}/pause")
async def pause(body: PauseClock, officer: Officer) -> ReviewDetail:
    """特别程序 (R26)."""
    by, at = officer.hand
    return await officer.make(lambda state: moves.pause(state, body.kind, body.basis, body.planned_days, by, at))


@router.post("/{review_id}/resumption")
async def resume(officer: Officer) -> ReviewDetail:
    by, at = officer.hand
    return await officer.make(lambda state: moves.resume(state, by, at))


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
async def decide(body: Decide, chief: Chief) -> ReviewDetail:
    """审查意见 (R42). After deemed consent (R44) it is kept and changes nothing; `notice` says so."""
    by, at = chief.hand
    return await chief.make(lambda state: moves.decide(state, body.opinion, body.reasons, body.legal_basis, by, at))


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


def _place(after: str) -> queries.Place:
    due_on, _, review_id = after.partition("~")
    try:
        return queries.Place(date.fromisoformat(due_on), review_id)
    except ValueError as wrong:
        raise Invalid("unknown-place", "翻页位置不对", "请使用上一页答复中的 next，或者从第一页重新开始。") from wrong
