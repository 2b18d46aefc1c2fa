"""Alerts on a department's step of a case: late answers, visits, hearings and forwardings, overlong pauses.

Guarantees: each limit is counted again from the events, whatever date was told; what was done in time, or is not running
any more, reaches no rung (R78). They are alerts of their own and no colour of the case's light.
"""

from collections.abc import Iterator

from services.monitor.domain.limits import Watch, sooner
from services.monitor.domain.reviews import HEARING_DAYS, INSPECTION_DAYS
from services.monitor.domain.views import CaseView, ReviewView
from yimen.contracts.parts import Kind, PauseKind
from yimen.worktime import Limit, local_date, start_of_day

FORWARDING_DAYS = 3  # R48, unless the rulebook sets another
REPLY_DAYS = 2


def step_watches(view: CaseView) -> Iterator[Watch]:
    for review in view.reviews:
        yield from _answer(view, review)
        yield from _inspection(view, review)
        yield from _forwarding(view, review)
        yield from _reply(view, review)
        yield from _hearing(view, review)
        yield from _pauses(view, review)


def _answer(view: CaseView, review: ReviewView) -> Iterator[Watch]:
    """R73. Where silence consents, R44 speaks instead."""
    if review.limit is not None and not review.silence_consents:
        until = sooner(review.ended_at, view.stopped_at)
        yield Watch("step", _rung("step", review), review.department, review.limit, until)


def _inspection(view: CaseView, review: ReviewView) -> Iterator[Watch]:
    if view.accepted and review.requested and review.requested.inspection_by:
        limit = Limit(view.accepted.accepted_on, INSPECTION_DAYS)
        done = review.visited.visited_at if review.visited else None
        until = sooner(done, review.ended_at, view.stopped_at)
        yield Watch("visit", _rung("visit", review), review.department, limit, until)


def _forwarding(view: CaseView, review: ReviewView) -> Iterator[Watch]:
    if view.accepted and view.kind is Kind.FORWARDED and review.requested and review.requested.forward_by:
        limit = Limit(view.accepted.accepted_on, FORWARDING_DAYS)
        done = review.forwarded.forwarded_at if review.forwarded else None
        until = sooner(done, review.ended_at, view.stopped_at)
        yield Watch("upward", _rung("upward", review), review.department, limit, until)


def _reply(view: CaseView, review: ReviewView) -> Iterator[Watch]:
    """R48: the applicant is told of the superior's answer, by a message or by what is decided upon it."""
    if review.superior_answered is None:
        return
    answered = review.superior_answered.answered_at
    decided = review.decided.decided_at if review.decided else None
    told = (at for at in (*view.superior_told, decided, view.stopped_at) if at is not None and at >= answered)
    limit = Limit(local_date(answered), REPLY_DAYS)
    yield Watch("reply", _rung("reply", review), review.department, limit, sooner(*told))


def _hearing(view: CaseView, review: ReviewView) -> Iterator[Watch]:
    if review.hearing:
        limit = Limit(review.hearing.requested_on, HEARING_DAYS)
        done = review.heard.held_at if review.heard else None
        until = sooner(done, review.ended_at, view.stopped_at)
        yield Watch("hearing", _rung("hearing", review), review.department, limit, until)


def _pauses(view: CaseView, review: ReviewView) -> Iterator[Watch]:
    """R28: longer than the applicant was told in writing. A hearing has its own limit (R31)."""
    for number, procedure in enumerate(review.procedures, start=1):
        if procedure.kind is not PauseKind.HEARING:
            limit = Limit(procedure.pause.start, procedure.planned_days)
            over = start_of_day(procedure.pause.end) if procedure.pause.end else None  # its last day counts whole
            until = sooner(over, review.ended_at, view.stopped_at)
            yield Watch("overlong", _rung(f"overlong{number}", review), review.department, limit, until)


def _rung(what: str, review: ReviewView) -> str:
    return f"{what}-{review.review_id}"[:80]
