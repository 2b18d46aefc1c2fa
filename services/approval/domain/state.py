"""What is known of one review: the request as intake made it, and what has been done since.

Guarantees: frozen values; status, limit and dates are derived, never kept (R35). Does not know the hour.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from services.approval.domain.facts import (
    Addition,
    Assignment,
    Decision,
    ExtensionStory,
    FeeList,
    Forwarding,
    Hearing,
    Meeting,
    Receipt,
    SpecialProcedure,
    SuperiorAnswer,
    Urging,
    Visit,
)
from yimen.contracts.approval import ReviewEvent
from yimen.contracts.envelope import Code, Instant, Part
from yimen.contracts.intake import ReviewRequested
from yimen.contracts.parts import Kind, Office, Opinion, Staff
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

SILENCE = "silence"
"""The ground on which a limit that passed consents (R44); the other one is absence (R45)."""


class ReviewState(Part):
    version: int
    request: ReviewRequested
    additions: tuple[Addition, ...] = ()
    urgings: tuple[Urging, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    receipt: Receipt | None = None
    assignment: Assignment | None = None
    former_assignments: tuple[Assignment, ...] = ()
    procedures: tuple[SpecialProcedure, ...] = ()
    visits: tuple[Visit, ...] = ()
    hearing: Hearing | None = None
    extension: ExtensionStory | None = None
    forwarding: Forwarding | None = None
    superior_answer: SuperiorAnswer | None = None
    decision: Decision | None = None
    deemed_at: Instant | None = None
    deemed_ground: Code = SILENCE
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
    def over(self) -> bool:
        """Nothing runs any more: answered, deemed to have answered, or no longer asked."""
        return self.decision is not None or self.deemed_at is not None or self.cancelled_at is not None

    @property
    def standing_procedure(self) -> SpecialProcedure | None:
        """The special procedure for which the clock stands now."""
        last = self.procedures[-1] if self.procedures else None
        return last if last is not None and last.resumed_at is None else None

    @property
    def awaits_hearing(self) -> bool:
        """A hearing was asked for and not held (R31)."""
        return self.hearing is not None and self.hearing.record is None

    @property
    def chair(self) -> Staff | None:
        """Who chairs the hearing: nobody who examines (Art. 48)."""
        noticed = None if self.hearing is None else self.hearing.notice
        return None if noticed is None else noticed.chair

    @property
    def examiners(self) -> frozenset[str]:
        """Ids of all who have worked on it, whoever has it now."""
        given = [*self.former_assignments, *([self.assignment] if self.assignment else [])]
        staff = [
            *(one for assignment in given for one in (assignment.assignee, assignment.assigned_by)),
            *(official for visit in self.visits for official in visit.officials),
            *([self.receipt.signed_by] if self.receipt else []),
            *([self.forwarding.forwarded_by] if self.forwarding else []),
            *([self.decision.decided_by] if self.decision else []),
        ]
        return frozenset(one.id for one in staff)

    @property
    def awaited_office(self) -> Office | None:
        """Who has a request for more time before them (R23, R24)."""
        story = self.extension
        if story is None or story.request is None or not story.waits or self.over:
            return None
        return story.request.office

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
        """The department's own limit, counted from the notice; only its own pauses stop it, only its own extension
        lengthens it."""
        return Limit(
            start=self.request.requested_on,
            budget=self.request.limit_days,
            pauses=tuple(
                Pause(local_date(one.paused_at), None if one.resumed_at is None else local_date(one.resumed_at))
                for one in self.procedures
            ),
            extension=0 if self.extension is None else self.extension.days,
        )

    def due(self, calendar: Calendar) -> Day | None:
        """None while the clock stands."""
        return self.limit.due(calendar)

    def days_left(self, calendar: Calendar, today: dt.date) -> int | None:
        """Working days left after today; 0 on the last day, negative when late. None once nothing runs any more."""
        return None if self.over else self.limit.left(calendar, today)


Move = tuple[ReviewState, *tuple[ReviewEvent, ...]]
"""The next state, then what is said of it on the bus, in that order."""
