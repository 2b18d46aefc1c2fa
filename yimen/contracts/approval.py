"""What a department's back office says of the reviews it was asked for. A department's own system says the same."""

from datetime import date

from pydantic import Field

from yimen.contracts.envelope import Code, Instant, Name, Text
from yimen.contracts.parts import Due, Extension, FeeLine, Opinion, Paper, PauseKind, Staff
from yimen.contracts.subjects import OfReview


class ReviewEvent(OfReview):
    """What a department says of a review."""


class ReviewReceived(ReviewEvent, type="approval.review.received.v1"):
    """The signed receipt; silence is no consent without it (R41)."""

    signed_by: Staff
    received_at: Instant


class ReviewAssigned(ReviewEvent, type="approval.review.assigned.v1"):
    assignee: Staff
    assigned_by: Staff
    assigned_at: Instant


class ReviewPaused(ReviewEvent, type="approval.review.paused.v1"):
    """A special procedure of Art. 45 begins; the planned time is told in writing (R26)."""

    kind: PauseKind
    basis: Text
    planned_days: int = Field(ge=1, le=365)
    paused_by: Staff
    paused_at: Instant


class ReviewResumed(ReviewEvent, type="approval.review.resumed.v1"):
    resumed_by: Staff
    resumed_at: Instant


class ReviewExtensionRequested(ReviewEvent, type="approval.review.extension_requested.v1"):
    days: int = Field(ge=1, le=15)
    reasons: Text
    requested_by: Staff
    requested_at: Instant


class ReviewExtended(ReviewEvent, type="approval.review.extended.v1"):
    extension: Extension


class ReviewExtensionRefused(ReviewEvent, type="approval.review.extension_refused.v1"):
    reasons: Text
    refused_by: Staff
    refused_at: Instant


class ReviewSiteVisited(ReviewEvent, type="approval.review.site_visited.v1"):
    """Valid only with two officials or more (R34)."""

    officials: tuple[Staff, ...]
    place: Name
    findings: Text
    visited_at: Instant
    started_at: Instant | None = None
    checked_party: Name | None = Field(default=None, description="who signed the record (核查笔录) on the spot")
    document: Paper | None = None


class ReviewForwarded(ReviewEvent, type="approval.review.forwarded.v1"):
    """The file went up to the superior authority with the first opinion (R48)."""

    superior: Name
    opinion: Text
    forwarded_by: Staff
    forwarded_at: Instant


class ReviewSuperiorAnswered(ReviewEvent, type="approval.review.superior_answered.v1"):
    superior: Name
    granted: bool
    opinion: Text
    answered_at: Instant


class ReviewHearingRequested(ReviewEvent, type="approval.review.hearing_requested.v1"):
    """Asked for within five working days of being told; to be held by `hold_by`, within twenty (R31, Art. 47)."""

    requested_by: Name
    told_on: date
    requested_on: date
    hold_by: Due
    recorded_by: Staff
    recorded_at: Instant


class ReviewHearingNoticed(ReviewEvent, type="approval.review.hearing_noticed.v1"):
    """Time and place, told seven working days before; the chair examined nothing of it (R31, Art. 48)."""

    document: Paper
    holds_at: Instant
    place: Name
    chair: Staff
    noticed_by: Staff
    noticed_at: Instant


class ReviewHearingHeld(ReviewEvent, type="approval.review.hearing_held.v1"):
    """The signed record, on which the decision rests (Art. 48)."""

    chair: Staff
    record: Text
    held_at: Instant


class ReviewFeeListed(ReviewEvent, type="approval.review.fee_listed.v1"):
    """The department's list (收费清单): item codes and quantities. `replaces` names a rejected list."""

    list_id: Code
    lines: tuple[FeeLine, ...] = Field(min_length=1)
    replaces: Code | None = None
    listed_by: Staff
    listed_at: Instant


class ReviewDecided(ReviewEvent, type="approval.review.decided.v1"):
    opinion: Opinion
    reasons: Text = ""
    legal_basis: Text = ""
    decided_by: Staff
    decided_at: Instant
    document: Paper | None = Field(default=None, description="意见函, numbered by the department")
    in_place_of: Staff | None = Field(default=None, description="the chief representative for whom B stood in (AB 角)")
