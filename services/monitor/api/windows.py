"""Windows of the hall: whom each serves, and who sits there (S19)."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import status
from pydantic import BaseModel, Field

from services.monitor import staffing
from services.monitor.api.parts import OVERSEERS, STAFF, Reading, Working, oversees
from services.monitor.domain.staffing import Seating
from yimen.contracts.envelope import Code, Name
from yimen.contracts.parts import Staff
from yimen.departments import department_name
from yimen.web import Body, Invalid, Principal, Role, allow, creates, new_router
from yimen.worktime import local_date

router = new_router(tags=["windows"])


class Sitting(Body):
    id: Name
    name: Name


class Staffing(Body):
    """From `valid_from`, today where it is absent. Without departments the window is closed from that day on."""

    name: Name
    departments: Annotated[list[Code], Field(max_length=100)]
    staff: Annotated[tuple[Sitting, ...], Field(max_length=200)] = ()
    valid_from: date | None = None


class Served(BaseModel):
    department: str
    department_name: str


class WindowShape(BaseModel):
    window: str
    name: str
    departments: list[Served]
    staff: list[Staff]
    valid_from: date

    @classmethod
    def of(cls, one: Seating) -> "WindowShape":
        return cls(
            window=one.window,
            name=one.name,
            departments=[Served(department=code, department_name=department_name(code)) for code in one.departments],
            staff=list(one.staff),
            valid_from=one.valid_from,
        )


@router.get("/windows")
async def list_windows(
    view: Reading, caller: Principal = allow(*OVERSEERS, Role.CENTRE_ADMIN, *STAFF), on: date | None = None
) -> list[WindowShape]:
    """A department's people see the windows that serve it."""
    found = await staffing.windows_on(view, on or local_date(view.now))
    everything = oversees(caller) or Role.CENTRE_ADMIN in caller.roles
    return [WindowShape.of(one) for one in found if everything or caller.departments & set(one.departments)]


@router.post("/windows/{window}/staffing", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def staff_window(
    window: Code, body: Staffing, unit: Working, caller: Principal = allow(Role.CENTRE_ADMIN)
) -> WindowShape:
    today = local_date(unit.now)
    valid_from = body.valid_from or today
    if not today <= valid_from <= today + timedelta(days=366):
        raise Invalid(
            "invalid-date", "生效日期不对", "生效日期应在今天或者今天以后，一年以内；已经过去的日子不能更改。"
        )
    seating = await staffing.staff_window(
        unit,
        window,
        name=body.name,
        departments=body.departments,
        staff=[Staff(id=one.id, name=one.name) for one in body.staff],
        valid_from=valid_from,
        by=caller.staff,
    )
    return WindowShape.of(seating)
