"""The story of a case's clock, told by the events of the case's own subject in their sequence.

Both limits count from `accepted_on` (R20, R22, R24); pauses of several reviews are kept one by one and counted as their
union by `worktime` (R27). The clock stops when the case is decided, or leaves without a decision: an applicant who
fetches the licence late makes nobody late (R37).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import singledispatch

from services.monitor.domain.views import Announced
from yimen.contracts import Event, intake
from yimen.contracts.parts import Due, Kind
from yimen.worktime import SHANGHAI, Hours, Limit, Pause, local_date

DEFERRAL = "deferral"
"""Under which a standing clock is kept that no review stopped: minor material is overdue (容缺, R16)."""

SILENCE_DAYS = 5
"""Working days that a window has to answer what was handed in, before silence accepts (Licensing Law Art. 32)."""

SERVICE_DAYS = 10
"""Working days in which a licence is handed over (R30, Art. 44)."""


@dataclass
class Story:
    """Told so far. Each announced date is set beside the limit as it stood when the date was told."""

    hours: Hours
    department: str = ""
    handed_in: datetime | None = None
    stopped_at: datetime | None = None
    reopened: list[datetime] = field(default_factory=list)
    answer: Limit | None = None
    answered_at: datetime | None = None
    correction: intake.CaseCorrectionRequested | None = None
    supplemented_at: datetime | None = None
    decided_on: date | None = None
    served_at: datetime | None = None
    accepted: intake.CaseAccepted | None = None
    extension: int = 0
    closed_pauses: list[Pause] = field(default_factory=list)
    open_pauses: dict[str, date] = field(default_factory=dict)
    announced: list[Announced] = field(default_factory=list)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        standing = (Pause(start) for start in self.open_pauses.values())
        return tuple(sorted((*self.closed_pauses, *standing), key=lambda pause: (pause.start, pause.end or date.max)))

    @property
    def promised(self) -> Limit | None:
        if self.accepted is None:
            return None
        if self.accepted.kind is Kind.INSTANT:
            standing = tuple(Pause(start) for why, start in self.open_pauses.items() if why == DEFERRAL)
            return replace(_same_visit(self.handed_in or self.accepted.accepted_at, self.hours), pauses=standing)
        return Limit(self.accepted.accepted_on, self.accepted.promised_days, self.pauses, self.extension)

    @property
    def statutory(self) -> Limit | None:
        if self.accepted is None:
            return None
        return Limit(self.accepted.accepted_on, self.accepted.statutory_days, self.pauses, self.extension)

    def hear(self, promised: Due | None, statutory: Due | None) -> None:
        for what, rule, limit, due in (
            ("承诺办结日", "R20", self.promised, promised),
            ("法定办结日", "R22", self.statutory, statutory),
        ):
            if limit is not None and due is not None:
                self.announced.append(Announced(what, rule, self.department, limit, due))

    def stop(self, at: datetime) -> None:
        self.stopped_at = min(self.stopped_at or at, at)
        self.respond(at)

    def leave(self, at: datetime) -> None:
        """Stopped, and nothing is handed over any more."""
        self.stop(at)
        self.served_at = self.served_at or at

    def await_answer(self, received_on: date, told: Due) -> None:
        """The window has its time to answer what was handed in (R05)."""
        self.answer, self.answered_at = Limit(received_on, SILENCE_DAYS), None
        self.announced.append(Announced("受理答复期限", "R05", self.department, self.answer, told))

    def respond(self, at: datetime) -> None:
        """The window has answered, and what it asked for is not waited for any more."""
        self.answered_at = self.answered_at or at
        self.supplemented_at = self.supplemented_at or at

    def begin_anew(self, event: intake.CaseReopened) -> None:
        """A return was not upheld (R17): the window has its time to answer once more, and nothing counts from before."""
        self.reopened.append(event.reopened_at)
        self.stopped_at, self.accepted, self.extension, self.handed_in = None, None, 0, event.reopened_at
        self.closed_pauses, self.open_pauses, self.served_at = [], {}, None
        self.await_answer(event.received_on, event.answer_by)

    def stand(self, why: str, since: date) -> None:
        self.open_pauses.setdefault(why, since)

    def run(self, why: str, on: date) -> None:
        start = self.open_pauses.pop(why, None)
        if start is not None:
            self.closed_pauses.append(Pause(start, max(start, on)))


def tell(case: Iterable[intake.CaseEvent], hours: Hours) -> Story:
    """`case`: the events of one case subject, in sequence."""
    story = Story(hours)
    for event in case:
        _listen(event, story)
    return story


def _same_visit(handed_in: datetime, hours: Hours) -> Limit:
    """R29 as a limit: none of a day, or one day where it came after closing; a rest day rolls on by itself."""
    late = handed_in.astimezone(SHANGHAI).time() >= hours.closes
    return Limit(local_date(handed_in), int(late))


@singledispatch
def _listen(event: Event, story: Story) -> None:
    """Most events leave the clock as it is."""


@_listen.register
def _submitted(event: intake.CaseSubmitted, story: Story) -> None:
    story.department, story.handed_in = event.department, event.submitted_at
    story.await_answer(event.received_on, event.answer_by)


@_listen.register
def _corrected(event: intake.CaseCorrectionRequested, story: Story) -> None:
    """The one-time notice is an answer (R04); from then on the applicant's own time runs (R08)."""
    story.answered_at = story.answered_at or event.requested_at
    story.correction, story.supplemented_at = event, None


@_listen.register
def _supplemented(event: intake.CaseSupplemented, story: Story) -> None:
    if event.complete and story.accepted is None:
        story.handed_in = event.supplemented_at
        story.supplemented_at = story.supplemented_at or event.supplemented_at


@_listen.register
def _accepted(event: intake.CaseAccepted, story: Story) -> None:
    story.accepted = story.accepted or event
    story.respond(event.accepted_at)
    story.hear(event.promised_due, event.statutory_due)


@_listen.register
def _paused(event: intake.CasePaused, story: Story) -> None:
    story.stand(event.review_id, local_date(event.paused_at))


@_listen.register
def _resumed(event: intake.CaseResumed, story: Story) -> None:
    story.run(event.review_id, local_date(event.resumed_at))
    story.hear(event.promised_due, event.statutory_due)


@_listen.register
def _lapsed(event: intake.CaseDeferralLapsed, story: Story) -> None:
    story.stand(DEFERRAL, local_date(event.lapsed_at))


@_listen.register
def _met(event: intake.CaseDeferralMet, story: Story) -> None:
    """Of an instant item the visit that fills the gap is the one that counts (R29)."""
    if DEFERRAL in story.open_pauses:
        story.handed_in = event.met_at
    story.run(DEFERRAL, local_date(event.met_at))
    story.hear(event.promised_due, event.statutory_due)


@_listen.register
def _reopened(event: intake.CaseReopened, story: Story) -> None:
    story.begin_anew(event)


@_listen.register
def _extended(event: intake.CaseExtended, story: Story) -> None:
    story.extension += event.days
    story.hear(event.promised_due, event.statutory_due)


@_listen.register
def _deferred(event: intake.CaseMaterialsDeferred, story: Story) -> None:
    """R16: what may follow later follows within the promise."""
    if story.promised is not None:
        known = (story.department, story.promised, event.until)
        story.announced.append(Announced("容缺补交期限", "R16", *known, exact=False))


@_listen.register
def _decided(event: intake.CaseDecided, story: Story) -> None:
    story.decided_on = story.decided_on or event.decided_on
    story.stop(event.decided_at)


@_listen.register
def _licensed(event: intake.CaseLicenceIssued, story: Story) -> None:
    if story.decided_on is not None:
        limit = Limit(story.decided_on, SERVICE_DAYS)
        story.announced.append(Announced("送达期限", "R30", story.department, limit, event.serve_by))


@_listen.register
def _served(event: intake.CaseServed, story: Story) -> None:
    story.served_at = story.served_at or event.served_at


@_listen.register
def _closed(event: intake.CaseClosed, story: Story) -> None:
    story.leave(event.closed_at)


@_listen.register
def _refused(event: intake.CaseRefused, story: Story) -> None:
    story.leave(event.refused_at)


@_listen.register
def _returned(event: intake.CaseReturned, story: Story) -> None:
    story.leave(event.returned_at)


@_listen.register
def _withdrawn(event: intake.CaseWithdrawn, story: Story) -> None:
    story.leave(event.withdrawn_at)
