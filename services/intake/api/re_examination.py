"""Re-examination of a return (复核, R17): asked for by the applicant or the window, decided by the centre."""

from typing import Annotated

from services.intake import queries
from services.intake.api.bodies import Words
from services.intake.api.desk import Desk, any_case, desk
from services.intake.api.shapes import CaseView
from services.intake.domain import re_examining
from yimen.contracts.envelope import Name
from yimen.contracts.parts import DocumentKind
from yimen.web import Body, Role, new_router

router = new_router(prefix="/cases/{case_number}/re-examination", tags=["cases"])

ApplicantOrWindow = Annotated[Desk, desk(Role.WINDOW_CLERK, Role.CITIZEN, owner=True)]
Centre = Annotated[Desk, desk(Role.CENTRE_ADMIN, may_move=any_case)]


class ReExaminationBody(Body):
    notice_number: Name
    reasons: Words


class FindingBody(Body):
    upheld: bool
    reasons: Words


@router.post("")
async def request_re_examination(body: ReExaminationBody, at: ApplicantOrWindow) -> CaseView:
    """申请复核: once, with the number of the return notice."""
    papers = await queries.documents_of(at.unit, at.case.case_number)
    notices = {paper.number for paper in papers if paper.kind == DocumentKind.RETURN}
    number = body.notice_number.strip()
    return await at.make(lambda case, _rules: re_examining.request(case, number, notices, body.reasons, at.unit.now))


@router.post("/finding")
async def find(body: FindingBody, at: Centre) -> CaseView:
    """复核决定; a return that is not upheld puts the case back at the window."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(lambda case, rules: re_examining.find(case, body.reasons, by, now, rules, upheld=body.upheld))
