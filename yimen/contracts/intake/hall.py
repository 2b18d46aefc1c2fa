"""What intake says beside cases: contacts, the working-day plan, agencies, projects, bans, announcements."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Text
from yimen.contracts.parts import AgencyStep, Applicant, BanGround, Channel, Due, Paper, Staff


class ContactRecorded(Event, type="intake.contact.recorded.v1"):
    """How to reach the applicant. Only notify may bind it."""

    id_field: ClassVar[str] = "case_number"

    case_number: Code
    name: Name
    phone: Name
    recorded_at: Instant
    email: Name | None = None
    language: Code | None = Field(default=None, description="of messages: zh (the default) or en")
    account: Code | None = Field(default=None, description="who signed in to hand it in, and reads its letters so")


class ContactErased(Event, type="intake.contact.erased.v1"):
    """How to reach the applicant is forgotten: whoever knows it forgets it too. Only notify may bind it."""

    id_field: ClassVar[str] = "case_number"

    case_number: Code
    erased_at: Instant


class CredentialRecorded(Event, type="intake.credential.recorded.v1"):
    """The salted hash of a case's query password, so that the supervisor can let its holder check the record without asking
    intake, and the messenger let its holder fetch the papers. Only these two may bind it, and it does not stand in the
    journal."""

    id_field: ClassVar[str] = "case_number"

    case_number: Code
    password_hash: Name
    recorded_at: Instant


class CalendarRevised(Event, type="intake.calendar.revised.v1"):
    """The State Council's plan of a year arrived or changed; every open limit is recomputed (R35)."""

    id_field: ClassVar[str] = "year"
    case_field: ClassVar[str | None] = None

    year: int
    version: int
    days_off: tuple[date, ...]
    worked_weekends: tuple[date, ...]
    revised_at: Instant


class AgencyEvent(Event):
    """Entrusted to a township station or a village agent (代办); `case_number` from the day it reaches the hall."""

    id_field: ClassVar[str] = "agency_id"

    agency_id: Code
    case_number: Code | None = None


class AgencyEntrusted(AgencyEvent, type="intake.agency.entrusted.v1"):
    """The first of the seven steps (R103), with a written mandate (R100); a village agent passes it on in time (R101)."""

    level: Channel
    station: Code
    agent: Staff
    item_code: Code
    item_name: Name
    applicant: Applicant
    document: Paper
    entrusted_at: Instant
    forward_by: Due | None


class AgencyStepRecorded(AgencyEvent, type="intake.agency.step_recorded.v1"):
    step: AgencyStep
    recorded_by: Staff
    recorded_at: Instant


class AgencyOverdue(AgencyEvent, type="intake.agency.overdue.v1"):
    """The station's own time (R101), measured apart from the law's (R102)."""

    station: Code
    agent: Staff
    due: Due
    overdue_at: Instant


class ProjectRegistered(Event, type="intake.project.registered.v1"):
    """A key project (重大投资项目) on the fast track (S07): the centre leads, one official does every errand (全程代办)."""

    id_field: ClassVar[str] = "project_number"
    case_field: ClassVar[str | None] = None

    project_number: Code
    name: Name
    investor: Applicant
    agent: Staff
    item_codes: tuple[Code, ...]
    review_days: int = Field(ge=1, description="working days for each review, where the item's own limit is longer")
    document: Paper
    registered_at: Instant


class BanEvent(Event):
    id_field: ClassVar[str] = "ban_id"
    case_field: ClassVar[str | None] = None

    ban_id: Code


class BanImposed(BanEvent, type="intake.ban.imposed.v1"):
    """Whoever gave false material or obtained a licence by fraud may not apply again for a time (R14), or not with a gap
    (R16)."""

    applicant: Applicant
    ground: BanGround
    until: date | None
    basis: Text
    imposed_by: Staff
    imposed_at: Instant


class BanLifted(BanEvent, type="intake.ban.lifted.v1"):
    reason: Text
    lifted_by: Staff
    lifted_at: Instant


class AnnouncementEvent(Event):
    id_field: ClassVar[str] = "announcement_id"
    case_field: ClassVar[str | None] = None

    announcement_id: Code


class AnnouncementPublished(AnnouncementEvent, type="intake.announcement.published.v1"):
    title: Name
    body: Text
    published_by: Staff
    published_at: Instant


class AnnouncementWithdrawn(AnnouncementEvent, type="intake.announcement.withdrawn.v1"):
    reason: Text
    withdrawn_by: Staff
    withdrawn_at: Instant
