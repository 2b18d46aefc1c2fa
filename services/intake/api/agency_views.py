"""What stations, village agents and the centre see of an agency. Its own time is shown apart from the law's (R102)."""

from datetime import datetime

from pydantic import BaseModel

from services.intake.api.shapes import ApplicantView, ProgressView
from services.intake.api.views import applicant_view
from services.intake.domain import agency as agencies
from services.intake.domain import clock
from services.intake.domain.agency import Agency, AgencyState, StepTaken
from services.intake.domain.case import Rules
from services.intake.domain.documents import AGENCY_RECEIPT
from services.intake.domain.values import Held
from yimen.contracts.parts import AgencyStep, Channel, Due, Paper, Staff
from yimen.worktime import local_date


class AgencySummary(BaseModel):
    """A line of a list."""

    agency_id: str
    level: Channel
    station: str
    state: AgencyState
    state_words: str
    version: int
    agent: Staff
    item_code: str
    item_name: str
    applicant_name: str
    entrusted_at: datetime
    forward_by: Due | None
    overdue_at: datetime | None
    case_number: str | None


class AgencyPage(BaseModel):
    items: list[AgencySummary]
    next: str | None


class AgencyView(AgencySummary):
    """`days_at_village`, `days_at_station`: working days that the agency itself took. `case`: how it stands at the hall."""

    applicant: ApplicantView
    mandate: str
    electronic_service: bool
    situations: tuple[str, ...]
    materials: tuple[Held, ...]
    document: Paper
    forwarded_at: datetime | None
    handed_in_at: datetime | None
    days_at_village: int | None
    days_at_station: int | None
    steps: tuple[StepTaken, ...]
    next_step: AgencyStep | None
    case: ProgressView | None


def summary(agency: Agency, rules: Rules) -> AgencySummary:
    kept = ("agency_id", "level", "station", "state", "version", "agent", "item_code", "item_name", "entrusted_at")
    return AgencySummary(
        **{name: getattr(agency, name) for name in (*kept, "overdue_at", "case_number")},
        state_words=agencies.STATES[agency.state],
        applicant_name=agency.applicant.name,
        forward_by=clock.maybe_due(agencies.forwarding_due(agency, rules)),
    )


def agency_view(
    agency: Agency, rules: Rules, now: datetime, *, whole: bool, case: ProgressView | None = None
) -> AgencyView:
    """`whole`: whether the reader may see the whole identification and the telephone number."""
    kept = (
        "mandate",
        "electronic_service",
        "situations",
        "materials",
        "forwarded_at",
        "handed_in_at",
        "steps",
        "next_step",
    )
    return AgencyView(
        **dict(summary(agency, rules)),
        **{name: getattr(agency, name) for name in kept},
        applicant=applicant_view(agency.applicant, whole=whole),
        document=Paper(kind=AGENCY_RECEIPT, number=agency.receipt_number, dated=local_date(agency.entrusted_at)),
        days_at_village=agencies.days_at_village(agency, rules.calendar, now),
        days_at_station=agencies.days_at_station(agency, rules.calendar, now),
        case=case,
    )
