"""The attendance book (考勤): entered by the centre, read by departments (R82)."""

import datetime as dt
from typing import Annotated, Any, Final, Self

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitor import inspecting
from services.monitor.api.inspections import COUNTY_WIDE, PersonBody, read_deductions
from services.monitor.api.parts import ANSWERABLE, Cursor, Limit, Reading, Working, day_place, departments_of
from services.monitor.inspecting import Absence
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.monitor import Deduction
from yimen.contracts.parts import Staff
from yimen.departments import department_name
from yimen.web import Body, Invalid, Principal, Role, allow, creates, new_router
from yimen.worktime import local_date

router = new_router(prefix="/attendance", tags=["attendance"])

A_MONTH: Final = 31


class AbsenceBody(Body):
    department: Code
    person: PersonBody
    code: Code
    day: dt.date
    window: Code | None = None
    half_days: int = Field(default=0, ge=0, le=2)
    note: str = Field(default="", max_length=400)

    def absence(self) -> Absence:
        return Absence(person=self.person.staff, **self.model_dump(exclude={"person"}))


class AttendanceBody(Body):
    lines: list[AbsenceBody] = Field(min_length=1, max_length=500)


class AbsenceShape(BaseModel):
    attendance_id: str
    department: str
    department_name: str
    window: str
    person: Staff
    code: str
    title: str
    day: dt.date
    half_days: int
    note: str
    deductions: list[Deduction]
    recorded_by: Staff
    recorded_at: Instant

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        person = Staff(id=row.person, name=row.person_name)
        return cls(
            **dict(row._mapping) | {"person": person, "deductions": read_deductions(row.deductions)},
            department_name=department_name(row.department),
        )


class AttendanceEntered(BaseModel):
    """`known`: lines that had been entered before, and change nothing."""

    entered: list[str]
    known: int


class AttendancePage(BaseModel):
    items: list[AbsenceShape]
    next: str | None


@router.get("")
async def read_attendance(
    view: Reading,
    caller: Principal = allow(*COUNTY_WIDE, *ANSWERABLE),
    department: Code | None = None,
    person: Annotated[str | None, Query(max_length=80)] = None,
    first: Annotated[dt.date | None, Query(description="起始日期，缺省为截止日期前31天")] = None,
    last: Annotated[dt.date | None, Query(description="截止日期，缺省为今天")] = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> AttendancePage:
    """By day."""
    until = last or local_date(view.now)
    since = first or dt.date.fromordinal(max(1, until.toordinal() - A_MONTH))
    rows = await inspecting.attendance_page(
        view,
        departments=departments_of(caller, department, COUNTY_WIDE),
        person=person,
        first=since,
        last=until,
        after=day_place(after),
        limit=limit + 1,
    )
    edge = rows[limit - 1] if len(rows) > limit else None
    following = edge and f"{edge.day}~{edge.attendance_id}"
    return AttendancePage(items=[AbsenceShape.of(row) for row in rows[:limit]], next=following)


@router.post("", status_code=201, dependencies=[creates()])
async def enter_attendance(
    unit: Working, body: AttendanceBody, caller: Principal = allow(Role.CENTRE_ADMIN)
) -> AttendanceEntered:
    """登记考勤: all lines or none; each line at fault is named."""
    entered, faults = await inspecting.enter(unit, [line.absence() for line in body.lines], caller.staff)
    if faults:
        errors = [
            {"in": "body", "pointer": f"/lines/{place}/{fault.field}", "message": fault.message}
            for place, fault in sorted(faults.items())
        ]
        raise Invalid(
            "attendance-faulty", "考勤中有不能登记的行", "请按提示改正各行后重新提交，本次未登记任何一行。", errors
        )
    return AttendanceEntered(entered=entered, known=len(body.lines) - len(entered))
