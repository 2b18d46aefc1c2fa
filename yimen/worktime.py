"""Working days (工作日) and the limits (时限) counted in them: Administrative Licensing Law, Art. 82.

Guarantees: pure and exact. A limit is its budget, start, pauses and extension; its date is always derived, so a
changed calendar moves every open limit (R35). The day a limit starts is not counted; the last day counts whole. A year
whose plan is not announced has its weekends off and nothing else, and every result that reaches into it says
`provisional` (R36).

Does not: know which plan is in force (whoever keeps the plans builds the `Calendar`), what o'clock it is, or whether a
pause or an extension was lawful.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANNOUNCED = range(2004, 2027)
"""Years whose plan the State Council has announced. Beyond them `holidays` guesses, without worked weekends."""

STATUTORY_DAYS = 20
"""Working days to decide in where no other law says otherwise (R22, Art. 42)."""

_ONE_DAY = dt.timedelta(days=1)
_SATURDAY = 5


class PlanError(ValueError):
    """A yearly plan that contradicts itself; the sentence is for the one who edits it."""


def local_date(instant: dt.datetime) -> dt.date:
    """The legal day on which `instant` falls. A datetime without a time zone is refused: it names no instant."""
    return _local(instant).date()


def start_of_day(day: dt.date) -> dt.datetime:
    """The first moment of that day in Shanghai, as an instant in UTC."""
    return dt.datetime.combine(day, dt.time.min, SHANGHAI).astimezone(dt.UTC)


def end_of_day(day: dt.date) -> dt.datetime:
    """The first moment *after* that day in Shanghai, in UTC: in time means `instant < end_of_day(due)`."""
    return start_of_day(day + _ONE_DAY)


def _local(instant: dt.datetime) -> dt.datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"a datetime without a time zone is not an instant: {instant!r}")
    return instant.astimezone(SHANGHAI)


@dataclass(frozen=True)
class YearPlan:
    """One year's plan (放假安排): days off beside the weekends, weekend days worked instead (调休上班).

    May name days of the December before: New Year's plan has more than once made people work in the old year.
    """

    year: int
    days_off: frozenset[dt.date]
    worked_weekends: frozenset[dt.date]
    version: int = 1

    def __post_init__(self) -> None:
        if both := self.days_off & self.worked_weekends:
            raise PlanError(f"{min(both)}既列为放假日又列为上班日，请只保留一处。")
        if weekdays := {day for day in self.worked_weekends if day.weekday() < _SATURDAY}:
            raise PlanError(f"{min(weekdays)}不是周末，无需列为调休上班日，请核对日期。")
        if foreign := {day for day in self.days_off | self.worked_weekends if not self._speaks_of(day)}:
            raise PlanError(f"{min(foreign)}不在{self.year}年放假安排范围内，请核对年份。")

    def _speaks_of(self, day: dt.date) -> bool:
        return day.year == self.year or (day.year, day.month) == (self.year - 1, 12)


@dataclass(frozen=True, order=True)
class Day:
    """A derived day; `provisional` if the plan of a year that was counted through is still to come (R36)."""

    date: dt.date
    provisional: bool = False


class Calendar:
    """Which days are worked. Immutable: a new plan makes a new calendar.

    Each year's working days are listed once, when first asked for; a day's place in the list is its prefix sum, so
    counting and adding are binary searches.
    """

    def __init__(self, plans: Iterable[YearPlan] = ()) -> None:
        self.plans: Mapping[int, YearPlan] = {
            plan.year: plan for plan in sorted(plans, key=lambda plan: (plan.year, plan.version))
        }
        self._exceptions: dict[dt.date, bool] = {}
        for plan in self.plans.values():  # in order of years: on days both name, the later plan has the last word
            self._exceptions |= dict.fromkeys(plan.days_off, False) | dict.fromkeys(plan.worked_weekends, True)
        self._years: dict[int, list[dt.date]] = {}

    @staticmethod
    @cache
    def seeded() -> Calendar:
        """The announced years, from the `holidays` package."""
        china = holidays.country_holidays("CN", years=ANNOUNCED, expand=False)
        return Calendar(
            YearPlan(
                year,
                days_off=frozenset(day for day in china if day.year == year),
                worked_weekends=frozenset(day for day in china.weekend_workdays if day.year == year),
            )
            for year in ANNOUNCED
        )

    def with_plan(self, plan: YearPlan) -> Calendar:
        """A calendar in which `plan` stands for its year, whatever stood there before."""
        return Calendar({**self.plans, plan.year: plan}.values())

    def is_working_day(self, day: dt.date) -> bool:
        return self._exceptions.get(day, day.weekday() < _SATURDAY)

    def is_provisional(self, year: int) -> bool:
        return year not in self.plans

    def working_days(self, after: dt.date, through: dt.date) -> int:
        """Working days in (after, through]; 0 if `through` is not later."""
        if through <= after:
            return 0
        whole_years = sum(len(self._worked(year)) for year in range(after.year, through.year))
        return whole_years + self._place(through) - self._place(after)

    def add(self, start: dt.date, days: int) -> Day:
        """The `days`-th working day after `start`, which itself is not counted; `start`, whatever day it is, for 0."""
        if days < 0:
            raise ValueError(f"limits run forward, not {days} days")
        if days == 0:
            return self.span(start, start)
        place, year = self._place(start) + days, start.year
        while place > len(self._worked(year)):
            place, year = place - len(self._worked(year)), year + 1
        return self.span(start, self._worked(year)[place - 1])

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day strictly after `day`."""
        return self.add(day, 1).date

    def on_or_after(self, day: dt.date) -> dt.date:
        return day if self.is_working_day(day) else self.next_working_day(day)

    def span(self, start: dt.date, through: dt.date) -> Day:
        """`through` as the outcome of counting (start, through]: provisional if that touches a year without a plan."""
        first = min(start + _ONE_DAY, through)
        return Day(through, any(self.is_provisional(year) for year in range(first.year, through.year + 1)))

    def _place(self, day: dt.date) -> int:
        """Working days of its year up to and with `day`."""
        return bisect_right(self._worked(day.year), day)

    def _worked(self, year: int) -> list[dt.date]:
        if year not in self._years:
            first = dt.date(year, 1, 1)
            length = dt.date(year, 12, 31).toordinal() - first.toordinal() + 1
            days = (first + dt.timedelta(days=n) for n in range(length))
            self._years[year] = [day for day in days if self.is_working_day(day)]
        return self._years[year]


@dataclass(frozen=True, order=True)
class Pause:
    """The clock stands (中止计时): working days in (start, end] are not counted. `end` None: still standing."""

    start: dt.date
    end: dt.date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"a pause cannot end on {self.end}, before it began on {self.start}")


def paused_days(calendar: Calendar, pauses: Sequence[Pause], through: dt.date) -> int:
    """Working days in the union of the pauses, never their sum (R27). An open pause runs until `through`."""
    counted, standing_until = 0, dt.date.min
    for pause in sorted(pauses, key=lambda pause: pause.start):
        end = through if pause.end is None else min(pause.end, through)
        counted += calendar.working_days(max(pause.start, standing_until), end)
        standing_until = max(standing_until, end)
    return counted


@dataclass(frozen=True)
class Limit:
    """So many working days from `start`, which is not counted. Values only: every date is derived.

    Days are used up one by one until the budget and the extension are spent; that day is the due date. A pause keeps
    the days inside it from being used up if it begins before the due date or on it. (On it, the last day is unfinished:
    it is given back on the day the pause ends, or the working day after.) One that begins later changes nothing:
    lateness is not undone, nor kept from growing, by stopping a clock that has run out.
    """

    start: dt.date
    budget: int
    pauses: tuple[Pause, ...] = ()
    extension: int = 0

    def __post_init__(self) -> None:
        if self.budget < 0 or self.extension < 0:
            raise ValueError(f"a limit cannot have {self.budget} + {self.extension} days")

    @property
    def total(self) -> int:
        return self.budget + self.extension

    def due(self, calendar: Calendar) -> Day | None:
        """The last day that is in time, always a working day; None while the clock stands."""
        return self._run(calendar)[0]

    def elapsed(self, calendar: Calendar, on: dt.date) -> int:
        """Working days used up through `on`: the start is not counted, nor are days in a pause."""
        return self.total - self.left(calendar, on)

    def left(self, calendar: Calendar, on: dt.date) -> int:
        """Working days left after `on`; 0 on the due date, negative when late."""
        due, stood = self._run(calendar)
        if due is not None and on > due.date:
            return -calendar.working_days(due.date, on)
        used = calendar.working_days(self.start, on) - paused_days(calendar, stood, on)
        return max(0, self.total - used)

    def share(self, calendar: Calendar, on: dt.date) -> Fraction:
        """Part of the limit used up through `on`; above 1 when late. A limit of no days is used up from the first."""
        return Fraction(self.elapsed(calendar, on), self.total) if self.total else Fraction(1)

    def _run(self, calendar: Calendar) -> tuple[Day | None, list[Pause]]:
        """Use the days up from pause to pause: the due date, and the pauses that came in time, cut at `start`."""
        at, remaining, stood = self.start, self.total, list[Pause]()
        for pause in sorted(self.pauses, key=lambda pause: pause.start):
            begin = max(pause.start, at)
            if pause.end is not None and pause.end <= at:
                continue
            if begin > self._reach(calendar, at, remaining):
                break
            stood.append(Pause(begin, pause.end))
            if pause.end is None:
                return None, stood
            remaining = max(0, remaining - calendar.working_days(at, begin))
            at = pause.end
        return calendar.span(self.start, self._reach(calendar, at, remaining)), stood

    @staticmethod
    def _reach(calendar: Calendar, at: dt.date, remaining: int) -> dt.date:
        return calendar.on_or_after(calendar.add(at, remaining).date)


@dataclass(frozen=True)
class Hours:
    """Opening hours of the hall (办公时间) on a working day, Shanghai time."""

    opens: dt.time = dt.time(9)
    closes: dt.time = dt.time(17)


def same_visit_due(calendar: Calendar, received: dt.datetime, hours: Hours | None = None) -> Day:
    """The day an instant item (即办件) is due (R29): that of its receipt, or the next working day.

    The next, if it came on a rest day or after closing. Closing time itself is after closing: with 17:00, 16:59:59.999
    is still in. Before opening on a working day counts for that day: nobody loses by coming early.
    """
    local = _local(received)
    closes = (hours or Hours()).closes
    if calendar.is_working_day(local.date()) and local.time() < closes:
        return calendar.span(local.date(), local.date())
    return calendar.add(local.date(), 1)
