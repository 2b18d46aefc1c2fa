"""What the routes of the supervisor share.

Supervisors and leaders see everything; a department's staff see what their department is on.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Annotated, Final

from fastapi import Depends, Query
from pydantic import Field

from services.monitor.context import Context
from services.monitor.domain.clocks import SEVERITY
from yimen.bus import Unit, View
from yimen.web import Forbidden, Invalid, Principal, Role, current_unit, current_view

OVERSEERS: Final = (Role.SUPERVISOR, Role.LEADER)
ANSWERABLE: Final = (Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD, Role.STATION_CLERK)
"""Who answers for a department, and for a station."""

STAFF: Final = (Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)
Reading = Annotated[View[Context], Depends(current_view)]
Working = Annotated[Unit[Context], Depends(current_unit)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


def oversees(caller: Principal) -> bool:
    return not caller.roles.isdisjoint(OVERSEERS)


def departments_of(caller: Principal, asked: str | None, county_wide: Collection[Role] = OVERSEERS) -> list[str] | None:
    """What a list may show: everything to overseers (None), their own to a department's people."""
    everything = not caller.roles.isdisjoint(county_wide)
    if asked is None:
        return None if everything else sorted(caller.departments)
    if not everything and not caller.serves(asked):
        raise Forbidden("不能查看其他部门的监察情况", "请选择您所在的部门，或联系监察人员。")
    return [asked]


def unreadable_place() -> Invalid:
    return Invalid("invalid-place", "翻页位置不正确", "请从第一页重新查询。")


def case_place(text: str | None) -> tuple[int, date, str] | None:
    if text is None:
        return None
    try:
        rank, day, number = text.split("~")
        place = int(rank), date.fromisoformat(day), number
    except ValueError as wrong:
        raise unreadable_place() from wrong
    if place[0] not in SEVERITY.values():
        raise unreadable_place()
    return place


def day_place(text: str | None) -> tuple[date, str] | None:
    if text is None:
        return None
    try:
        day, name = text.split("~")
        return date.fromisoformat(day), name
    except ValueError as wrong:
        raise unreadable_place() from wrong


def place_of(at: datetime, name: str) -> str:
    """What `instant_place` reads."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}~{name}"


def instant_place(text: str | None) -> tuple[datetime, str] | None:
    if text is None:
        return None
    try:
        at, alert_id = text.split("~")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise unreadable_place()
        return instant.astimezone(UTC), alert_id
    except (ValueError, OverflowError) as wrong:  # the ends of the calendar have no UTC
        raise unreadable_place() from wrong
