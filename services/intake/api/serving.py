"""送达: what was handed to the post, and the service of the decision with its proof, which closes the case."""

from typing import Annotated

from services.intake.api.bodies import PostingBody, ServiceBody
from services.intake.api.desk import Desk, desk
from services.intake.api.shapes import CaseView
from services.intake.domain import serving
from services.intake.domain.serving import Delivery
from services.intake.queries.papers import numbers_of_outcome
from yimen.web import Role, new_router

router = new_router(prefix="/cases/{case_number}", tags=["cases"])

Window = Annotated[Desk, desk(Role.WINDOW_CLERK)]


@router.post("/posting")
async def post(body: PostingBody, at: Window) -> CaseView:
    """交邮登记. The case stays open until the post's receipt is in: then `POST /service` with `way` post."""
    by, now = at.caller.staff, at.unit.now
    return await at.make(lambda case, _rules: serving.post(case, body.carrier, body.waybill, body.posted_on, by, now))


@router.post("/service")
async def serve(body: ServiceBody, at: Window) -> CaseView:
    """送达, with what proves it (送达回证); closes the case."""
    by, now = at.caller.staff, at.unit.now
    delivery = Delivery(**body.model_dump())
    documents = await numbers_of_outcome(at.unit, at.case)
    return await at.make(lambda case, rules: serving.serve(case, delivery, documents, by, now, rules))
