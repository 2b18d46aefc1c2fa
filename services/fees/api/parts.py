"""What the routes of fees share."""

from typing import Annotated, Final

from fastapi import Depends, Path, Query

from services.fees import queries
from services.fees.context import Context
from services.fees.domain.notices import is_payment_code
from services.fees.queries import Found
from yimen.bus import Unit, View
from yimen.web import NotFound, Role, current_unit, current_view

InUnit = Annotated[Unit[Context], Depends(current_unit)]
InView = Annotated[View[Context], Depends(current_view)]
Id = Annotated[str, Path(min_length=1, max_length=80)]
Limit = Annotated[int, Query(ge=1, le=200)]

FEE_WINDOW: Final = (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR)
COUNTY_WIDE: Final = (*FEE_WINDOW, Role.LEADER)


async def notice_by_code(view: View[Context], payment_code: str) -> Found:
    """For whoever holds the code, as they typed it."""
    code = payment_code.strip().upper()
    if not is_payment_code(code):
        raise NotFound("缴款码有误", "缴款码为20位字母和数字，请对照缴款通知书逐位核对后重新填写。")
    row = await queries.notice_by_code(view, code)
    if row is None:
        raise NotFound("没有这个缴款码", "请对照缴款通知书核对后重新填写，或到收费窗口咨询。")
    return row
