"""How a case stands, for whoever holds its number and query password; no account needed."""

from typing import Annotated

from fastapi import Header, Path, Request

from services.intake import queries
from services.intake.api.shapes import ProgressView
from services.intake.api.views import progress_view
from services.intake.context import Context
from yimen.bus import Units
from yimen.passwords import let_in
from yimen.web import allow_anyone, new_router, refuses

router = new_router(tags=["progress"])


@router.get("/progress/{case_number}", dependencies=[allow_anyone()], responses=refuses(429))
async def read_progress(
    case_number: Annotated[str, Path(max_length=80)],
    query_password: Annotated[str, Header(max_length=80)],
    request: Request,
) -> ProgressView:
    """State, what happens next and by when, papers, fees."""
    units: Units[Context] = request.app.state.units
    number = await let_in(units, case_number, query_password, queries.password_hash)
    async with units.view() as view:
        case = await queries.find_case(view, number)
        assert case is not None
        papers, notices = await queries.documents_of(view, number), await queries.notices_of(view, number)
        return progress_view(case, view.context.rules, papers, notices)
