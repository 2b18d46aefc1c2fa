"""Lights (监察灯) and what deserves an alert: which rung a clock reaches at which instant.

Guarantees: a light and its alert follow from the same instants, so they cannot disagree. A clock that stands or has
stopped reaches no further rung (R78); what it had reached when it stopped stays (R37).

Pre-alert (R70) at 90 % of the promised working days, or with one left. A day counts as used from its beginning. Limits
of one or two days have no "one left", or they would be blue from the start: there only the share counts, which is
their last day. An instant item (即办件) has no pre-alert: it is done on the same visit or it is late.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.monitor.domain.views import Announced, CaseView
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind
from yimen.terms import MONEY
from yimen.worktime import Calendar, Limit, end_of_day, local_date, start_of_day

SEVERITY: Final = {Light.GREEN: 0, Light.BLUE: 1, Light.YELLOW: 2, Light.RED: 3}
PRE_ALERT, PROMISED, STATUTORY = "pre-alert", "promised", "statutory"


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder, before it is known when it is reached."""

    rung: str
    level: Light
    rule: str
    reason: str


def ladder(promised_passed: Light = Light.YELLOW) -> tuple[Step, ...]:
    """The rungs in their order. Some cities show red at once when the promised limit has passed (C)."""
    return (
        Step(PRE_ALERT, Light.BLUE, "R70", "承诺时限即将届满，请抓紧办理。"),
        Step(PROMISED, promised_passed, "R71", "已超过承诺办结时限，请立即办理并说明原因。"),
        Step(STATUTORY, Light.RED, "R72", "已超过法定办结时限，请立即办理并说明原因。"),
    )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a centre may set (C in the rules): the pre-alert, the ladder's colours, days to answer an alert (R77)."""

    share_percent: int = 90
    days_left: int = 1
    answer_days: int = 3
    ladder: tuple[Step, ...] = ladder()


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung, whose it is, and the instant at which the clock, as it runs now, reaches it."""

    step: Step
    department: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong whatever the hour: found in the events themselves."""

    step: Step
    department: str


def pre_alert_days(limit: Limit, thresholds: Thresholds) -> int:
    """How many days may be used up before the limit counts as nearly over; at least 1."""
    by_share = -(-limit.total * thresholds.share_percent // 100)
    short = limit.total <= 2 * thresholds.days_left
    return max(1, by_share if short else min(by_share, limit.total - thresholds.days_left))


def rungs(view: CaseView, calendar: Calendar, thresholds: Thresholds) -> tuple[Reached, ...]:
    """The rungs of a case's clock in the order of the ladder; none beyond where it stands or stopped."""
    lead = view.department or ""
    reached = (
        Reached(step, lead, at) for step in thresholds.ladder if (at := _instant(step, view, calendar, thresholds))
    )
    return tuple(rung for rung in reached if _while_running(rung, view))


def _while_running(rung: Reached, view: CaseView) -> bool:
    if view.stopped_at is None:
        return True
    return rung.at <= view.stopped_at and rung.step.rung != PRE_ALERT


def _instant(step: Step, view: CaseView, calendar: Calendar, thresholds: Thresholds) -> datetime | None:
    limit = view.statutory if step.rung == STATUTORY else view.promised
    due = limit.due(calendar) if limit else None
    if limit is None or due is None:
        return None
    if step.rung != PRE_ALERT:
        return end_of_day(due.date)
    if view.kind is Kind.INSTANT or limit.total == 0:
        return None
    nearly = replace(limit, budget=pre_alert_days(limit, thresholds), extension=0).due(calendar)
    return start_of_day(nearly.date) if nearly else None


def light(reached: Sequence[Reached], now: datetime) -> Light:
    """The worst rung that `now` has reached."""
    return max((rung.step.level for rung in reached if rung.at <= now), key=SEVERITY.__getitem__, default=Light.GREEN)


def counted_on(view: CaseView, now: datetime) -> date:
    """The day up to which days are counted: today, or the day on which the clock stopped (R37)."""
    return local_date(min(now, view.stopped_at) if view.stopped_at else now)


def days_late(view: CaseView, calendar: Calendar, now: datetime) -> int:
    """Working days over the promised limit; frozen once the clock has stopped (R37)."""
    return max(0, -view.promised.left(calendar, counted_on(view, now))) if view.promised else 0


def findings(view: CaseView, calendars: Sequence[Calendar]) -> tuple[Finding, ...]:
    """What the events prove by themselves. `calendars`: every one that was ever in force, the present one last."""
    return (*_deemed_acceptance(view), *_mismatch(view, calendars), *_violations(view))


def _deemed_acceptance(view: CaseView) -> Iterator[Finding]:
    if view.accepted and view.accepted.deemed:
        reason = "收件后五个工作日内未作答复，依法自收件之日起视为受理。"
        yield Finding(Step("deemed-acceptance", Light.RED, "R05", reason), view.accepted.department)


def _mismatch(view: CaseView, calendars: Sequence[Calendar]) -> Iterator[Finding]:
    wrong = [told for told in view.announced if not believable(told, calendars)]
    if wrong:
        reason = "；".join(_contradiction(told, calendars[-1]) for told in wrong)
        yield Finding(Step("date-mismatch", Light.RED, wrong[0].rule, reason[:8000]), wrong[0].department)


def _violations(view: CaseView) -> Iterator[Finding]:
    """A department asked for money that it may not ask for (R62): an alert each."""
    for found in view.violations:
        reason = f"收费清单{found.list_id}涉嫌违规收费（{MONEY[found.kind]}）：{found.detail}"
        rung = f"violation-{found.violation_number}"[:80]
        yield Finding(Step(rung, Light.RED, "R62", reason[:8000]), found.department)


def _contradiction(told: Announced, calendar: Calendar) -> str:
    due = told.limit.due(calendar)
    return f"{told.what}公布为{told.due.on}，按事件重新计算应为{due.date if due else '中止计时，无到期日'}"


def believable(told: Announced, calendars: Sequence[Calendar]) -> bool:
    """Whether an announced date follows from its limit under a calendar that is or was in force.

    Provisional dates are not disputed: either side may know a year's plan that the other has yet to hear of (R36).
    """
    derived = [told.limit.due(calendar) for calendar in calendars]
    if told.due.provisional or any(day and day.provisional for day in derived[-1:]):
        return True
    return any(day is not None and day.date == told.due.on for day in derived)
