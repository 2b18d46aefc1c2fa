"""How a case stands, for whoever holds its number and query password; no account needed.

Guarantees: an unknown number, a malformed one and a wrong password are answered alike; wrong tries are counted
although the request fails, in a unit of their own.
"""

from typing import Annotated

from fastapi import Header, Path, Request

from services.intake import passwords, queries
from services.intake.api.shapes import ProgressView
from services.intake.api.views import progress_view
from services.intake.context import Context
from yimen.bus import Units
from yimen.ids import InvalidNumber, parse_case_number
from yimen.web import NotFound, Problem, allow_anyone, new_router, refuses

router = new_router(tags=["progress"])


@router.get("/progress/{case_number}", dependencies=[allow_anyone()], responses=refuses(429))
async def read_progress(
    case_number: Annotated[str, Path(max_length=80)],
    query_password: Annotated[str, Header(max_length=80)],
    request: Request,
) -> ProgressView:
    """State, what happens next and by when, papers, fees."""
    units: Units[Context] = request.app.state.units
    try:
        number = str(parse_case_number(case_number))
    except InvalidNumber as wrong:
        raise _no_match() from wrong
    async with units.view() as view:
        if await passwords.too_many_tries(view, number):
            raise _too_many_tries()
        stored = await queries.password_hash(view, number)
    if not passwords.matches(query_password, stored):
        async with units.begin() as unit:
            await passwords.record_wrong_try(unit, number)
        raise _no_match()
    async with units.view() as view:
        case = await queries.find_case(view, number)
        assert case is not None
        papers, notices = await queries.documents_of(view, number), await queries.notices_of(view, number)
        return progress_view(case, view.context.rules, papers, notices)


def _no_match() -> NotFound:
    return NotFound("办件编号或查询密码不正确", "请对照收件凭证核对办件编号和查询密码后重试。")


def _too_many_tries() -> Problem:
    wait = int(passwords.WINDOW.total_seconds())
    return Problem(
        429,
        "too-many-tries",
        "查询密码错误次数过多",
        "请一小时后再试，或者携带身份证件到窗口查询。",
        headers={"Retry-After": str(wait)},
    )
