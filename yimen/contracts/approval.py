"""What a department's back office says of the reviews it was asked for. A department's own system says the same."""

from pydantic import Field

from yimen.contracts.envelope import Code, Instant, Name, Text
from yimen.contracts.parts import Extension, FeeLine, Opinion, PauseKind, Staff
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


class ReviewSiteVisited(ReviewEvent, type="approval.review.site_visited.v1"):
    """Valid only with two officials or more (R34)."""

    officials: tuple[Staff, ...]
    place: Name
    findings: Text
    visited_at: Instant


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
