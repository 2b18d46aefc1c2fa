"""Lights (监察灯) and what deserves an alert: which rung a clock reaches at which instant.

Guarantees: a light and its alert follow from the same instants, so they cannot disagree. A clock that stands or has
stopped reaches no further rung (R78); what it had reached when it stopped stays (R37).

Which alerts there are, their colours and words, and the thresholds are the rulebook's. Pre-alert (R70): at a share of the
promised working days, or with some left; a day counts as used from its beginning. Limits of hardly more days than should
be left would be blue from the start: there only the share counts. An instant item (即办件) has no pre-alert: it is done on
the same visit or it is late. Long over (R72): from the beginning of the working day on which so many are late.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.views import Announced, CaseView
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind
from yimen.terms import MONEY
from yimen.worktime import Calendar, Limit, end_of_day, local_date, start_of_day

SEVERITY: Final = {Light.GREEN: 0, Light.BLUE: 1, Light.YELLOW: 2, Light.RED: 3}
PRE_ALERT, PROMISED, LONG_OVER, STATUTORY = LADDER = ("pre-alert", "promised", "long-over", "statutory")


@dataclass(frozen=True, slots=True)
class Step:
    """An alert before it is known when it is reached. `code`: its row in the rulebook; `rung`: the code, or which one of
    the several that a case may have."""

    code: str
    rung: str
    level: Light
    rule: str
    reason: str


def step(book: Rulebook, code: str, rung: str | None = None, more: str = "") -> Iterator[Step]:
    """As the rulebook has it; none where the centre has switched it off."""
    rule = book.alert(code)
    if rule:
        yield Step(code, (rung or code)[:80], rule.level, rule.rule, f"{rule.text}{more}"[:8000])


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


def pre_alert_days(limit: Limit, share_percent: int, days_left: int) -> int:
    """How many days may be used up before the limit counts as nearly over; at least 1."""
    by_share = -(-limit.total * share_percent // 100)
    short = limit.total <= 2 * days_left
    return max(1, by_share if short else min(by_share, limit.total - days_left))


def rungs(view: CaseView, calendar: Calendar, book: Rulebook) -> tuple[Reached, ...]:
    """The rungs of a case's clock in the order of the ladder; none beyond where it stands or stopped."""
    lead = view.department or ""
    reached = (
        Reached(one, lead, at)
        for code in LADDER
        for one in step(book, code)
        if (at := _instant(code, view, calendar, book))
    )
    return tuple(rung for rung in reached if _while_running(rung, view))


def _while_running(rung: Reached, view: CaseView) -> bool:
    if view.stopped_at is None:
        return True
    return rung.at <= view.stopped_at and rung.step.code != PRE_ALERT


def _instant(code: str, view: CaseView, calendar: Calendar, book: Rulebook) -> datetime | None:
    limit = view.statutory if code == STATUTORY else view.promised
    due = limit.due(calendar) if limit else None
    if limit is None or due is None:
        return None
    if code == LONG_OVER:
        return start_of_day(calendar.add(due.date, book.number("red_after_days")).date)
    if code != PRE_ALERT:
        return end_of_day(due.date)
    if view.kind is Kind.INSTANT or limit.total == 0:
        return None
    used = pre_alert_days(limit, book.number("pre_alert_percent"), book.number("pre_alert_days_left"))
    nearly = replace(limit, budget=used, extension=0).due(calendar)
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


def findings(view: CaseView, calendars: Sequence[Calendar], book: Rulebook) -> tuple[Finding, ...]:
    """What the events prove by themselves. `calendars`: every one that was ever in force, the present one last."""
    return (*_deemed_acceptance(view, book), *_mismatch(view, calendars, book), *_violations(view, book))


def _deemed_acceptance(view: CaseView, book: Rulebook) -> Iterator[Finding]:
    if view.accepted and view.accepted.deemed:
        for one in step(book, "deemed-acceptance"):
            yield Finding(one, view.accepted.department)


def _mismatch(view: CaseView, calendars: Sequence[Calendar], book: Rulebook) -> Iterator[Finding]:
    wrong = [told for told in view.announced if not believable(told, calendars)]
    if wrong:
        reasons = "；".join(_contradiction(told, calendars[-1]) for told in wrong)
        for one in step(book, "date-mismatch", more=reasons):
            yield Finding(one, wrong[0].department)


def _violations(view: CaseView, book: Rulebook) -> Iterator[Finding]:
    """A department asked for money that it may not ask for (R62): an alert each."""
    for found in view.violations:
        more = f"收费清单{found.list_id}（{MONEY[found.kind]}）：{found.detail}"
        for one in step(book, "fee-violation", f"violation-{found.violation_number}", more):
            yield Finding(one, found.department)


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
