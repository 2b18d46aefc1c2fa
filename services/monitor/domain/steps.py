"""Alerts on a department's step of a case: late answers, visits, hearings and forwardings, overlong and repeated pauses.

Guarantees: each limit is counted again from the events, whatever date was told; what was done in time, or is not running
any more, reaches no rung (R78). They are alerts of their own and no colour of the case's light.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.monitor.domain.clocks import Finding, Reached, step
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.views import CaseView, ReviewView
from yimen.contracts.parts import Kind, PauseKind
from yimen.worktime import Calendar, Limit, end_of_day

INSPECTION_DAYS = 5  # R33, Art. 55
HEARING_DAYS = 20  # R31, Art. 47
FORWARDING_DAYS = 3  # R48


def step_rungs(view: CaseView, calendar: Calendar, book: Rulebook) -> tuple[Reached, ...]:
    """When each step is late, as its clock runs now; none after the case's own clock stopped (R37)."""
    reached = (rung for review in view.reviews for rung in _of_review(view, review, calendar, book))
    return tuple(rung for rung in reached if view.stopped_at is None or rung.at <= view.stopped_at)


def _of_review(view: CaseView, review: ReviewView, calendar: Calendar, book: Rulebook) -> Iterator[Reached]:
    lates = (
        _late_answer(review),
        _late_inspection(view, review),
        _late_forwarding(view, review),
        _late_hearing(review),
    )
    for late in lates:
        if late and (end := _passed(review, late, calendar)):
            for one in step(book, late.code, _rung(late.code, review)):
                yield Reached(one, review.department, end)
    yield from _overlong_pauses(review, calendar, book)


@dataclass(frozen=True, slots=True)
class Late:
    """A limit of a step, and when it was met; the alert that is raised otherwise."""

    code: str
    limit: Limit | None
    done: datetime | None = None


def _late_answer(review: ReviewView) -> Late | None:
    """R73. Where silence consents, R44 speaks instead."""
    return None if review.silence_consents else Late("step", review.limit)


def _late_inspection(view: CaseView, review: ReviewView) -> Late | None:
    if view.accepted and review.requested and review.requested.inspection_by:
        done = review.visited.visited_at if review.visited else None
        return Late("visit", Limit(view.accepted.accepted_on, INSPECTION_DAYS), done)
    return None


def _late_forwarding(view: CaseView, review: ReviewView) -> Late | None:
    if view.accepted and view.kind is Kind.FORWARDED and review.requested and review.requested.forward_by:
        done = review.forwarded.forwarded_at if review.forwarded else None
        return Late("upward", Limit(view.accepted.accepted_on, FORWARDING_DAYS), done)
    return None


def _late_hearing(review: ReviewView) -> Late | None:
    if review.hearing:
        done = review.heard.held_at if review.heard else None
        return Late("hearing", Limit(review.hearing.requested_on, HEARING_DAYS), done)
    return None


def _overlong_pauses(review: ReviewView, calendar: Calendar, book: Rulebook) -> Iterator[Reached]:
    """R28: longer than the applicant was told in writing. A hearing has its own limit (R31)."""
    for number, procedure in enumerate(review.procedures, start=1):
        end = end_of_day(calendar.add(procedure.pause.start, procedure.planned_days).date)
        over = procedure.pause.end is not None and end_of_day(procedure.pause.end) <= end
        ended = review.ended_at is not None and review.ended_at < end
        if not (over or ended or procedure.kind is PauseKind.HEARING):
            for one in step(book, "overlong", _rung(f"overlong{number}", review)):
                yield Reached(one, review.department, end)


def _passed(review: ReviewView, late: Late, calendar: Calendar) -> datetime | None:
    """The end of the limit's last day, unless it was done by then, or the review ended before it."""
    due = late.limit.due(calendar) if late.limit else None
    if due is None:
        return None
    end = end_of_day(due.date)
    ends = [at for at in (late.done, review.ended_at) if at]
    return end if not ends or min(ends) >= end else None


def step_findings(view: CaseView, book: Rulebook) -> tuple[Finding, ...]:
    """What the events prove by themselves: consent by silence or absence (R44, R45), pauses of one kind repeated (R28)."""
    return tuple(found for review in view.reviews for found in (*_deemed(review, book), *_repeated(review, book)))


def _deemed(review: ReviewView, book: Rulebook) -> Iterator[Finding]:
    if review.deemed:
        code = "absence" if review.deemed.ground == "absence" else "deemed-consent"
        for one in step(book, code, _rung("deemed", review)):
            yield Finding(one, review.department)


def _repeated(review: ReviewView, book: Rulebook) -> Iterator[Finding]:
    kinds = [procedure.kind for procedure in review.procedures]
    if len(set(kinds)) < len(kinds):
        for one in step(book, "again", _rung("again", review)):
            yield Finding(one, review.department)


def _rung(what: str, review: ReviewView) -> str:
    return f"{what}-{review.review_id}"[:80]
