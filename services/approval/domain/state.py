"""What is known of one review: the request as intake made it, and what has been done since.

Guarantees: frozen values; status, limit and dates are derived, never kept (R35). Does not know the hour.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from yimen.contracts.approval import ReviewEvent
from yimen.contracts.envelope import Code, Instant, Name, Part, Text
from yimen.contracts.intake import ReviewRequested
from yimen.contracts.parts import FeeLine, Kind, Material, Opinion, PauseKind, Staff
from yimen.worktime import Calendar, Day, Limit, Pause, local_date


class Status(StrEnum):
    REQUESTED = "requested"
    IN_REVIEW = "in_review"
    PAUSED = "paused"
    FORWARDED = "forwarded"
    AWAITING_SUPERIOR = "awaiting_superior"
    DECIDED = "decided"
    DEEMED_CONSENTED = "deemed_consented"
    CANCELLED = "cancelled"


OPEN = frozenset({Status.REQUESTED, Status.IN_REVIEW, Status.PAUSED, Status.FORWARDED, Status.AWAITING_SUPERIOR})
"""Somebody in the department still has something to do."""


class Standing(StrEnum):
    """What the fee window has made of a list."""

    LISTED = "listed"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SETTLED = "settled"


class Receipt(Part):
    signed_by: Staff
    received_at: Instant


class Assignment(Part):
    assignee: Staff
    assigned_by: Staff
    assigned_at: Instant


class SpecialProcedure(Part):
    """A pause for a procedure of Art. 45, with the planned time that was told in writing (R26)."""

    kind: PauseKind
    basis: Text
    planned_days: int
    paused_by: Staff
    paused_at: Instant
    resumed_by: Staff | None = None
    resumed_at: Instant | None = None


class Forwarding(Part):
    superior: Name
    opinion: Text
    forwarded_by: Staff
    forwarded_at: Instant


class SuperiorAnswer(Part):
    superior: Name
    granted: bool
    opinion: Text
    answered_at: Instant


class Decision(Part):
    opinion: Opinion
    reasons: Text
    legal_basis: Text
    decided_by: Staff
    decided_at: Instant


class Addition(Part):
    materials: tuple[Material, ...]
    added_at: Instant


class Urging(Part):
    reason: Text
    urged_at: Instant


class FeeList(Part):
    list_id: Code
    lines: tuple[FeeLine, ...]
    replaces: Code | None
    standing: Standing
    reason: Text
    """Why the fee window rejected it."""
    listed_by: Staff
    listed_at: Instant


class ReviewState(Part):
    version: int
    request: ReviewRequested
    additions: tuple[Addition, ...] = ()
    urgings: tuple[Urging, ...] = ()
    receipt: Receipt | None = None
    assignment: Assignment | None = None
    procedures: tuple[SpecialProcedure, ...] = ()
    forwarding: Forwarding | None = None
    superior_answer: SuperiorAnswer | None = None
    decision: Decision | None = None
    deemed_at: Instant | None = None
    cancelled_at: Instant | None = None
    fee_lists: tuple[FeeList, ...] = ()

    @classmethod
    def from_stored(cls, values: Mapping[str, Any]) -> Self:
        """Tolerant of columns and fields that it does not know: a newer release may have written them."""
        return cls.model_validate(values, strict=False, extra="ignore")

    def changed(self, **values: Any) -> Self:
        return self.model_copy(update={**values, "version": self.version + 1})

    @property
    def names(self) -> dict[str, Any]:
        """The fields by which every event of this review names it."""
        request = self.request
        return {
            "review_id": request.review_id,
            "department": request.department,
            "case_number": request.case_number,
        }

    @property
    def standing_procedure(self) -> SpecialProcedure | None:
        """The special procedure for which the clock stands now."""
        last = self.procedures[-1] if self.procedures else None
        return last if last is not None and last.resumed_at is None else None

    @property
    def may_forward(self) -> bool:
        """Whether a superior has a say in it at all (R42, R48)."""
        consented_upward = self.decision is not None and self.decision.opinion is Opinion.CONSENT_BUT_FORWARD
        return self.request.kind is Kind.FORWARDED or consented_upward

    @property
    def status(self) -> Status:
        if self.cancelled_at is not None:
            return Status.CANCELLED
        if self.decision is not None:
            return self._decided_status(self.decision)
        if self.deemed_at is not None:
            return Status.DEEMED_CONSENTED
        return self._working_status()

    def _decided_status(self, decision: Decision) -> Status:
        waits = decision.opinion is Opinion.CONSENT_BUT_FORWARD and self.superior_answer is None
        return Status.AWAITING_SUPERIOR if waits else Status.DECIDED

    def _working_status(self) -> Status:
        if self.receipt is None:
            return Status.REQUESTED
        if self.standing_procedure is not None:
            return Status.PAUSED
        waits = self.forwarding is not None and self.superior_answer is None
        return Status.FORWARDED if waits else Status.IN_REVIEW

    @property
    def limit(self) -> Limit:
        """The department's own limit, counted from the notice; only its own pauses stop it."""
        return Limit(
            start=self.request.requested_on,
            budget=self.request.limit_days,
            pauses=tuple(
                Pause(local_date(one.paused_at), None if one.resumed_at is None else local_date(one.resumed_at))
                for one in self.procedures
            ),
        )

    def due(self, calendar: Calendar) -> Day | None:
        """None while the clock stands."""
        return self.limit.due(calendar)

    def days_left(self, calendar: Calendar, today: dt.date) -> int | None:
        """Working days left after today; 0 on the last day, negative when late. None once nothing runs any more."""
        if self.decision is not None or self.deemed_at is not None or self.cancelled_at is not None:
            return None
        return self.limit.left(calendar, today)


Move = tuple[ReviewState, ReviewEvent]
"""The next state, and what is said of it on the bus."""
