"""Acceptance with a gap, and filling it (容缺受理, R16)."""

from typing import Annotated

from pydantic import Field

from services.intake.api.bodies import MissingBody, SupplementBody
from services.intake.api.desk import Desk, desk, handed_in
from services.intake.api.shapes import CaseView
from services.intake.domain import deferring, door
from services.intake.domain.bans import refuse_gap
from services.intake.domain.deferring import Gap
from services.intake.queries import bans
from yimen.errors import Unfit
from yimen.web import Body, Role, new_router
from yimen.worktime import local_date

router = new_router(prefix="/cases/{case_number}", tags=["cases"])

Window = Annotated[Desk, desk(Role.WINDOW_CLERK)]
ApplicantOrWindow = Annotated[Desk, desk(Role.WINDOW_CLERK, Role.CITIZEN, owner=True)]


class AcceptanceBody(Body):
    """Nothing, or what may follow: minor material that is missing, for reasons, against the applicant's commitment."""

    defer: Annotated[list[MissingBody], Field(max_length=100, default_factory=list)]
    until_days: Annotated[
        int | None, Field(ge=1, le=365, strict=True, description="working days; the centre's usual grace if absent")
    ] = None
    commitment: Annotated[bool, Field(description="申请人已签容缺承诺书")] = False


@router.post("/acceptance")
async def accept(at: Window, body: AcceptanceBody | None = None) -> CaseView:
    """受理; departments are asked at the same moment (R40)."""
    gap = _gap(body) if body is not None and body.defer else None
    if gap is not None:
        known = await bans.bans_of(at.unit, at.case.applicant.id_number)
        refuse_gap(known, at.case.item, local_date(at.unit.now))
    return await at.make(lambda case, rules: door.accept(case, at.caller.staff, at.unit.now, rules, gap))


def _gap(body: AcceptanceBody) -> Gap:
    reasons = {piece.code: piece.reason for piece in body.defer}
    if len(reasons) < len(body.defer):
        raise Unfit("material-doubled", "同一材料重复填写", "请将同一材料的容缺要求合并为一项。")
    return Gap(reasons, body.until_days, body.commitment)


@router.post("/deferred-materials")
async def hand_in_deferred(body: SupplementBody, at: ApplicantOrWindow) -> CaseView:
    """补交容缺材料; with the last of them a clock that stood for them runs again."""
    pieces = await handed_in(at.case.item, body.materials, at.unit, {at.caller.id})
    return await at.make(lambda case, rules: deferring.hand_in(case, pieces, at.unit.now, rules))
