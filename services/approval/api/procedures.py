"""What may have to come before an answer: special procedures (Art. 45), site visits (Art. 34), hearings (Art. 47, 48)."""

from typing import Annotated

from services.approval.bodies import AnnounceHearing, AskHearing, PauseClock, RecordHearing, RecordVisit
from services.approval.domain import hearings, moves, visits
from services.approval.queries import papers
from services.approval.tasks import OFFICERS, Transition, transition
from services.approval.views import ReviewDetail
from yimen.web import new_router

router = new_router(prefix="/departments/{department}/reviews/{review_id}", tags=["procedures"])

Officer = Annotated[Transition, transition(*OFFICERS)]


@router.post("/pause")
async def pause(body: PauseClock, officer: Officer) -> ReviewDetail:
    """特别程序 (R26)."""
    by, at = officer.hand
    return await officer.make(lambda state: moves.pause(state, body.kind, body.basis, body.planned_days, by, at))


@router.post("/resumption")
async def resume(officer: Officer) -> ReviewDetail:
    by, at = officer.hand
    return await officer.make(lambda state: moves.resume(state, by, at, officer.calendar))


@router.post("/site-visit")
async def record_visit(body: RecordVisit, officer: Officer) -> ReviewDetail:
    """现场核查, by two officials or more (R34); the numbered record comes with it (核查笔录)."""
    by, at = officer.hand
    officials = [one.staff for one in body.officials]
    paper = await officer.task.paper(papers.SITE_VISIT)
    return await officer.make(
        lambda state: visits.record(
            state, officials, body.place, body.findings, body.checked_party, body.started_at, paper, by, at
        )
    )


@router.post("/hearing")
async def request_hearing(body: AskHearing, officer: Officer) -> ReviewDetail:
    """听证申请, free of charge (R31). The clock stands until the record is in."""
    by, at = officer.hand
    return await officer.make(
        lambda state: hearings.request(
            state, body.requested_by, body.told_on, body.requested_on, by, at, officer.calendar
        )
    )


@router.post("/hearing/notice")
async def announce_hearing(body: AnnounceHearing, officer: Officer) -> ReviewDetail:
    """听证通知, seven working days before. Another one replaces it."""
    by, at = officer.hand
    paper = await officer.task.paper(papers.HEARING_NOTICE)
    return await officer.make(
        lambda state: hearings.give_notice(
            state, body.holds_at, body.place, body.chair.staff, paper, by, at, officer.calendar
        )
    )


@router.post("/hearing/record")
async def record_hearing(body: RecordHearing, officer: Officer) -> ReviewDetail:
    """听证笔录: the decision rests on it, and the clock goes on."""
    by, at = officer.hand
    return await officer.make(lambda state: hearings.hold(state, body.record, by, at))
