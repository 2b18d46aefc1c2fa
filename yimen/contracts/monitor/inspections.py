"""What the centre finds and enters: patrol findings (现场巡查), attendance (考勤), who sits at which window (S12, S19)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Text
from yimen.contracts.monitor.words import Deduction
from yimen.contracts.parts import Staff


class InspectionEvent(Event):
    id_field: ClassVar[str] = "finding_number"
    scope_field: ClassVar[str | None] = "department"

    finding_number: Code
    department: Code
    case_number: Code | None = None


class InspectionRecorded(InspectionEvent, type="monitor.inspection.recorded.v1"):
    """`code` and `title`: the row of the rulebook, such as an item handled outside the centre (R82). `found_by` is nobody
    where the supervisor found it in the events itself. `rectify_by` is absent where there is nothing to set right."""

    code: Code
    title: Name
    rule: Code
    window: Code | None = None
    person: Staff | None = None
    item_code: Code | None = None
    detail: Text
    found_on: date
    found_by: Staff | None = None
    rectify_by: date | None = None
    recorded_at: Instant
    deductions: tuple[Deduction, ...] = ()


class InspectionRectified(InspectionEvent, type="monitor.inspection.rectified.v1"):
    measures: Text
    rectified_by: Staff
    rectified_at: Instant


class AttendanceRecorded(Event, type="monitor.attendance.recorded.v1"):
    """One irregularity of one person on one day; half days where it is an absence."""

    id_field: ClassVar[str] = "attendance_id"
    scope_field: ClassVar[str | None] = "department"
    case_field: ClassVar[str | None] = None

    attendance_id: Code
    department: Code
    window: Code
    person: Staff
    code: Code
    title: Name
    day: date
    half_days: Annotated[int, Field(ge=0, le=2)] = 0
    note: Text = ""
    recorded_by: Staff
    recorded_at: Instant
    deductions: tuple[Deduction, ...] = ()


class WindowStaffed(Event, type="monitor.window.staffed.v1"):
    """Which departments a window serves and who sits at it, from `valid_from` until told otherwise. A department that no
    window names has a window of its own code."""

    id_field: ClassVar[str] = "window"
    case_field: ClassVar[str | None] = None

    window: Code
    name: Name
    departments: tuple[Code, ...]
    staff: tuple[Staff, ...]
    valid_from: date
    staffed_by: Staff
    staffed_at: Instant
