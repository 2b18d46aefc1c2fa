"""What the lead department does in a joint case: calls the others together, keeps the minutes, urges, has the last word."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from services.intake.api.bodies import Words
from services.intake.api.desk import Desk, clerks, desk
from services.intake.api.shapes import CaseView
from services.intake.domain import joint
from services.intake.domain.case import Case
from yimen.contracts.envelope import Code, Name
from yimen.contracts.parts import Outcome, Staff
from yimen.web import Body, NotFound, Principal, Role, new_router

router = new_router(prefix="/cases/{case_number}", tags=["joint"])

Place = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]


class MeetingBody(Body):
    occasion: Literal["meeting", "site_visit"]
    place: Place
    meets_at: AwareDatetime


class OfficialBody(Body):
    id: Name
    name: Name


class MinutesBody(Body):
    present: Annotated[list[Code], Field(min_length=1, max_length=60, description="到场部门")]
    minutes: Annotated[str, Field(min_length=1, max_length=8000, pattern=r"\S")]
    officials: Annotated[tuple[OfficialBody, ...], Field(max_length=100, description="踏勘人员，应有两名以上")] = ()


class UrgingBody(Body):
    reason: Words


class LeadDecisionBody(Body):
    outcome: Annotated[Outcome, Field(description="granted：不采纳其他部门的不同意见；denied：采纳")]
    reasons: Words
    legal_basis: Annotated[str, Field(max_length=2000)] = ""


def _represents(caller: Principal, case: Case) -> bool:
    return Role.CHIEF_REPRESENTATIVE in caller.roles and caller.serves(case.department)


def _convenes(caller: Principal, case: Case) -> bool:
    return clerks(caller, case) or _represents(caller, case) or Role.CENTRE_ADMIN in caller.roles


def _urges(caller: Principal, case: Case) -> bool:
    return clerks(caller, case) or bool(caller.roles & {Role.CENTRE_ADMIN, Role.SUPERVISOR})


LEADING = (Role.WINDOW_CLERK, Role.CHIEF_REPRESENTATIVE, Role.CENTRE_ADMIN)
Convener = Annotated[Desk, desk(*LEADING, may_move=_convenes)]
Urger = Annotated[Desk, desk(Role.WINDOW_CLERK, Role.CENTRE_ADMIN, Role.SUPERVISOR, may_move=_urges)]
Representative = Annotated[Desk, desk(Role.CHIEF_REPRESENTATIVE, may_move=_represents)]


@router.post("/meetings")
async def convene(body: MeetingBody, at: Convener) -> CaseView:
    """召集联合会审或者联合踏勘: each department of the present stage that has not answered is told (S06)."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(
        lambda case, _rules: joint.convene(case, body.occasion, body.place.strip(), body.meets_at, by, now)
    )


@router.post("/meetings/{meeting_id}/minutes")
async def record_minutes(meeting_id: Code, body: MinutesBody, at: Convener) -> CaseView:
    """登记纪要, once. Who was convened, had signed for the review and stayed away consents by absence (R45)."""
    meeting = next((one for one in at.case.meetings if one.meeting_id == meeting_id), None)
    if meeting is None:
        raise NotFound("没有找到该次会审或者踏勘", "请刷新办件，核对会审、踏勘的编号后重试。")
    officials = tuple(Staff(id=official.id, name=official.name) for official in body.officials)
    by, now = at.caller.staff, at.unit.now
    return await at.make(
        lambda case, rules: joint.record_minutes(
            case, meeting, set(body.present), body.minutes, officials, by, now, rules
        )
    )


@router.post("/reviews/{review_id}/urging")
async def urge(review_id: Code, body: UrgingBody, at: Urger) -> CaseView:
    """督促, at most once a day."""
    review = at.case.review(review_id)
    if review is None:
        raise NotFound("没有找到该审查", "请刷新办件，核对审查编号后重试。")
    return await at.make(lambda case, _rules: joint.urge(case, review, body.reason, at.caller.staff, at.unit.now))


@router.post("/lead-decision")
async def decide_as_lead(body: LeadDecisionBody, at: Representative) -> CaseView:
    """牵头部门对其他部门的不同意见作出决定, with reasons (S06)."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(
        lambda case, rules: joint.decide_as_lead(case, body.outcome, body.reasons, body.legal_basis, by, now, rules)
    )
