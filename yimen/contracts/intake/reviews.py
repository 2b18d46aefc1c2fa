"""What intake says to the departments that it asks: each review's scope is its department."""

from datetime import date

from pydantic import Field

from yimen.contracts.envelope import Code, Instant, Name, Text
from yimen.contracts.parts import Applicant, Document, Due, Fee, Kind, Material, Staff
from yimen.contracts.subjects import OfReview


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
    situations: tuple[Code, ...] = ()
    project: Name | None = None
    inspection_by: Due | None = Field(default=None, description="last day for an inspection by two officials (R33)")
    forward_by: Due | None = Field(default=None, description="last day to send the file up (R48)")


class ReviewMaterialsAdded(ReviewEvent, type="intake.review.materials_added.v1"):
    materials: tuple[Material, ...]
    added_at: Instant


class ReviewMeetingConvened(ReviewEvent, type="intake.review.meeting_convened.v1"):
    """A joint meeting (联合会审) or a joint site visit (联合踏勘); who stays away consents by absence (R45)."""

    place: Name
    meets_at: Instant
    convened_at: Instant
    meeting_id: Code | None = None
    occasion: Code = Field(default="meeting", description="meeting or site_visit")
    convened_by: Staff | None = None


class ReviewUrged(ReviewEvent, type="intake.review.urged.v1"):
    reason: Text
    urged_at: Instant
    rule: Code | None = Field(default=None, description="the rule whose limit is near or past")
    urged_by: Staff | None = None


class ReviewDeemedConsented(ReviewEvent, type="intake.review.deemed_consented.v1"):
    """超时视为同意 (R44), or 缺席视为同意 (R45): after a signed receipt (R41). A late answer is kept and changes nothing."""

    due: Due
    deemed_at: Instant
    ground: Code = Field(default="silence", description="silence or absence")


class ReviewCancelled(ReviewEvent, type="intake.review.cancelled.v1"):
    reason: Text
    cancelled_at: Instant


class ReviewExtensionDeclined(ReviewEvent, type="intake.review.extension_declined.v1"):
    """The extension moved nothing: not approved by whom the law names, not in time, too long, or the second (R23, R24)."""

    rule: Code
    reason: Text
    approved_at: Instant = Field(
        description="of the extension that moved nothing: tells which one, where there were two"
    )
    declined_at: Instant
