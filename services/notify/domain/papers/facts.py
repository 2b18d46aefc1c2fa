"""What was said before that a paper repeats.

Guarantees: a paper made late says what one made at once would have said. Of its own subject it sees what came before
its event, by the sequence; of other subjects only what is said once and for good. Where that was not heard yet it is
awaited, never guessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from yimen.contracts import Event, approval, fees, intake
from yimen.contracts.intake import ItemDescribed
from yimen.errors import Transient

E = TypeVar("E", bound=Event)

REPEATED: tuple[type[Event], ...] = (
    intake.CaseSubmitted,
    intake.CaseCorrectionRequested,
    intake.CaseSupplemented,
    intake.CaseAccepted,
    intake.CaseReturned,
    intake.CaseResumed,
    intake.CaseExtended,
    intake.CaseMaterialsDeferred,
    intake.CaseDeferralMet,
    intake.CaseReExaminationRequested,
    intake.CaseReopened,
    intake.CaseLeadDecided,
    intake.CaseDecided,
    intake.CaseLicenceIssued,
    intake.ReviewRequested,
    intake.ReviewDeemedConsented,
    approval.ReviewHearingRequested,
    approval.ReviewFeeListed,
    approval.ReviewSuperiorAnswered,
    approval.ReviewDecided,
    fees.ListVerified,
    intake.ItemPublished,
    intake.ItemRevised,
)
"""The events that are kept for papers to come."""


@dataclass(frozen=True, slots=True)
class Fact:
    source: str
    sequence: int
    event: Event


@dataclass(frozen=True)
class Known:
    """Everything that was heard about a case and its item when a paper is made. `about`: the paper's own event."""

    about: Fact
    heard: tuple[Fact, ...] = field(repr=False)

    @classmethod
    def of(cls, about: Fact, heard: Iterable[Fact]) -> "Known":
        return cls(
            about, tuple(sorted({*heard, about}, key=lambda fact: (fact.event.subject, fact.source, fact.sequence)))
        )

    def before(self, kind: type[E]) -> Iterator[E]:
        """Of the paper's own subject, in order, its own event left out."""
        about = self.about
        for fact in self.heard:
            own = (fact.source, fact.event.subject) == (about.source, about.event.subject)
            if own and fact.sequence < about.sequence and isinstance(fact.event, kind):
                yield fact.event

    def last(self, kind: type[E]) -> E | None:
        return next(reversed([*self.before(kind)]), None)

    def latest(self, kind: type[E]) -> E:
        """Of the paper's own subject. Raises `Transient` where it has none: it began before facts were kept."""
        found = self.last(kind)
        if found is None:
            raise Transient(f"awaits {kind.type} of {self.about.event.subject}")
        return found

    def once(self, kind: type[E], subject: str) -> E:
        """Of any subject; said once. Raises `Transient` until it is heard."""
        found = self.maybe(kind, subject)
        if found is None:
            raise Transient(f"awaits {kind.type} of {subject}")
        return found

    def maybe(self, kind: type[E], subject: str) -> E | None:
        return next((f.event for f in self.heard if f.event.subject == subject and isinstance(f.event, kind)), None)

    @property
    def opening(self) -> intake.CaseSubmitted:
        return self.once(intake.CaseSubmitted, f"case/{self.about.event.correlation_id}")

    @property
    def item(self) -> ItemDescribed:
        """As it was when the case began."""
        return self.version(self.opening.item_code, self.opening.item_version)

    def version(self, code: str, version: int | None = None) -> ItemDescribed:
        """Without a version the first one that was published."""
        for fact in self.heard:
            event = fact.event
            if isinstance(event, ItemDescribed) and event.item_code == code and version in (None, event.version):
                return event
        raise Transient(f"awaits item {code}, version {version or 1}")
