"""Reading cases: the applicant their own, clerks and officers their department's, supervisors, leaders and the
centre all."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from services.intake import queries
from services.intake.api.desk import EVERYWHERE, OF_DEPARTMENT, admit, may_read, show, within
from services.intake.api.paging import After, Limit, place_of, written
from services.intake.api.shapes import CasePage, CaseSummary, CaseView, OwnCase, OwnCasePage
from services.intake.api.views import own_summary, summary
from services.intake.context import Context
from services.intake.domain.case import Case, Status
from services.intake.queries import lists
from services.intake.queries.paging import Stretch
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Kind
from yimen.web import Principal, Role, allow, current_view, new_router, set_etag

router = new_router(tags=["cases"])

Reading = Annotated[View[Context], Depends(current_view)]
OPEN = "open"
State = Annotated[Status | Literal["open"] | None, Query(description="`open`: not ended yet, whatever the state")]


@router.get("/cases/{case_number}")
async def read_case(
    case_number: Code,
    view: Reading,
    response: Response,
    caller: Principal = allow(Role.CITIZEN, Role.CENTRE_ADMIN, *OF_DEPARTMENT, *EVERYWHERE),
) -> CaseView:
    """Everything about one case. Whole identification and telephone number only for its clerks and its applicant."""
    found = await queries.find_case(view, case_number)
    case = admit(caller, found, found is not None and may_read(caller, found))
    set_etag(response, case.version)
    return await show(view, case, caller)


@router.get("/cases")
async def list_cases(
    view: Reading,
    state: State = None,
    department: Code | None = None,
    kind: Kind | None = None,
    limit: Limit = 50,
    after: After = None,
    caller: Principal = allow(Role.WINDOW_CLERK, Role.SUPERVISOR, Role.CENTRE_ADMIN),
) -> CasePage:
    """Oldest first: with `state=open`, what waits longest comes first. A clerk sees the departments that they serve."""
    departments = within(caller, department, everywhere=frozenset({Role.SUPERVISOR, Role.CENTRE_ADMIN}))
    chosen = lists.Chosen(departments, kind, _status(state), open=state == OPEN)
    found = await lists.page_of_cases(view, chosen, Stretch(limit + 1, place_of(after)))
    return _page(view, found, limit)


@router.get("/my/cases")
async def list_own_cases(
    view: Reading, state: State = None, limit: Limit = 50, after: After = None, caller: Principal = allow(Role.CITIZEN)
) -> OwnCasePage:
    """What the caller handed in on line, newest first."""
    stretch = Stretch(limit + 1, before=place_of(after))
    found = await lists.page_of_own_cases(view, caller.id, _status(state), stretch, open_only=state == OPEN)
    own = [OwnCase(**own_summary(case, view.context.rules, view.now)) for case in found[:limit]]
    return OwnCasePage(items=own, next=_next(found, limit))


def _status(state: Status | str | None) -> Status | None:
    return state if isinstance(state, Status) else None


def _page(view: View[Context], found: list[Case], limit: int) -> CasePage:
    items = [CaseSummary(**summary(case, view.context.rules, view.now)) for case in found[:limit]]
    return CasePage(items=items, next=_next(found, limit))


def _next(found: list[Case], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return written(last.submitted_at, last.case_number)
