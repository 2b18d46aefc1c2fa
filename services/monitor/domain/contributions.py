"""What a case adds to the counts: whole numbers by day, department and item, and how long its stages took.

Guarantees: a pure function of what the events of the case say and of the calendar. Everything is a sum, so that taking
the former away and adding the present gives the same counts in whatever order the events came; what something comes to
at most is told by keeping apart how many days it took, not by remembering the longest. Lateness is counted on the day on
which the clock stopped (R37), in working days without pauses (R78). Ratings that nobody gave are counted apart (R95).

A case counts for its lead department; its fees, reviews, ratings and alerts for the department whose they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from services.monitor.domain.clocks import SEVERITY
from services.monitor.domain.views import CaseView, ReviewView, State
from yimen.contracts import Event, fees, monitor
from yimen.contracts.parts import Outcome
from yimen.worktime import Calendar, local_date

COUNTED_EVENTS: Final = (fees.ListSettled, fees.ListRefunded, monitor.RatingEvent, monitor.AlertEvent)
"""What others than intake and the departments say of a case, and is counted."""

GROUPS: Final = (
    (
        *("submitted", "accepted", "deemed", "instant", "committed", "joint", "forwarded"),
        *("by_web", "by_window", "by_township", "by_village", "promised_days", "statutory_days"),
    ),
    (
        *("ended", "ended_late", "refused", "returned", "withdrawn"),
        *("closed", "closed_late", "closed_over_law", "closed_early", "granted", "denied", "used_days", "allowed_days"),
    ),
    ("reviews", "reviews_late", "reviews_deemed"),
    ("fees_settled", "fees_refunded"),
    ("ratings", "stars", "bad_ratings", "default_ratings", "default_stars"),
    ("alerts_blue", "alerts_yellow", "alerts_red", "alerts_escalated", "alerts_lifted"),
    ("complaints", "complaints_upheld"),
)
"""What moves together. `ended`: the clock stopped, whatever for; `closed`: it was decided. Days are working days."""

MEASURES: Final = tuple(name for group in GROUPS for name in group)

STAGE_MEASURES: Final = ("count", "late", "deemed", "minutes")

ACCEPTANCE, HANDLING, SERVICE, REVIEW = "case.acceptance", "case.handling", "case.service", "review."
SERVICE_DAYS: Final = 10  # R30
LONGEST: Final = 9999
BAD_STARS: Final = 2  # R96

_DECIDED: Final = frozenset({State.DECIDED, State.LICENCE_ISSUED, State.SERVED, State.CLOSED})
_LEFT: Final = {State.REFUSED: "refused", State.RETURNED: "returned", State.WITHDRAWN: "withdrawn"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Whose day it is. `item` is empty where what is counted belongs to no item."""

    day: date
    department: str
    item: str

    def __str__(self) -> str:
        return f"{self.day}/{self.department}/{self.item}"

    @classmethod
    def read(cls, text: str) -> "Place":
        day, department, item = text.split("/")
        return cls(date.fromisoformat(day), department, item)


@dataclass(frozen=True, slots=True, order=True)
class StagePlace:
    """`month`: its first day. `days`: the working days that it took, at most `LONGEST`."""

    month: date
    department: str
    item: str
    days: int
    stage: str

    def __str__(self) -> str:
        return f"{self.month}/{self.department}/{self.item}/{self.days}/{self.stage}"

    @classmethod
    def read(cls, text: str) -> "StagePlace":
        month, department, item, days, stage = text.split("/", 4)
        return cls(date.fromisoformat(month), department, item, int(days), stage)


Counts = Mapping[str, int]
P = TypeVar("P")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Contribution:
    """Nothing in it is 0."""

    days: Mapping[Place, Counts]
    stages: Mapping[StagePlace, Counts]

    def kept(self) -> dict[str, dict[str, dict[str, int]]]:
        """As it is kept with the case."""
        return {
            "days": {str(place): dict(counts) for place, counts in self.days.items()},
            "stages": {str(place): dict(counts) for place, counts in self.stages.items()},
        }

    @classmethod
    def read(cls, kept: Mapping[str, Mapping[str, Counts]] | None) -> "Contribution":
        told = kept or {}
        return cls(
            {Place.read(text): counts for text, counts in told.get("days", {}).items()},
            {StagePlace.read(text): counts for text, counts in told.get("stages", {}).items()},
        )

    def minus(self, former: "Contribution") -> "Contribution":
        """What has to be added where `former` was counted."""
        return Contribution(_difference(self.days, former.days), _difference(self.stages, former.stages))


def _difference(now: Mapping[P, Counts], former: Mapping[P, Counts]) -> dict[P, Counts]:
    found: dict[P, Counts] = {}
    for place in now.keys() | former.keys():
        more, less = now.get(place, {}), former.get(place, {})
        moved = {name: more.get(name, 0) - less.get(name, 0) for name in more.keys() | less.keys()}
        if changed := {name: by for name, by in moved.items() if by}:
            found[place] = changed
    return found


class Tally:
    """Counts that are being made."""

    def __init__(self) -> None:
        self.days: defaultdict[Place, dict[str, int]] = defaultdict(dict)
        self.stages: defaultdict[StagePlace, dict[str, int]] = defaultdict(dict)

    def count(self, at: datetime | date, department: str, item: str, **more: int) -> None:
        day = local_date(at) if isinstance(at, datetime) else at
        _put(self.days[Place(day, department, item)], more)

    def stage(self, ended: datetime, department: str, item: str, stage: str, days: int, **more: int) -> None:
        month = local_date(ended).replace(day=1)
        _put(self.stages[StagePlace(month, department, item, min(days, LONGEST), stage)], more)

    def result(self) -> Contribution:
        return Contribution(
            {place: counts for place, counts in self.days.items() if counts},
            {place: counts for place, counts in self.stages.items() if counts},
        )


def _put(counts: dict[str, int], more: Counts) -> None:
    for name, by in more.items():
        if by:
            counts[name] = counts.get(name, 0) + by


def closed_on(seen: CaseView) -> date | None:
    """The day in Shanghai on which it was decided, whose lateness stays (R37); none for what left without a decision."""
    return local_date(seen.stopped_at) if seen.stopped_at and seen.state in _DECIDED else None


def contribution(seen: CaseView, calendar: Calendar) -> Contribution:
    tally, item = Tally(), seen.submitted.item_code if seen.submitted else ""
    if seen.submitted and seen.department:
        tally.count(seen.submitted.submitted_at, seen.department, item, submitted=1)
        _count_acceptance(seen, seen.department, item, calendar, tally)
        _count_end(seen, seen.department, item, calendar, tally)
    for review in seen.reviews:
        _count_review(review, item, calendar, tally)
    _count_told([one.event for one in seen.told if isinstance(one.event, COUNTED_EVENTS)], item, tally)
    return tally.result()


def _count_acceptance(seen: CaseView, department: str, item: str, calendar: Calendar, tally: Tally) -> None:
    accepted, submitted = seen.accepted, seen.submitted
    if accepted is None or submitted is None:
        return
    days = {"promised_days": accepted.promised_days, "statutory_days": accepted.statutory_days}
    marks = {accepted.kind.value: 1, f"by_{submitted.channel.value}": 1, "deemed": int(accepted.deemed)}
    tally.count(accepted.accepted_on, department, item, accepted=1, **days, **marks)
    took = calendar.working_days(local_date(submitted.submitted_at), local_date(accepted.accepted_at))
    late, minutes = int(accepted.deemed), _minutes(submitted.submitted_at, accepted.accepted_at)
    tally.stage(accepted.accepted_at, department, item, ACCEPTANCE, took, count=1, late=late, minutes=minutes)


def _count_end(seen: CaseView, department: str, item: str, calendar: Calendar, tally: Tally) -> None:
    if seen.stopped_at is None:
        return
    day = local_date(seen.stopped_at)
    left = seen.promised.left(calendar, day) if seen.promised else 0
    went = _LEFT.get(seen.state) if seen.state else None
    tally.count(day, department, item, ended=1, ended_late=int(left < 0), **({went: 1} if went else {}))
    if seen.state in _DECIDED:
        _count_decision(seen, department, item, left, calendar, tally)


def _count_decision(seen: CaseView, department: str, item: str, left: int, calendar: Calendar, tally: Tally) -> None:
    """`left`: days of the promise, negative when late."""
    stopped, outcome = seen.stopped_at, seen.decided.outcome if seen.decided else None
    assert stopped is not None
    day, late = local_date(stopped), int(left < 0)
    granted, denied = int(outcome is Outcome.GRANTED), int(outcome is Outcome.DENIED)
    tally.count(day, department, item, closed=1, closed_late=late, granted=granted, denied=denied)
    if seen.promised and seen.statutory and seen.accepted:
        allowed, over = seen.promised.total, int(seen.statutory.left(calendar, day) < 0)
        used, early = allowed - left, int(left > 0)
        tally.count(
            day, department, item, used_days=used, allowed_days=allowed, closed_over_law=over, closed_early=early
        )
        minutes = _minutes(seen.accepted.accepted_at, stopped)
        tally.stage(stopped, department, item, HANDLING, used, count=1, late=late, minutes=minutes)
    if seen.closed:
        took = calendar.working_days(day, local_date(seen.closed.closed_at))
        late, minutes = int(took > SERVICE_DAYS), _minutes(stopped, seen.closed.closed_at)
        tally.stage(seen.closed.closed_at, department, item, SERVICE, took, count=1, late=late, minutes=minutes)


def _count_review(review: ReviewView, item: str, calendar: Calendar, tally: Tally) -> None:
    """From being asked to the answer, or to the silence that stood for one; a review that was called off counts nowhere."""
    requested, ended, limit = review.requested, review.ended_at, review.limit
    off = review.cancelled is not None and review.cancelled.cancelled_at == ended
    if requested is None or limit is None or ended is None or off:
        return
    day, deemed = local_date(ended), int(review.deemed is not None and review.deemed.deemed_at == ended)
    left = limit.left(calendar, day)
    late = int(deemed or left < 0)
    tally.count(ended, review.department, item, reviews=1, reviews_late=late, reviews_deemed=deemed)
    stage, minutes = REVIEW + requested.stage, _minutes(requested.requested_at, ended)
    days = limit.total - left
    marks = {"count": 1, "late": late, "deemed": deemed, "minutes": minutes}
    tally.stage(ended, review.department, item, stage, days, **marks)


def _count_told(told: list[Event], item: str, tally: Tally) -> None:
    for event in told:
        if isinstance(event, fees.ListSettled):
            tally.count(event.settled_at, event.department, item, fees_settled=event.amount)
        elif isinstance(event, fees.ListRefunded):
            tally.count(event.refunded_at, event.department, item, fees_refunded=event.amount)
    for ratings in _by_subject(told, monitor.RatingEvent):
        _count_rating(ratings, item, tally)
    for alerts in _by_subject(told, monitor.AlertEvent):
        _count_alert(alerts, item, tally)


def _by_subject(told: Iterable[Event], kind: type[E]) -> Iterator[list[E]]:
    found: dict[str, list[E]] = {}
    for event in told:
        if isinstance(event, kind):
            found.setdefault(event.subject, []).append(event)
    yield from found.values()


def _count_rating(ratings: list[monitor.RatingEvent], item: str, tally: Tally) -> None:
    """R95: what somebody said counts; a default only where nobody did, and apart; a voided one nowhere."""
    if any(isinstance(event, monitor.RatingVoided) for event in ratings):
        return
    given = next((event for event in ratings if isinstance(event, monitor.RatingGiven)), None)
    default = next((event for event in ratings if isinstance(event, monitor.RatingDefaulted)), None)
    if given:
        bad = int(given.stars <= BAD_STARS)
        tally.count(given.given_at, given.department, item, ratings=1, stars=given.stars, bad_ratings=bad)
    elif default:
        stars = {"default_ratings": 1, "default_stars": default.stars}
        tally.count(default.defaulted_at, default.department, item, **stars)


def _count_alert(alerts: list[monitor.AlertEvent], item: str, tally: Tally) -> None:
    """On the day on which it was raised, under the worst level that it came to; a lifted one only as lifted."""
    raised = next((event for event in alerts if isinstance(event, monitor.AlertRaised)), None)
    if raised is None:
        return
    further = [event for event in alerts if isinstance(event, monitor.AlertEscalated)]
    level = max((raised.level, *(event.level for event in further)), key=SEVERITY.__getitem__)
    lifted = any(isinstance(event, monitor.AlertLifted) for event in alerts)
    marks = {"alerts_lifted": 1} if lifted else {f"alerts_{level.value}": 1}
    tally.count(raised.raised_at, raised.department, item, **marks, alerts_escalated=int(bool(further)))


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()) // 60)
