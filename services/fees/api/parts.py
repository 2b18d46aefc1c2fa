"""What the routes of fees share."""

from typing import Annotated, Final

from fastapi import Depends, Path, Query
from pydantic import Field

from services.fees import queries
from services.fees.context import Context
from services.fees.domain.notices import is_payment_code
from services.fees.queries import Found
from yimen.bus import Unit, View
from yimen.web import Forbidden, NotFound, Principal, Role, current_unit, current_view

InUnit = Annotated[Unit[Context], Depends(current_unit)]
InView = Annotated[View[Context], Depends(current_view)]
Id = Annotated[str, Path(min_length=1, max_length=80)]
Limit = Annotated[int, Query(ge=1, le=200)]

FEE_WINDOW: Final = (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR)
COUNTY_WIDE: Final = (*FEE_WINDOW, Role.LEADER)

Words = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


async def notice_by_code(view: View[Context], payment_code: str) -> Found:
    """The notice that this code pays. Raises `NotFound` in words for the one who typed it."""
    code = payment_code.strip().upper()
    if not is_payment_code(code):
        raise NotFound("缴款码有误", "缴款码为20位字母和数字，请对照缴款通知书逐位核对后重新填写。")
    found = await queries.notice_by_code(view, code)
    if found is None:
        raise NotFound("没有这个缴款码", "请对照缴款通知书核对后重新填写，或到收费窗口咨询。")
    return found


async def notice_of_code(unit: Unit[Context], payment_code: str) -> Found:
    """The same, locked. Whoever holds the code speaks for the payer."""
    notice = await queries.locked_notice(unit, (await notice_by_code(unit, payment_code)).number)
    assert notice is not None
    return notice


async def staff_on_notice(unit: Unit[Context], number: str, caller: Principal) -> Found:
    """The notice, locked, for the fee window, and for clerks of a department that is on it."""
    notice = await queries.locked_notice(unit, number)
    if notice is None:
        raise NotFound("没有这份缴款通知书", "请核对通知书编号后重试。")
    on_it = {department for department, _amount in await queries.shares_of(unit, number)}
    if Role.FEE_OFFICER not in caller.roles and not on_it & caller.departments:
        raise Forbidden("不是本部门的收费", "该通知书不涉及您所在的部门，请到收费窗口办理。")
    return notice
