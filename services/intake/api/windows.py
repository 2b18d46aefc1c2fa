"""The hall's windows, open to everyone: where they are, for whom, who is on duty (S19). The centre arranges them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Response
from pydantic import BaseModel, Field

from services.intake.context import Context
from services.intake.domain.windows import Window, faults
from services.intake.queries import windows as kept
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.departments import department_name
from yimen.errors import Unfit
from yimen.web import (
    Body,
    Principal,
    Role,
    StaleVersion,
    allow,
    allow_anyone,
    current_unit,
    current_view,
    if_match,
    new_router,
    revalidated,
    set_etag,
)
from yimen.web.wording import pointer
from yimen.worktime import local_date

router = new_router(tags=["windows"])

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class MemberBody(Body):
    id: Words
    name: Words
    part: Literal["A", "B"]


class DutyBody(Body):
    since: Annotated[date, Field(alias="from", description="首日（含）")]
    until: Annotated[date, Field(alias="to", description="末日（含）")]
    staff: Words


class WindowBody(Body):
    name: Words
    place: Words
    hours: Words
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9\-]{4,19}$")]
    departments: Annotated[list[Code], Field(min_length=1, max_length=50)]
    staff: Annotated[list[MemberBody], Field(min_length=1, max_length=100)]
    duty: Annotated[tuple[DutyBody, ...], Field(max_length=1000)] = ()


class MemberView(BaseModel):
    id: str
    name: str
    part: str


class DutyView(BaseModel):
    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    staff: str


class WindowView(BaseModel):
    window: str
    name: str
    place: str
    hours: str
    phone: str
    departments: tuple[str, ...]
    department_names: tuple[str, ...]
    staff: tuple[MemberView, ...]
    duty: tuple[DutyView, ...]
    on_duty: tuple[str, ...] = Field(description="今日值班人员姓名")
    version: int


@router.get("/windows", dependencies=[allow_anyone(), revalidated()])
async def list_windows(view: Annotated[View[Context], Depends(current_view)]) -> list[WindowView]:
    """Every window, with who is on duty today."""
    return [window_view(window, local_date(view.now)) for window in await kept.all_windows(view)]


@router.put("/windows/{window}")
async def arrange_window(
    window: Code,
    body: WindowBody,
    response: Response,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(Role.CENTRE_ADMIN),
    expected: int = if_match(),
) -> WindowView:
    """Adds the window (version 0 was seen) or replaces all that is known of it."""
    standing = await kept.locked_windows(unit)
    current = next((one.version for one in standing if one.window == window), 0)
    if current != expected:
        raise StaleVersion(current)
    arranged = Window.model_validate(body.model_dump() | {"window": window, "version": current + 1})
    if found := list(faults(arranged, standing)):
        errors = [{"in": "body", "pointer": pointer(path), "message": message} for path, message in found]
        said = f"共{len(errors)}处，请按下列提示逐项改正后重新提交。"
        raise Unfit("window-faults", "窗口设置有误", said, errors=errors)
    if not await kept.keep_window(unit, arranged, caller.staff):
        raise StaleVersion(1)
    set_etag(response, arranged.version)
    return window_view(arranged, local_date(unit.now))


def window_view(window: Window, today: date) -> WindowView:
    return WindowView(
        **window.model_dump(),
        department_names=tuple(map(department_name, window.departments)),
        on_duty=tuple(member.name for member in window.on_duty(today)),
    )
