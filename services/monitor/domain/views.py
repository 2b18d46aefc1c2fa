"""What the supervisor sees of a case: values only, all of them derived from the case's events.

Limits are `worktime.Limit` values, never dates: a date is derived where a calendar is at hand (R35).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from yimen.contracts import Event, Meta, approval, fees, intake, monitor
from yimen.contracts.parts import Due, Kind, Paper, PauseKind
from yimen.worktime import Limit, Pause


class State(StrEnum):
    SUBMITTED = "submitted"
    CORRECTION_REQUESTED = "correction_requested"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    REVIEWED = "reviewed"
    DECIDED = "decided"
    LICENCE_ISSUED = "licence_issued"
    SERVED = "served"
    CLOSED = "closed"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    OUTSIDE = "outside"  # at work in a department, past the hall (S22)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as the journal holds it."""

    meta: Meta
    event: Event

    @property
    def place(self) -> tuple[str, str, int]:
        """Where it stands among all events of the house; two of the same place are one event."""
        return self.meta.source, self.meta.subject, self.meta.sequence


@dataclass(frozen=True)
class Announced:
    """A date that a service told, beside the limit from which it must follow. `rule` is the limit's rule. Not `exact`: the
    limit is the latest that may be told."""

    what: str
    rule: str
    department: str
    limit: Limit
    due: Due
    exact: bool = True


@dataclass(frozen=True)
class Procedure:
    """A special procedure of Art. 45 with the days that were told for it (R26). `end` None: still going on."""

    kind: PauseKind
    planned_days: int
    pause: Pause


@dataclass(frozen=True)
class ReviewView:
    review_id: str
    department: str
    requested: intake.ReviewRequested | None = None
    received: approval.ReviewReceived | None = None
    forwarded: approval.ReviewForwarded | None = None
    superior_answered: approval.ReviewSuperiorAnswered | None = None
    decided: approval.ReviewDecided | None = None
    deemed: intake.ReviewDeemedConsented | None = None
    cancelled: intake.ReviewCancelled | None = None
    limit: Limit | None = None
    paused: bool = False
    procedures: tuple[Procedure, ...] = ()
    visited: approval.ReviewSiteVisited | None = None
    """The first visit by two officials or more; one alone proves nothing (R34)."""

    hearing: approval.ReviewHearingRequested | None = None
    heard: approval.ReviewHearingHeld | None = None
    urged: int = 0

    @property
    def silence_consents(self) -> bool:
        """Only silence after a signed receipt does (R41)."""
        return bool(self.requested and self.requested.silence_consents and self.received)

    @property
    def ended_at(self) -> datetime | None:
        """When its clock stopped: answered, deemed or cancelled, whichever came first."""
        ends = (
            self.decided.decided_at if self.decided else None,
            self.deemed.deemed_at if self.deemed else None,
            self.cancelled.cancelled_at if self.cancelled else None,
        )
        return min((at for at in ends if at), default=None)


@dataclass(frozen=True)
class NoticeView:
    """The payment notice (缴款通知书); amounts in 分."""

    notice_number: str
    issued: fees.NoticeIssued | None = None
    paid: fees.NoticePaid | None = None
    receipted: fees.NoticeReceipted | None = None
    cleared: fees.NoticeCleared | None = None
    overdue: fees.NoticeOverdue | None = None
    disputed: fees.NoticeDisputed | None = None
    dispute_answered: fees.NoticeDisputeAnswered | None = None
    voided: fees.NoticeVoided | None = None


@dataclass(frozen=True)
class CaseView:
    """Everything that the events of a case say, and nothing else."""

    number: str
    state: State | None = None
    submitted: intake.CaseSubmitted | None = None
    accepted: intake.CaseAccepted | None = None
    decided: intake.CaseDecided | None = None
    closed: intake.CaseClosed | None = None
    stopped_at: datetime | None = None
    reopened: tuple[datetime, ...] = ()
    """When a return was not upheld, each time: what follows is a round of its own (R17)."""

    answer: Limit | None = None
    """In which the window has to answer what was handed in (R04, R05), and when it did, or need not any more."""

    answered_at: datetime | None = None
    correction: intake.CaseCorrectionRequested | None = None
    supplemented_at: datetime | None = None
    served_at: datetime | None = None
    """When the licence was handed over (R30), or the case ended without."""

    superior_told: tuple[datetime, ...] = ()
    """When the applicant was told of what a superior authority had answered (R48)."""

    promised: Limit | None = None
    statutory: Limit | None = None
    pauses: tuple[Pause, ...] = ()
    extension: int = 0
    reviews: tuple[ReviewView, ...] = ()
    fee_lists: tuple[str, ...] = ()
    notices: tuple[NoticeView, ...] = ()
    documents: tuple[Paper, ...] = ()
    violations: tuple[fees.ViolationFound, ...] = ()
    messages: int = 0
    announced: tuple[Announced, ...] = ()
    outside: monitor.OutsideReported | None = None
    """As its department's own log told it last, where the hall never had it (S22)."""

    told: tuple[Recorded, ...] = field(default=(), repr=False)
    """Every event in the order of the timeline; `words.timeline` puts it into sentences."""

    @property
    def department(self) -> str | None:
        """The lead: whose window took the case in."""
        began = self.submitted or self.outside
        return began.department if began else None

    @property
    def lead(self) -> str:
        """To whom an alert on the whole case goes, as far as is known."""
        return self.department or (self.accepted.department if self.accepted else "")

    @property
    def turn(self) -> str:
        """What is put behind a rung of the case's clocks from the second round on: its alerts are raised again (R17)."""
        return f"-r{len(self.reopened) + 1}" if self.reopened else ""

    @property
    def current_reviews(self) -> tuple[ReviewView, ...]:
        """Those that were asked for in this round."""
        begun = max(self.reopened, default=None)
        return tuple(
            one for one in self.reviews if not (begun and one.requested and one.requested.requested_at < begun)
        )

    @property
    def supplement_by(self) -> date | None:
        return self.correction.supplement_by if self.correction else None

    @property
    def kind(self) -> Kind | None:
        began = self.submitted or self.outside
        return began.kind if began else None

    @property
    def item_code(self) -> str | None:
        began = self.submitted or self.outside
        return began.item_code if began else None

    @property
    def item_name(self) -> str | None:
        began = self.submitted or self.outside
        return began.item_name if began else None

    @property
    def accepted_on(self) -> date | None:
        began = self.accepted or self.outside
        return began.accepted_on if began else None

    @property
    def closed_at(self) -> datetime | None:
        ended = self.closed or self.outside
        return ended.closed_at if ended else None

    @property
    def paused(self) -> bool:
        """Whether the clock stands (中止) now: one open pause is enough (R27)."""
        return self.stopped_at is None and any(pause.end is None for pause in self.pauses)

    @property
    def departments(self) -> frozenset[str]:
        """Lead and reviewers: those whose staff may read the case."""
        lead = {self.department} if self.department else set()
        return frozenset(lead | {review.department for review in self.reviews})
