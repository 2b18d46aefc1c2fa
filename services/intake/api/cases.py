"""Reading cases: the applicant their own, clerks and officers their department's, supervisors, leaders and the
centre all."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query, Response

from services.intake import queries
from services.intake.api.desk import EVERYWHERE, OF_DEPARTMENT, admit, may_read, show
from services.intake.api.views import CasePage, CaseSummary, CaseView, summary
from services.intake.context import Context
from services.intake.domain.case import Case, Status
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import Forbidden, Invalid, Principal, Role, allow, current_view, new_router, set_etag

router = new_router(tags=["cases"])

Reading = Annotated[View[Context], Depends(current_view)]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
State = Annotated[Status | None, Query()]


@router.get("/cases/{case_number}")
async def read_case(
    case_number: Code,
    view: Reading,
    response: Response,
    caller: Principal = allow(Role.CITIZEN, *OF_DEPARTMENT, *EVERYWHERE),
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
    limit: Limit = 50,
    after: After = None,
    caller: Principal = allow(Role.WINDOW_CLERK, Role.SUPERVISOR, Role.CENTRE_ADMIN),
) -> CasePage:
    """Oldest first. A clerk sees the departments that they serve."""
    departments = [department] if department else None
    if caller.roles.isdisjoint({Role.SUPERVISOR, Role.CENTRE_ADMIN}):
        if department and not caller.serves(department):
            raise Forbidden("不是本部门的办件", "只能查看所在窗口部门的办件，请改选本部门。")
        departments = departments or sorted(caller.departments)
    found = await queries.page_of_cases(
        view, departments=departments, status=state, after=_place(after), limit=limit + 1
    )
    return _page(view, found, limit)


@router.get("/my/cases")
async def list_own_cases(
    view: Reading, state: State = None, limit: Limit = 50, after: After = None, caller: Principal = allow(Role.CITIZEN)
) -> CasePage:
    """What the caller handed in on line, oldest first."""
    found = await queries.page_of_cases(view, account=caller.id, status=state, after=_place(after), limit=limit + 1)
    return _page(view, found, limit)


def _page(view: View[Context], found: list[Case], limit: int) -> CasePage:
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return CasePage(
        items=[CaseSummary(**summary(case, view.context.rules)) for case in shown],
        next=None if last is None else f"{last.submitted_at:%Y-%m-%dT%H:%M:%S.%fZ}~{last.case_number}",
    )


def _place(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    instant, _, number = after.partition("~")
    try:
        place = datetime.fromisoformat(instant)
        if place.tzinfo is None or not number.isalnum():
            raise _bad_place()
        return place.astimezone(UTC), number
    except (ValueError, OverflowError) as wrong:
        raise _bad_place() from wrong


def _bad_place() -> Invalid:
    return Invalid("invalid-page", "翻页位置不正确", "请从第一页重新查看。")
