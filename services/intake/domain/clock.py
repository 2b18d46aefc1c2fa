"""Dates of a case, derived from what its limits are made of, and the timers that follow from them.

Guarantees: nothing here is stored as the truth; a changed calendar gives changed dates (R35, R36). The timers
of a case are a function of its state: `advance` sets and cancels the difference, so that no transition can
forget one.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from services.intake.domain.case import AT_THE_DOOR, Case, Rules, Status
from services.intake.domain.values import Review
from yimen.contracts.parts import Due, Kind
from yimen.worktime import Calendar, Day, Limit, Pause, end_of_day, local_date, same_visit_due

DEEM_ACCEPTANCE = "deem_acceptance"
SUPPLEMENT_LIMIT = "supplement_limit"
REVIEW_LIMIT = "review_limit"

TimerPlan = dict[tuple[str, str], datetime]
"""(name, key) -> the instant at which the timer is due."""


def due(day: Day) -> Due:
    return Due(on=day.date, provisional=day.provisional)


def maybe_due(day: Day | None) -> Due | None:
    return None if day is None else due(day)


def answer_by(case: Case, rules: Rules) -> Day:
    """The last day to answer an application (Art. 32(4)): the fifth working day after it came in (R05)."""
    return rules.calendar.add(case.received_on, rules.answer_days)


def supplement_by(case: Case, rules: Rules) -> date | None:
    """Calendar days from the one-time notice (R08)."""
    if case.requested_at is None:
        return None
    return local_date(case.requested_at) + timedelta(days=rules.supplement_days)


def _pauses(reviews: Iterable[Review]) -> tuple[Pause, ...]:
    return tuple(
        Pause(local_date(pause.started_at), None if pause.ended_at is None else local_date(pause.ended_at))
        for review in reviews
        for pause in review.pauses
    )


def promised_due(case: Case, rules: Rules) -> Day | None:
    """None before acceptance and while a pause stands (R20, R26, R27). Instant items by the visit (R29)."""
    if case.accepted_on is None:
        return None
    if case.kind is Kind.INSTANT:
        return same_visit_due(rules.calendar, case.complete_at, rules.hours)
    return _limit(case, case.accepted_on, case.item.promised_days).due(rules.calendar)


def statutory_due(case: Case, rules: Rules) -> Day | None:
    if case.accepted_on is None:
        return None
    return _limit(case, case.accepted_on, case.item.statutory_days).due(rules.calendar)


def _limit(case: Case, start: date, budget: int) -> Limit:
    return Limit(start, budget, _pauses(case.reviews), case.extension_days)


def review_due(review: Review, calendar: Calendar) -> Day | None:
    """The last day for a department's answer; None while its own pause stands."""
    limit = Limit(review.requested_on, review.limit_days, _pauses([review]), review.extension_days)
    return limit.due(calendar)


def serve_by(decided_on: date, rules: Rules) -> Day:
    """R30: within ten working days of the decision."""
    return rules.calendar.add(decided_on, rules.serve_days)


def timers(case: Case, rules: Rules) -> TimerPlan:
    """The timers that this case needs now."""
    if case.status is Status.SUBMITTED:
        return {(DEEM_ACCEPTANCE, case.case_number): end_of_day(answer_by(case, rules).date)}
    if case.status in AT_THE_DOOR:
        limit = supplement_by(case, rules)
        return {} if limit is None else {(SUPPLEMENT_LIMIT, case.case_number): end_of_day(limit)}
    if case.status is not Status.ACCEPTED:
        return {}
    ends = {review.review_id: _silence_ends(review, rules.calendar) for review in case.current_reviews}
    return {(REVIEW_LIMIT, review_id): end for review_id, end in ends.items() if end is not None}


def _silence_ends(review: Review, calendar: Calendar) -> datetime | None:
    """When silence will have lasted to the end of the limit; None if it is broken, paused, or has been dealt with.

    An urging deals with it only where silence cannot consent: being urged must not spare a department R44."""
    day = review_due(review, calendar) if review.unanswered else None
    if day is None:
        return None
    end = end_of_day(day.date)
    dealt_with = review.urged_at is not None and review.urged_at >= end and not review.consents_by(end)
    return None if dealt_with else end
