"""More time: asked for by the department, granted or refused by whom the law names (R23, R24, R38).

The head of the organ answers for their own department. The head of the government answers for joint reviews, and sees
of the county's reviews only those whose request stands before them.
"""

from typing import Annotated

from fastapi import Depends, Query

from services.approval import calendars
from services.approval.api.pages import PLACE, page_of, place
from services.approval.bodies import AskExtension, GrantExtension, RefuseExtension
from services.approval.context import Context
from services.approval.domain import extensions
from services.approval.domain.state import ReviewState
from services.approval.queries import reviews
from services.approval.tasks import HEADS, OFFICERS, Transition, serving, transition
from services.approval.views import ReviewDetail, ReviewPage
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Office
from yimen.web import Forbidden, Principal, Role, current_view, new_router

router = new_router(prefix="/departments/{department}/reviews/{review_id}", tags=["extensions"])
requests = new_router(prefix="/departments/{department}/extension-requests", tags=["extensions"])

Officer = Annotated[Transition, transition(*OFFICERS)]
Head = Annotated[Transition, transition(*HEADS)]
Reading = Annotated[View[Context], Depends(current_view)]


@requests.get("")
async def read_requests(
    department: Code,
    view: Reading,
    caller: Annotated[Principal, serving(*HEADS)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(pattern=PLACE)] = None,
) -> ReviewPage:
    """Standing requests that the caller may answer; an organ's head sees the joint ones of the department too."""
    offices = tuple(Office) if _heads_organ(caller, department) else (Office.GOVERNMENT_HEAD,)
    chosen = reviews.awaiting(department, *offices, after=place(after), limit=limit + 1)
    rows = await reviews.page(view.conn, chosen)
    return page_of(rows, limit, await calendars.in_force(view), view.now)


@router.post("/extension-request")
async def ask_for_extension(body: AskExtension, officer: Officer) -> ReviewDetail:
    """延期申请: once, five working days before the limit ends, for ten days at most (a joint case: fifteen)."""
    by, at = officer.hand
    notice = officer.task.unit.context.extension_notice_days
    return await officer.make(
        lambda state: extensions.ask(state, body.days, body.reasons, notice, by, at, officer.calendar)
    )


@router.post("/extension")
async def grant_extension(body: GrantExtension, head: Head) -> ReviewDetail:
    """批准延期, before the limit ends."""
    by, at = head.hand
    return await head.make(
        lambda state: extensions.grant(_for(head, state), body.days, body.reasons, by, at, head.calendar)
    )


@router.post("/extension/refusal")
async def refuse_extension(body: RefuseExtension, head: Head) -> ReviewDetail:
    by, at = head.hand
    return await head.make(lambda state: extensions.refuse(_for(head, state), body.reasons, by, at))


def _heads_organ(caller: Principal, department: str) -> bool:
    return Role.ORGAN_HEAD in caller.roles and caller.serves(department)


def _for(head: Transition, state: ReviewState) -> ReviewState:
    """The review, if it is this head's to answer for."""
    caller, department = head.task.caller, head.task.department
    if extensions.office_for(state) is Office.GOVERNMENT_HEAD:
        if Role.GOVERNMENT_HEAD not in caller.roles:
            detail = "联合办理的事项，延期须经本级人民政府负责人批准（行政许可法第四十二条），请报请其批准。"
            raise Forbidden("不由本机关负责人批准", detail)
    elif not _heads_organ(caller, department):
        detail = "本审查的延期限由本行政机关负责人批准（行政许可法第四十二条），请转其办理。"
        raise Forbidden("不由本级政府负责人批准", detail)
    return state
