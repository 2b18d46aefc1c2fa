"""The case as a value: what is known of it, and nothing that could be derived.

Guarantees: frozen; no date that follows from a limit is kept here, only what limits are made of (start, budget,
pauses, extension). Does not: decide anything (see `door`, `reviewing`, `deciding`).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from services.intake.domain.catalogue import Item
from services.intake.domain.situations import materials_for
from services.intake.domain.values import (
    Agent,
    Deferral,
    Held,
    Language,
    LeadDecision,
    Licence,
    Meeting,
    Person,
    Posting,
    Proof,
    ReExamination,
    Review,
    Value,
)
from yimen import contracts
from yimen.contracts.parts import Channel, Kind, Outcome, RequestedMaterial
from yimen.worktime import Calendar, Hours


class Status(StrEnum):
    SUBMITTED = "submitted"  # 已收件
    CORRECTION_REQUESTED = "correction_requested"  # 待补正
    ACCEPTED = "accepted"  # 已受理, departments review
    REVIEWED = "reviewed"  # 审查完毕, fees outstanding
    DECIDED = "decided"  # 已决定, to be served
    CLOSED = "closed"  # 已办结
    REFUSED = "refused"  # 不予受理
    RETURNED = "returned"  # 已退件
    WITHDRAWN = "withdrawn"  # 已撤回


AT_THE_DOOR = frozenset({Status.SUBMITTED, Status.CORRECTION_REQUESTED})
UNDECIDED = AT_THE_DOOR | {Status.ACCEPTED, Status.REVIEWED}
ENDED = frozenset({Status.CLOSED, Status.REFUSED, Status.RETURNED, Status.WITHDRAWN})
"""Nothing is left to do: `ended_at` is set in these and in no other."""


class Case(Value):
    """One application for one item, on the version of the item that it began with."""

    case_number: str
    item: Item
    channel: Channel
    applicant: Person
    account: str | None = None
    situations: tuple[str, ...] = ()
    agent: Agent | None = None
    language: Language = Language.CHINESE
    electronic_service: bool = False
    agency: str | None = None
    project: str | None = None
    fast_track_days: int | None = None
    renews: str | None = None
    renews_until: date | None = None
    renewal_due: date | None = None
    status: Status = Status.SUBMITTED
    version: int = 1
    submitted_at: datetime
    received_on: date
    materials: tuple[Held, ...]
    requested: tuple[RequestedMaterial, ...] = ()
    requested_at: datetime | None = None
    complete_at: datetime
    accepted_on: date | None = None
    accepted_at: datetime | None = None
    deemed: bool = False
    deferral: Deferral | None = None
    re_examination: ReExamination | None = None
    meetings: tuple[Meeting, ...] = ()
    lead_decision: LeadDecision | None = None
    queued_at: datetime | None = None
    extension_days: int = 0
    stage: int | None = None
    reviews: tuple[Review, ...] = ()
    outcome: Outcome | None = None
    reviewed_at: datetime | None = None
    cleared_at: datetime | None = None
    reasons: str = ""
    legal_basis: str = ""
    decided_at: datetime | None = None
    decided_on: date | None = None
    licence: Licence | None = None
    served_at: datetime | None = None
    service_way: str | None = None
    receiver: str | None = None
    service_proof: Proof | None = None
    postings: tuple[Posting, ...] = ()
    ended_at: datetime | None = None

    @property
    def kind(self) -> Kind:
        return self.item.kind

    @property
    def department(self) -> str:
        """The lead department: it accepts, and it serves."""
        return self.item.department

    @property
    def told_outcome(self) -> Outcome | None:
        """What anybody may be told: nothing before the decision, though the departments' answers may be in."""
        return self.outcome if self.decided_at is not None else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the mandatory materials that are not in the file, as the chosen situations ask for them."""
        held = {material.code for material in self.materials if material.copies > 0}
        asked = materials_for(self.item, self.situations)
        return tuple(m.name for m in asked if m.required and m.code not in held)

    @property
    def outstanding(self) -> tuple[RequestedMaterial, ...]:
        """What the one-time notice asked for and has not been handed in since."""
        brought = {material.code for material in self.materials if material.supplement}
        return tuple(material for material in self.requested if material.code not in brought)

    @property
    def awaits_deferred(self) -> bool:
        """Accepted with a gap that is not filled yet (R16)."""
        return self.deferral is not None and self.deferral.met_at is None

    @property
    def outstanding_deferred(self) -> tuple[RequestedMaterial, ...]:
        """What was let follow and is not in the file yet."""
        held = {material.code for material in self.materials if material.copies > 0}
        return tuple(m for m in self.deferral.materials if m.code not in held) if self.deferral else ()

    @property
    def reopened(self) -> bool:
        """Returned once, and the return was not upheld (R17)."""
        return self.re_examination is not None and self.re_examination.upheld is False

    @property
    def round(self) -> int:
        """Reviews asked for before a return that was not upheld are history: they count for nothing."""
        return 2 if self.reopened else 1

    @property
    def live_reviews(self) -> tuple[Review, ...]:
        return tuple(review for review in self.reviews if review.round == self.round)

    @property
    def current_reviews(self) -> tuple[Review, ...]:
        return tuple(review for review in self.live_reviews if review.stage == self.stage)

    @property
    def standing_lists(self) -> tuple[str, ...]:
        """Fee lists of all departments, less those that a later list replaces."""
        lists = [fee_list for review in self.live_reviews for fee_list in review.lists]
        replaced = {fee_list.replaces for fee_list in lists}
        return tuple(sorted(fee_list.list_id for fee_list in lists if fee_list.list_id not in replaced))

    @property
    def lead_words(self) -> tuple[LeadDecision, ...]:
        """The lead's decisions on others' refusals, stage by stage."""
        words: list[LeadDecision] = []
        word = self.lead_decision
        while word is not None:
            words.insert(0, word)
            word = word.earlier
        return tuple(words)

    @property
    def owes(self) -> bool:
        """A grant waits until its lists are paid (R54) and its gap is filled (R16)."""
        unpaid = bool(self.standing_lists) and self.cleared_at is None
        return self.outcome is Outcome.GRANTED and (unpaid or self.awaits_deferred)

    def review(self, review_id: str) -> Review | None:
        return next((review for review in self.reviews if review.review_id == review_id), None)

    def with_review(self, changed: Review) -> Self:
        return self.but(
            reviews=tuple(changed if review.review_id == changed.review_id else review for review in self.reviews)
        )


@dataclass(frozen=True)
class Rules:
    """The calendar, and what a centre may settle for itself ("C" in the rules of the field)."""

    calendar: Calendar
    hours: Hours = field(default_factory=Hours)
    answer_days: int = 5  # R05, national law
    supplement_days: int = 90  # R08, C, calendar days
    deferral_grace_days: int = 15  # R16, C
    serve_days: int = 10  # R30, national law
    public_days: int = 30  # 公告送达, national law
    renewal_days: int = 30  # R32, national law
    inspection_days: int = 5  # R33, national law
    forward_days: int = 3  # R48, C
    agency_days: int = 3  # R101, C, working days
    unreasoned_refusal_consents: bool = True  # R43, C


@dataclass(frozen=True)
class Change:
    """What a decision came to: the case as it is now, and the events that say so, in order."""

    case: Case
    events: tuple[contracts.Event, ...] = ()

    def then(self, later: "Change") -> "Change":
        return Change(later.case, self.events + later.events)
