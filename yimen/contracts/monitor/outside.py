"""What is still handled outside the hall (S22), as the department's own log tells it."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Part
from yimen.contracts.parts import Kind, Staff


class OutsideStep(Part):
    activity: Name
    at: Instant


class OutsideReported(Event, type="monitor.outside.reported.v1"):
    """A case of a department's own log as a file told it; told again, the later telling counts. `case_number` is made from
    the department and its own number, so that the same case keeps it."""

    id_field: ClassVar[str] = "case_number"
    scope_field: ClassVar[str | None] = "department"

    case_number: Code
    department: Code
    own_number: Name
    item_code: Code | None = None
    item_name: Name
    kind: Kind
    received_on: date
    accepted_on: date
    promised_days: Annotated[int, Field(ge=0, le=2000)]
    statutory_days: Annotated[int, Field(ge=0, le=2000)]
    closed_at: Instant | None = None
    steps: tuple[OutsideStep, ...] = ()
    import_id: Code
    reported_at: Instant


class LogImported(Event, type="monitor.import.finished.v1"):
    """A file was read: so many lines, so many of them told as cases, so many refused with their reason."""

    id_field: ClassVar[str] = "import_id"
    scope_field: ClassVar[str | None] = "department"
    case_field: ClassVar[str | None] = None

    import_id: Code
    department: Code
    file_name: Name
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    lines: Annotated[int, Field(ge=0)]
    cases: Annotated[int, Field(ge=0)]
    faults: Annotated[int, Field(ge=0)]
    imported_by: Staff
    imported_at: Instant
