"""Dates of a case, derived from what its limits are made of, and the timers that follow from them.

Guarantees: nothing here is stored as the truth; a changed calendar gives changed dates (R35, R36). The timers
of a case are a function of its state: `advance` sets and cancels the difference, so that no transition can
forget one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.intake.domain.case import AT_THE_DOOR, UNDECIDED, Case, Rules, Status
from services.intake.domain.values import Deferral, Review
from yimen.contracts.parts import Due, Kind
from yimen.worktime import Calendar, Day, Limit, Pause, end_of_day, local_date, same_visit_due, start_of_day

DEEM_ACCEPTANCE = "deem_acceptance"
SUPPLEMENT_LIMIT = "supplement_limit"
REVIEW_LIMIT = "review_limit"
DEFERRAL_LIMIT = "deferral_limit"
DEFERRAL_MAKE_UP = "deferral_make_up"
RENEWAL_LIMIT = "renewal_limit"
INSPECTION_LIMIT = "inspection_limit"
FORWARD_LIMIT = "forward_limit"
QUEUE_TURN = "queue_turn"  # keyed by item; set by whoever leaves the queue, not derived from one case
RULE_OF = {INSPECTION_LIMIT: "R33", FORWARD_LIMIT: "R48"}
REVIEW_NEARLY = "review_nearly"

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


def make_up_by(deferral: Deferral, rules: Rules) -> Day:
    """The last day to fill a gap that was not filled in time (R16); after it the case is returned."""
    return rules.calendar.add(deferral.until, rules.deferral_grace_days)


def _lapse(case: Case) -> tuple[Pause, ...]:
    """The clock stands from the day on which the gap should have been filled until it is, or the case ends (R16)."""
    deferral = case.deferral
    if deferral is None or deferral.lapsed_at is None:
        return ()
    ended = deferral.met_at or case.decided_at or case.ended_at
    return (Pause(deferral.until, None if ended is None else max(deferral.until, local_date(ended))),)


def _pauses(reviews: Iterable[Review]) -> tuple[Pause, ...]:
    return tuple(
        Pause(local_date(pause.started_at), None if pause.ended_at is None else local_date(pause.ended_at))
        for review in reviews
        for pause in review.pauses
    )


def promised_due(case: Case, rules: Rules) -> Day | None:
    """None before acceptance and while the clock stands (R16, R20, R26, R27). Instant items by the visit (R29)."""
    if case.accepted_on is None:
        return None
    if case.kind is Kind.INSTANT:
        if any(pause.end is None for pause in _lapse(case)):
            return None
        return same_visit_due(rules.calendar, case.complete_at, rules.hours)
    return _limit(case, case.accepted_on, case.item.promised_days).due(rules.calendar)


def statutory_due(case: Case, rules: Rules) -> Day | None:
    if case.accepted_on is None:
        return None
    return _limit(case, case.accepted_on, case.item.statutory_days).due(rules.calendar)


def stands(case: Case) -> bool:
    """Whether the case's clock stands now: in a special procedure (R26), or for an unfilled gap (R16)."""
    return any(pause.end is None for pause in (*_pauses(case.live_reviews), *_lapse(case)))


def _limit(case: Case, start: date, budget: int) -> Limit:
    return Limit(start, budget, (*_pauses(case.live_reviews), *_lapse(case)), case.extension_days)


def review_due(review: Review, calendar: Calendar) -> Day | None:
    """The last day for a department's answer; None while its own pause stands."""
    return _review_limit(review).due(calendar)


def review_left(review: Review, calendar: Calendar, today: date) -> int | None:
    """Working days that the department has left after today, negative when late; None once it has answered."""
    return _review_limit(review).left(calendar, today) if review.unanswered else None


def _review_limit(review: Review) -> Limit:
    return Limit(review.requested_on, review.limit_days, _pauses([review]), review.extension_days)


def serve_by(decided_on: date, rules: Rules) -> Day:
    """R30: within ten working days of the decision."""
    return rules.calendar.add(decided_on, rules.serve_days)


def days_left(last: date, rules: Rules, now: datetime) -> int:
    """Working days until then, today not counted; negative when it is past."""
    today, calendar = local_date(now), rules.calendar
    return calendar.working_days(today, last) if last >= today else -calendar.working_days(last, today)


def inspection_by(case: Case, review: Review, rules: Rules) -> Day | None:
    """R33: five working days from acceptance (Art. 55), whichever stage asks; None where no inspection is called for."""
    if case.accepted_on is None or review.inspection_days is None:
        return None
    return rules.calendar.add(case.accepted_on, review.inspection_days)


def forward_by(case: Case, rules: Rules) -> Day | None:
    """R48; None for what goes to no superior authority."""
    if case.accepted_on is None or case.kind is not Kind.FORWARDED:
        return None
    return rules.calendar.add(case.accepted_on, rules.forward_days)


def renewal_ends(case: Case) -> datetime | None:
    """The instant from which a renewal that was asked for in time is granted by law (R32); None without that right, and
    where the applicant still owed something when the licence expired."""
    if case.renewal_due is None:
        return None
    end = end_of_day(case.renewal_due)
    return None if case.complete_at >= end or _gap_open(case, end) else end


def _gap_open(case: Case, at: datetime) -> bool:
    """Whether what was deferred (容缺) was overdue at that instant."""
    gap = case.deferral
    if gap is None or gap.lapsed_at is None or gap.lapsed_at >= at:
        return False
    return gap.met_at is None or gap.met_at >= at


def timers(case: Case, rules: Rules) -> TimerPlan:
    """The timers that this case needs now."""
    return _answers(case, rules) | _nearly_late(case, rules) | _renewal(case) | _duties(case, rules)


def _answers(case: Case, rules: Rules) -> TimerPlan:
    """The window's answer, the applicant's supplement, the departments' answers."""
    if case.status is Status.SUBMITTED:
        return {(DEEM_ACCEPTANCE, case.case_number): end_of_day(answer_by(case, rules).date)}
    if case.status in AT_THE_DOOR:
        limit = supplement_by(case, rules)
        return {} if limit is None else {(SUPPLEMENT_LIMIT, case.case_number): end_of_day(limit)}
    if case.status is not Status.ACCEPTED:
        return _deferral_timers(case, rules)
    ends = {review.review_id: silence_ends(review, rules.calendar) for review in case.current_reviews}
    limits = {(REVIEW_LIMIT, review_id): end for review_id, end in ends.items() if end is not None}
    return limits | _deferral_timers(case, rules)


def _deferral_timers(case: Case, rules: Rules) -> TimerPlan:
    if case.deferral is None or case.deferral.met_at is not None or case.status not in UNDECIDED:
        return {}
    if case.deferral.lapsed_at is None:
        return {(DEFERRAL_LIMIT, case.case_number): end_of_day(case.deferral.until)}
    return {(DEFERRAL_MAKE_UP, case.case_number): end_of_day(make_up_by(case.deferral, rules).date)}


def _nearly_late(case: Case, rules: Rules) -> TimerPlan:
    """On the fast track (S07) silence is urged before the limit ends."""
    if case.fast_track_days is None or case.status is not Status.ACCEPTED:
        return {}
    begins = {review.review_id: _last_day_begins(review, rules.calendar) for review in case.current_reviews}
    return {(REVIEW_NEARLY, review_id): begin for review_id, begin in begins.items() if begin is not None}


def _last_day_begins(review: Review, calendar: Calendar) -> datetime | None:
    """None if silence is broken or paused, or was urged on that day."""
    day = review_due(review, calendar) if review.unanswered else None
    if day is None:
        return None
    begin = start_of_day(day.date)
    return None if review.urged_at is not None and review.urged_at >= begin else begin


def _renewal(case: Case) -> TimerPlan:
    ends = renewal_ends(case)
    if ends is None or case.status not in UNDECIDED - {Status.CORRECTION_REQUESTED}:
        return {}
    return {(RENEWAL_LIMIT, case.case_number): ends}


def _duties(case: Case, rules: Rules) -> TimerPlan:
    """Of departments that are asked now: what they have not done, and have not been urged to do."""
    if case.status is not Status.ACCEPTED:
        return {}
    forward = forward_by(case, rules)
    plan: TimerPlan = {}
    for review in case.current_reviews:
        inspect = inspection_by(case, review, rules)
        if inspect and review.unanswered and review.visited_at is None and _unurged(review, INSPECTION_LIMIT):
            plan[INSPECTION_LIMIT, review.review_id] = end_of_day(inspect.date)
        if forward and _kept_down(review) and _unurged(review, FORWARD_LIMIT):
            plan[FORWARD_LIMIT, review.review_id] = end_of_day(forward.date)
    return plan


def _unurged(review: Review, limit: str) -> bool:
    return RULE_OF[limit] not in review.urged_for


def _kept_down(review: Review) -> bool:
    return review.open and review.forwarded_at is None and review.superior is None


def silence_ends(review: Review, calendar: Calendar) -> datetime | None:
    """When silence will have lasted to the end of the limit; None if it is broken, paused, or has been dealt with.

    An urging deals with it only where silence cannot consent: being urged must not spare a department R44."""
    day = review_due(review, calendar) if review.unanswered else None
    if day is None:
        return None
    end = end_of_day(day.date)
    dealt_with = review.urged_at is not None and review.urged_at >= end and not review.consents_by(end)
    return None if dealt_with else end


def limits(case: Case, rules: Rules) -> dict[str, date]:
    """Every limit in working days that runs, by name: what a changed calendar can move (R35)."""
    if case.status is Status.SUBMITTED:
        return {"answer": answer_by(case, rules).date}
    if case.status not in (Status.ACCEPTED, Status.REVIEWED):
        return {}
    open_reviews = (review for review in case.current_reviews if review.unanswered)
    found = {review.review_id: review_due(review, rules.calendar) for review in open_reviews}
    found |= {"promised": promised_due(case, rules), "statutory": statutory_due(case, rules)}
    if case.deferral is not None and case.deferral.lapsed_at is not None and case.awaits_deferred:
        found["make_up"] = make_up_by(case.deferral, rules)
    return {name: day.date for name, day in found.items() if day is not None}


def moved(case: Case, rules: Rules, before: Calendar, after: Calendar) -> dict[str, tuple[date, date]]:
    """The limits that the two calendars put on different days: name -> (old, new)."""
    old, new = (limits(case, replace(rules, calendar=calendar)) for calendar in (before, after))
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}
