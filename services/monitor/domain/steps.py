"""Alerts on a department's step of a case: late answers, visits, hearings and forwardings, overlong and repeated pauses.

Guarantees: each limit is counted again from the events, whatever date was told; what was done in time, or is not running
any more, reaches no rung (R78). They are alerts of their own and no colour of the case's light.
"""

from collections.abc import Iterator
from datetime import datetime

from services.monitor.domain.clocks import Finding, Reached, Step
from services.monitor.domain.views import CaseView, ReviewView
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind, PauseKind
from yimen.worktime import Calendar, Limit, end_of_day

INSPECTION_DAYS = 5  # R33, Art. 55
HEARING_DAYS = 20  # R31, Art. 47
FORWARDING_DAYS = 3  # R48


def step_rungs(view: CaseView, calendar: Calendar) -> tuple[Reached, ...]:
    """When each step is late, as its clock runs now; none after the case's own clock stopped (R37)."""
    reached = (rung for review in view.reviews for rung in _of_review(view, review, calendar))
    return tuple(rung for rung in reached if view.stopped_at is None or rung.at <= view.stopped_at)


def _of_review(view: CaseView, review: ReviewView, calendar: Calendar) -> Iterator[Reached]:
    yield from _late_answer(review, calendar)
    yield from _late_inspection(view, review, calendar)
    yield from _late_forwarding(view, review, calendar)
    yield from _late_hearing(review, calendar)
    yield from _overlong_pauses(review, calendar)


def _late_answer(review: ReviewView, calendar: Calendar) -> Iterator[Reached]:
    """R73. Where silence consents, R44 speaks instead."""
    if not review.silence_consents:
        text = "本环节已超过审查期限，请立即出具意见。"
        yield from _unless(review, "step", Light.BLUE, "R73", text, review.limit, None, calendar)


def _late_inspection(view: CaseView, review: ReviewView, calendar: Calendar) -> Iterator[Reached]:
    if view.accepted and review.requested and review.requested.inspection_by:
        limit = Limit(view.accepted.accepted_on, INSPECTION_DAYS)
        done = review.visited.visited_at if review.visited else None
        text = "受理后五个工作日内未指派两名以上工作人员检查，请立即安排。"
        yield from _unless(review, "visit", Light.YELLOW, "R33", text, limit, done, calendar)


def _late_forwarding(view: CaseView, review: ReviewView, calendar: Calendar) -> Iterator[Reached]:
    if view.accepted and view.kind is Kind.FORWARDED and review.requested and review.requested.forward_by:
        limit = Limit(view.accepted.accepted_on, FORWARDING_DAYS)
        done = review.forwarded.forwarded_at if review.forwarded else None
        text = "受理后三个工作日内未转报上级机关，请立即转报。"
        yield from _unless(review, "upward", Light.BLUE, "R48", text, limit, done, calendar)


def _late_hearing(review: ReviewView, calendar: Calendar) -> Iterator[Reached]:
    if review.hearing:
        limit = Limit(review.hearing.requested_on, HEARING_DAYS)
        done = review.heard.held_at if review.heard else None
        text = "申请人要求听证，二十个工作日内未组织听证，请立即组织。"
        yield from _unless(review, "hearing", Light.YELLOW, "R31", text, limit, done, calendar)


def _overlong_pauses(review: ReviewView, calendar: Calendar) -> Iterator[Reached]:
    """R28: longer than the applicant was told in writing. A hearing has its own limit (R31)."""
    for number, procedure in enumerate(review.procedures, start=1):
        end = end_of_day(calendar.add(procedure.pause.start, procedure.planned_days).date)
        over = procedure.pause.end is not None and end_of_day(procedure.pause.end) <= end
        ended = review.ended_at is not None and review.ended_at < end
        if not (over or ended or procedure.kind is PauseKind.HEARING):
            text = "特别程序超过书面告知的时间，请立即恢复办理或说明原因。"
            step = Step(_rung(f"overlong{number}", review), Light.YELLOW, "R28", text)
            yield Reached(step, review.department, end)


def _unless(
    review: ReviewView,
    rung: str,
    level: Light,
    rule: str,
    text: str,
    limit: Limit | None,
    done: datetime | None,
    calendar: Calendar,
) -> Iterator[Reached]:
    """The end of the limit's last day, unless it was done by then, or the review ended before it."""
    due = limit.due(calendar) if limit else None
    if due is None:
        return
    end = end_of_day(due.date)
    ends = [at for at in (done, review.ended_at) if at]
    if not ends or min(ends) >= end:
        yield Reached(Step(_rung(rung, review), level, rule, text), review.department, end)


def step_findings(view: CaseView) -> tuple[Finding, ...]:
    """What the events prove by themselves: consent by silence or absence (R44, R45), pauses of one kind repeated (R28)."""
    return tuple(found for review in view.reviews for found in (*_deemed(review), *_repeated(review)))


def _deemed(review: ReviewView) -> Iterator[Finding]:
    if review.deemed:
        absent = review.deemed.ground == "absence"
        rule, text = (
            ("R45", "未参加联合会审或踏勘，缺席视为同意。") if absent else ("R44", "逾期未出具审查意见，超时视为同意。")
        )
        yield Finding(Step(f"deemed-{review.review_id}"[:80], Light.YELLOW, rule, text), review.department)


def _repeated(review: ReviewView) -> Iterator[Finding]:
    kinds = [procedure.kind for procedure in review.procedures]
    if len(set(kinds)) < len(kinds):
        text = "同一环节重复启动同一特别程序，请说明原因。"
        yield Finding(Step(_rung("again", review), Light.YELLOW, "R28", text), review.department)


def _rung(what: str, review: ReviewView) -> str:
    return f"{what}-{review.review_id}"[:80]
