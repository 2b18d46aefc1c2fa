"""What intake says: items of the catalogue, cases, the reviews it asks for, contacts, and the working-day plan."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Part, Text
from yimen.contracts.parts import (
    Applicant,
    Channel,
    Document,
    Due,
    Fee,
    Kind,
    Material,
    Outcome,
    PauseKind,
    RequestedMaterial,
    Staff,
)
from yimen.contracts.subjects import OfReview


class Stage(Part):
    """One step of an item's flow: its departments review side by side."""

    name: Name
    departments: tuple[Code, ...] = Field(min_length=1)
    limit_days: int = Field(ge=1, le=60, description="working days for each department's answer")
    silence_consents: bool = False


class ItemEvent(Event):
    id_field: ClassVar[str] = "item_code"
    case_field: ClassVar[str | None] = None

    item_code: Code
    version: int = Field(ge=1)


class ItemDescribed(ItemEvent):
    name: Name
    department: Code
    kind: Kind
    statutory_days: int = Field(ge=0)
    promised_days: int = Field(ge=0)
    materials: tuple[Material, ...]
    fees: tuple[Fee, ...]
    stages: tuple[Stage, ...]
    effective_from: date


class ItemPublished(ItemDescribed, type="intake.item.published.v1"):
    """The item stands in the catalogue with its six disclosures; its fee rows are the published standard."""


class ItemRevised(ItemDescribed, type="intake.item.revised.v1"):
    """A new version. Cases in progress keep the version that they began with."""


class ItemWithdrawn(ItemEvent, type="intake.item.withdrawn.v1"):
    reason: Text


class CaseEvent(Event):
    id_field: ClassVar[str] = "case_number"

    case_number: Code


class CaseSubmitted(CaseEvent, type="intake.case.submitted.v1"):
    """Handed in. Silence until the end of `answer_by` is acceptance by law (R05)."""

    item_code: Code
    item_name: Name
    item_version: int
    department: Code
    kind: Kind
    channel: Channel
    applicant: Applicant
    materials: tuple[Material, ...]
    document: Document
    submitted_at: Instant
    received_on: date
    answer_by: Due


class CaseCorrectionRequested(CaseEvent, type="intake.case.correction_requested.v1"):
    """The one-time notice (一次性告知, R04): everything that is missing, once."""

    document: Document
    requested: tuple[RequestedMaterial, ...] = Field(min_length=1)
    requested_by: Staff
    requested_at: Instant
    supplement_by: date


class CaseSupplemented(CaseEvent, type="intake.case.supplemented.v1"):
    materials: tuple[Material, ...]
    complete: bool
    supplemented_at: Instant


class CaseAccepted(CaseEvent, type="intake.case.accepted.v1"):
    """Accepted by the window, or deemed accepted by law as of the day it came in (R05). Both limits count from
    `accepted_on`, that day not counted (R20)."""

    document: Document
    department: Code
    kind: Kind
    accepted_on: date
    accepted_at: Instant
    deemed: bool = False
    accepted_by: Staff | None = None
    promised_days: int
    statutory_days: int
    promised_due: Due
    statutory_due: Due


class CaseRefused(CaseEvent, type="intake.case.refused.v1"):
    """Not accepted (不予受理, R02, R03): with reasons, and the competent organ where it is another's matter."""

    document: Document
    reasons: Text = Field(min_length=1)
    competent_organ: Name | None = None
    refused_by: Staff
    refused_at: Instant


class CaseReturned(CaseEvent, type="intake.case.returned.v1"):
    """Returned (退办件) by the window with reasons and policy basis, or because the supplement limit passed (R08)."""

    document: Document
    reasons: Text = Field(min_length=1)
    policy_basis: Text
    returned_by: Staff | None = None
    returned_at: Instant


class CaseWithdrawn(CaseEvent, type="intake.case.withdrawn.v1"):
    reasons: Text
    withdrawn_at: Instant


class CasePaused(CaseEvent, type="intake.case.paused.v1"):
    """A department's special procedure stops the case's clock; pauses of several reviews count as their union (R27)."""

    review_id: Code
    kind: PauseKind
    basis: Text
    planned_days: int
    document: Document
    paused_at: Instant


class CaseResumed(CaseEvent, type="intake.case.resumed.v1"):
    """One review's pause ended; the dates are absent while another review's pause still stands."""

    review_id: Code
    resumed_at: Instant
    promised_due: Due | None
    statutory_due: Due | None


class CaseExtended(CaseEvent, type="intake.case.extended.v1"):
    days: int
    reasons: Text
    approver: Staff
    document: Document
    extended_at: Instant
    promised_due: Due | None
    statutory_due: Due | None


class CaseReviewed(CaseEvent, type="intake.case.reviewed.v1"):
    """Every department of every stage has answered (or is deemed to). Fees issues the one notice on these lists (R47)."""

    outcome: Outcome
    fee_lists: tuple[Code, ...]
    reviewed_at: Instant


class CaseDecided(CaseEvent, type="intake.case.decided.v1"):
    """A denial carries its reasons, the article, and the rights of reconsideration and suit (Art. 38)."""

    document: Document
    outcome: Outcome
    reasons: Text
    legal_basis: Text
    decided_by: Staff | None = None
    decided_on: date
    decided_at: Instant


class CaseLicenceIssued(CaseEvent, type="intake.case.licence_issued.v1"):
    licence_number: Name
    licence_name: Name
    valid_from: date
    valid_until: date | None
    serve_by: Due
    issued_at: Instant


class CaseServed(CaseEvent, type="intake.case.served.v1"):
    document: Document
    way: Name
    receiver: Name
    served_by: Staff
    served_at: Instant


class CaseClosed(CaseEvent, type="intake.case.closed.v1"):
    """The last word of a case that was decided. Lateness freezes here (R37)."""

    outcome: Outcome
    closed_at: Instant


class ReviewEvent(OfReview):
    """What intake says of a review."""


class ReviewRequested(ReviewEvent, type="intake.review.requested.v1"):
    """The joint notice (联办件通知书) or the assignment to the only department. Counted from `requested_on`."""

    item_code: Code
    item_name: Name
    kind: Kind
    stage: Name
    lead: bool
    applicant: Applicant
    materials: tuple[Material, ...]
    fees: tuple[Fee, ...]
    document: Document | None
    requested_at: Instant
    requested_on: date
    limit_days: int
    due: Due
    silence_consents: bool


class ReviewMaterialsAdded(ReviewEvent, type="intake.review.materials_added.v1"):
    materials: tuple[Material, ...]
    added_at: Instant


class ReviewMeetingConvened(ReviewEvent, type="intake.review.meeting_convened.v1"):
    place: Name
    meets_at: Instant
    convened_at: Instant


class ReviewUrged(ReviewEvent, type="intake.review.urged.v1"):
    reason: Text
    urged_at: Instant


class ReviewDeemedConsented(ReviewEvent, type="intake.review.deemed_consented.v1"):
    """超时视为同意 (R44): the limit passed after a signed receipt (R41). A late answer is kept and changes nothing."""

    due: Due
    deemed_at: Instant


class ReviewCancelled(ReviewEvent, type="intake.review.cancelled.v1"):
    reason: Text
    cancelled_at: Instant


class ContactRecorded(Event, type="intake.contact.recorded.v1"):
    """How to reach the applicant. Only notify may bind it."""

    id_field: ClassVar[str] = "case_number"

    case_number: Code
    name: Name
    phone: Name
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
