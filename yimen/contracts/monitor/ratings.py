"""Ratings (好差评), R95 and R96: one for each case and stage; defaults kept apart; bad ones called back and put right.

Words that a citizen adds stay in monitor.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Text
from yimen.contracts.monitor.words import Deduction
from yimen.contracts.parts import Channel, Due, Staff

Stars = Annotated[int, Field(ge=1, le=5)]


class RatingEvent(Event):
    """A stage of a case has one rating: what is said of it later, or was recorded before, has the same `rating_id`."""

    id_field: ClassVar[str] = "rating_id"
    scope_field: ClassVar[str | None] = "department"

    rating_id: Code
    case_number: Code
    department: Code


class RatingGiven(RatingEvent, type="monitor.rating.given.v1"):
    """`stage`: acceptance or closing. `aspects`: indicator → stars, of the version of the indicator list. `person`: who
    served, where the case tells. Bad (1, 2) and named: called back and put right by `rectify_by` (R96). Where silence
    was recorded before, that stays on record and counts no more."""

    stage: Code
    stars: Stars
    named: bool
    channel: Channel
    indicators: int
    aspects: dict[str, int]
    person: Staff | None = None
    rectify_by: Due | None = None
    given_at: Instant


class RatingDefaulted(RatingEvent, type="monitor.rating.defaulted.v1"):
    """Nobody rated in time; counted apart from what people said (R95)."""

    stage: Code
    stars: Stars
    defaulted_at: Instant


class RatingCalledBack(RatingEvent, type="monitor.rating.called_back.v1"):
    reached: bool
    called_by: Staff
    called_at: Instant


class RatingRectified(RatingEvent, type="monitor.rating.rectified.v1"):
    rectified_by: Staff
    rectified_at: Instant


class RatingOverdue(RatingEvent, type="monitor.rating.overdue.v1"):
    """A bad named rating that was not called back or not put right in time."""

    due: Due
    overdue_at: Instant
    deductions: tuple[Deduction, ...] = ()


class RatingVoided(RatingEvent, type="monitor.rating.voided.v1"):
    """False or malicious, found on appeal: it counts no more, and stays on record."""

    reason: Text
    voided_at: Instant
