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
from datetime import date, datetime, timedelta
from typing import Final

from services.monitor.domain.limits import LADDER, PROMISED, STATUTORY, Watch, passings
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.story import SERVICE_DAYS
from services.monitor.domain.views import Announced, CaseView
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind, Outcome
from yimen.worktime import Calendar, Limit, local_date

SEVERITY: Final = {Light.GREEN: 0, Light.BLUE: 1, Light.YELLOW: 2, Light.RED: 3}
GRACE_DAYS: Final = 1
"""Working days in which the hall returns what was not supplemented (R08), before the supervisor speaks of it."""


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


def case_watches(view: CaseView) -> Iterator[Watch]:
    """The limits of the case itself. Those of the promise and of the law colour its light."""
    lead, turn = view.lead, view.turn
    if view.answer is not None:
        yield Watch("deemed-acceptance", f"deemed-acceptance{turn}", lead, view.answer, view.answered_at)
    if view.supplement_by is not None:
        yield Watch(
            "supplement", f"supplement{turn}", lead, Limit(view.supplement_by, GRACE_DAYS), view.supplemented_at
        )
    if view.promised is not None:
        yield Watch(PROMISED, f"{PROMISED}{turn}", lead, view.promised, view.stopped_at, view.kind is not Kind.INSTANT)
    if view.statutory is not None:
        yield Watch(STATUTORY, f"{STATUTORY}{turn}", lead, view.statutory, view.stopped_at)
    if view.decided and view.decided.outcome is Outcome.GRANTED:
        yield Watch("service", f"service{turn}", lead, Limit(view.decided.decided_on, SERVICE_DAYS), view.served_at)


def reached(watches: Sequence[Watch], calendar: Calendar, book: Rulebook) -> tuple[Reached, ...]:
    """The rungs as the rulebook has them, without those that the centre has switched off."""
    return tuple(
        Reached(one, passing.department, passing.at)
        for passing in passings(watches, calendar, book)
        for one in step(book, passing.code, passing.rung)
    )


def rungs(view: CaseView, calendar: Calendar, book: Rulebook) -> tuple[Reached, ...]:
    """The rungs of a case's light in the order of the ladder; none beyond where it stands or stopped."""
    return on_ladder(reached(tuple(case_watches(view)), calendar, book))


def on_ladder(found: Sequence[Reached]) -> tuple[Reached, ...]:
    coloured = (rung for rung in found if rung.step.code in LADDER)
    return tuple(sorted(coloured, key=lambda rung: LADDER.index(rung.step.code)))


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
    """Dates that were told otherwise than the events have them. `calendars`: every one that was ever in force, the present
    one last."""
    return tuple(_mismatch(view, calendars, book))


def _mismatch(view: CaseView, calendars: Sequence[Calendar], book: Rulebook) -> Iterator[Finding]:
    wrong = [told for told in view.announced if not believable(told, calendars)]
    told = [_contradiction(one, calendars[-1]) for one in wrong] + list(_wrong_supplement(view, book))
    if told:
        rule, department = (wrong[0].rule, wrong[0].department) if wrong else ("R08", view.lead)
        for one in step(book, "date-mismatch", more="；".join(told)):
            yield Finding(replace(one, rule=rule), department)


def _wrong_supplement(view: CaseView, book: Rulebook) -> Iterator[str]:
    """R08: calendar days, as many as the centre has set; 0 where it does not want them compared."""
    days = book.numbers.get("supplement_days", 0)
    asked = view.correction
    if days and asked is not None:
        derived = local_date(asked.requested_at) + timedelta(days=days)
        if asked.supplement_by != derived:
            yield f"补正期限公布为{asked.supplement_by}，按事件重新计算应为{derived}"


def _contradiction(told: Announced, calendar: Calendar) -> str:
    due, bound = told.limit.due(calendar), "为" if told.exact else "不晚于"
    return f"{told.what}公布为{told.due.on}，按事件重新计算应{bound}{due.date if due else '中止计时，无到期日'}"


def believable(told: Announced, calendars: Sequence[Calendar]) -> bool:
    """Whether an announced date follows from its limit under a calendar that is or was in force.

    Provisional dates are not disputed: either side may know a year's plan that the other has yet to hear of (R36).
    """
    derived = [told.limit.due(calendar) for calendar in calendars]
    if told.due.provisional or any(day and day.provisional for day in derived[-1:]):
        return True
    days = (day.date for day in derived if day is not None)
    return any(day == told.due.on or (not told.exact and told.due.on < day) for day in days)


def unproved(told: Announced, calendar: Calendar) -> bool:
    """Whether it cannot be disputed only because the supervisor does not know the plan yet that it was told by."""
    due = told.limit.due(calendar)
    return due is not None and due.provisional and not told.due.provisional
