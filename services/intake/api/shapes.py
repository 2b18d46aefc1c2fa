"""What answers look like: cases, their parts, and lists of them."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.intake.domain.case import Status
from services.intake.domain.values import (
    Answer,
    Deferral,
    FeeList,
    Held,
    Licence,
    Meeting,
    Pausing,
    Posting,
    ReExamination,
    SuperiorAnswer,
)
from yimen.contracts.parts import Channel, Due, Kind, Opinion, Outcome, Paper, RequestedMaterial, ServiceProof, Staff


class ApplicantView(BaseModel):
    name: str
    masked_id: str
    organisation: bool
    id_number: str | None = None
    phone: str | None = None
    email: str | None = None


class AgentView(BaseModel):
    """`mandate`: number of the document, or sha256 of the upload, which `mandate_on_file` says is there."""

    name: str
    masked_id: str
    id_number: str | None = None
    phone: str | None = None
    email: str | None = None
    mandate: str
    mandate_on_file: bool


class AnswerView(BaseModel):
    """One answer that came; `late` ones, second ones among them, changed nothing (R49), and `note` says why. `document`: its
    意见函; a department's own system may answer without one."""

    opinion: Opinion
    reasons: str
    legal_basis: str
    decided_by: Staff
    decided_at: datetime
    arrived_at: datetime
    late: bool
    document: Paper | None
    note: str = ""


class ReviewView(BaseModel):
    review_id: str
    department: str
    department_name: str
    stage: str
    lead: bool
    silence_consents: bool
    requested_on: date
    limit_days: int
    due: Due | None
    days_left: int | None
    """Working days after today, negative when late; None once it has answered."""
    result: str
    received_at: datetime | None
    forwarded_at: datetime | None
    superior: SuperiorAnswer | None
    answer: Answer | None
    answers: list[AnswerView]
    deemed_at: datetime | None
    deemed_ground: str | None
    visited_at: datetime | None
    inspection_by: Due | None
    forward_by: Due | None
    urged_at: datetime | None
    cancelled_at: datetime | None
    pauses: tuple[Pausing, ...]
    fee_lists: tuple[FeeList, ...]


class NoticeView(BaseModel):
    notice_number: str
    state: str
    amount: int
    payment_code: str | None
    pay_by: date | None
    cleared_at: datetime | None


class LeadWordView(BaseModel):
    """The lead department's decision on others' refusals (S06)."""

    stage: str
    outcome: Outcome
    against: tuple[str, ...]
    reasons: str
    legal_basis: str
    decided_by: str
    decided_at: datetime


class FeesView(BaseModel):
    lists: tuple[str, ...]
    notices: list[NoticeView]
    cleared_at: datetime | None


class CaseSummary(BaseModel):
    """A line of a list. `left`: working days until `answer_by` or `serve_by`, today not counted; negative when late."""

    case_number: str
    state: Status
    state_words: str
    version: int
    kind: Kind
    item_code: str
    item_name: str
    department: str
    applicant_name: str
    submitted_at: datetime
    received_on: date
    answer_by: Due | None
    supplement_by: date | None
    serve_by: Due | None
    left: int | None
    deemed: bool
    outcome: Outcome | None
    waits_for: Literal["lead_decision", "re_examination"] | None
    """Whose word is awaited beside the course that every case takes: the lead department's, the centre's."""


class CasePage(BaseModel):
    items: list[CaseSummary]
    next: str | None


class OwnCase(CaseSummary):
    """For the applicant: how the case stands in plain words, what happens next, and by when. A list does not know until
    when a notice is to be paid, the case itself does."""

    standing: str
    next: str
    by: date | None
    provisional: bool


class OwnCasePage(BaseModel):
    items: list[OwnCase]
    next: str | None


class CaseView(OwnCase):
    """`reachable`: false once telephone and mail of its people were erased."""

    item_version: int
    situations: tuple[str, ...]
    channel: Channel
    agency: str | None
    project: str | None
    fast_track_days: int | None
    applicant: ApplicantView
    agent: AgentView | None
    reachable: bool
    materials: tuple[Held, ...]
    missing: tuple[str, ...]
    requested: tuple[RequestedMaterial, ...]
    outstanding: tuple[RequestedMaterial, ...]
    accepted_on: date | None
    accepted_at: datetime | None
    promised_days: int
    statutory_days: int
    extension_days: int
    deferral: Deferral | None
    re_examination: ReExamination | None
    promised_due: Due | None
    statutory_due: Due | None
    paused: bool
    pauses: list[Pausing]
    stage: int | None
    reviews: list[ReviewView]
    meetings: tuple[Meeting, ...]
    disputed: tuple[str, ...]
    lead_decisions: list[LeadWordView]
    documents: list[Paper]
    fees: FeesView
    reviewed_at: datetime | None
    reasons: str
    legal_basis: str
    decided_on: date | None
    decided_at: datetime | None
    electronic_service: bool
    postings: tuple[Posting, ...]
    served_at: datetime | None
    service_way: str | None
    receiver: str | None
    service_proof: ServiceProof | None
    licence: Licence | None
    renews: str | None
    renewal_due: date | None
    queued_at: datetime | None
    ended_at: datetime | None


class Registered(BaseModel):
    """The answer to an application. The query password is told here and never again."""

    case_number: str
    query_password: str
    state: Status
    version: int
    answer_by: Due
    document: Paper
    renewal_right: bool | None = Field(
        default=None, description="申请延续的：是否在有效期届满三十个工作日前提出，逾期未决定的视为准予延续"
    )


class ProgressView(BaseModel):
    """For whoever has number and password: no identification, no telephone number."""

    case_number: str
    item_name: str
    department_name: str
    status: Status
    state: str
    next: str
    by: date | None
    provisional: bool
    submitted_at: datetime
    accepted_on: date | None
    deemed: bool
    decided_on: date | None
    outcome: Outcome | None
    documents: list[Paper]
    fees: list[NoticeView]
