"""Papers of who acts for others: an agency's receipt (R100), and the entry of a key project on the fast track (S07)."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import HALL, Sheet, id_label
from yimen.contracts import intake


@dataclass(frozen=True, kw_only=True)
class AgencyReceipt(Sheet):
    """代办受理单."""

    agency_id: str
    channel: str
    station: str
    agent: str
    item: str
    item_code: str
    applicant: str
    id_label: str
    masked_id: str
    entrusted_at: str
    forward_by: str


@dataclass(frozen=True, kw_only=True)
class ProjectItem:
    name: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Project(Sheet):
    """重大项目快速审批登记."""

    project_number: str
    name: str
    investor: str
    id_label: str
    masked_id: str
    agent: str
    items: tuple[ProjectItem, ...]
    review_limit: str
    registered_on: str


def agency_receipt(event: intake.AgencyEntrusted, known: Known) -> AgencyReceipt:
    del known  # nothing was said before it
    return AgencyReceipt(
        organ=HALL,
        addressee=event.applicant.name,
        agency_id=event.agency_id,
        channel=words.CHANNELS[event.level],
        station=event.station,
        agent=event.agent.name,
        item=event.item_name,
        item_code=event.item_code,
        applicant=event.applicant.name,
        id_label=id_label(event.applicant),
        masked_id=event.applicant.masked_id,
        entrusted_at=words.hour(event.entrusted_at),
        forward_by=words.due(event.forward_by),
    )


def project(event: intake.ProjectRegistered, known: Known) -> Project:
    return Project(
        organ=HALL,
        addressee=event.investor.name,
        project_number=event.project_number,
        name=event.name,
        investor=event.investor.name,
        id_label=id_label(event.investor),
        masked_id=event.investor.masked_id,
        agent=event.agent.name,
        items=tuple(ProjectItem(name=known.version(code).name, code=code) for code in event.item_codes),
        review_limit=words.working_days(event.review_days),
        registered_on=words.day_of(event.registered_at),
    )
