"""Steps that people take with a case. Each names the version that it saw, and answers with the case as it now stands."""

from typing import Annotated

from services.intake.api.bodies import (
    CorrectionBody,
    DecisionBody,
    RefusalBody,
    ReturnBody,
    SupplementBody,
    WithdrawalBody,
)
from services.intake.api.desk import Desk, desk, handed_in
from services.intake.api.shapes import CaseView
from services.intake.domain import deciding, door
from yimen.errors import Unfit
from yimen.web import Role, new_router

router = new_router(prefix="/cases/{case_number}", tags=["cases"])

Window = Annotated[Desk, desk(Role.WINDOW_CLERK)]
ApplicantOrWindow = Annotated[Desk, desk(Role.WINDOW_CLERK, Role.CITIZEN, owner=True)]


@router.post("/correction")
async def request_correction(body: CorrectionBody, at: Window) -> CaseView:
    """一次性告知: once, and everything (R04, R06)."""
    missing = {piece.code: piece.reason for piece in body.requested}
    if len(missing) < len(body.requested):
        raise Unfit("material-doubled", "同一材料重复填写", "请将同一材料的补正要求合并为一项。")
    return await at.make(
        lambda case, rules: door.request_correction(case, missing, at.caller.staff, at.unit.now, rules)
    )


@router.post("/refusal")
async def refuse(body: RefusalBody, at: Window) -> CaseView:
    """不予受理 (R02, R03)."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(
        lambda case, rules: door.refuse(case, body.ground, body.reasons, body.competent_organ, by, now, rules)
    )


@router.post("/return")
async def send_back(body: ReturnBody, at: Window) -> CaseView:
    """退办."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(lambda case, rules: door.send_back(case, body.reasons, body.policy_basis, by, now, rules))


@router.post("/decision")
async def decide(body: DecisionBody, at: Window) -> CaseView:
    """即办件当场决定. Other kinds are decided by rule when the departments have answered."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(
        lambda case, rules: deciding.decide_at_window(
            case, body.outcome, body.reasons, body.legal_basis, by, now, rules
        )
    )


@router.post("/supplement")
async def supplement(body: SupplementBody, at: ApplicantOrWindow) -> CaseView:
    """补正; with the last piece the case is accepted by itself (R07)."""
    pieces = await handed_in(at.case.item, body.materials, at.unit, {at.caller.id})
    return await at.make(lambda case, rules: door.supplement(case, pieces, at.unit.now, rules))


@router.post("/withdrawal")
async def withdraw(body: WithdrawalBody, at: ApplicantOrWindow) -> CaseView:
    """撤回; until the decision."""
    return await at.make(lambda case, _rules: door.withdraw(case, body.reasons, at.unit.now))
