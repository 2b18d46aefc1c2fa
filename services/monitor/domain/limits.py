"""What the supervisor watches of a case: limits, each with the alert that follows when it passes, as a row keeps them.

Guarantees: a watch holds no date that a calendar or the rulebook could move, so that a changed plan or book needs the
watches of a case and none of its events (R35). What ended before a rung was reached never reaches it; what had been reached
by then stays (R37).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from services.monitor.domain.rulebook import Rulebook
from yimen.worktime import Calendar, Day, Limit, Pause, end_of_day, start_of_day

PRE_ALERT, PROMISED, LONG_OVER, STATUTORY = LADDER = ("pre-alert", "promised", "long-over", "statutory")
STAGE: Final = "stage"
_SET_BY_THE_BOOK: Final = {"upward": "forward_days", "reply": "reply_days"}
"""Limits whose days a centre sets (C): code -> number of the rulebook."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A limit, whose it is, and when it ended. `nearly`: a pre-alert comes before its end (R70)."""

    code: str
    rung: str
    department: str
    limit: Limit
    until: datetime | None = None
    nearly: bool = False


@dataclass(frozen=True, slots=True)
class Passing:
    """The instant at which a watch, as its clock runs now, reaches a rung."""

    code: str
    rung: str
    department: str
    at: datetime


@lru_cache(maxsize=65536)
def due_of(limit: Limit, calendar: Calendar) -> Day | None:
    """Counted once: of many open cases few differ in all of start, days and pauses."""
    return limit.due(calendar)


def passings(watches: Sequence[Watch], calendar: Calendar, book: Rulebook) -> tuple[Passing, ...]:
    """The rungs that are reached, or will be. Of a stage only while the whole case is in time (R73)."""
    found = [
        Passing(code, rung, watch.department, at)
        for watch in watches
        for code, rung, at in _of_watch(watch, calendar, book)
        if watch.until is None or at <= watch.until
    ]
    over = min((one.at for one in found if one.code == PROMISED), default=None)
    return tuple(one for one in found if one.code != STAGE or over is None or one.at < over)


def _of_watch(watch: Watch, calendar: Calendar, book: Rulebook) -> Iterator[tuple[str, str, datetime]]:
    limit = limit_of(watch, book)
    due = due_of(limit, calendar)
    if due is None:
        return
    if watch.code != PROMISED:
        yield watch.code, watch.rung, end_of_day(due.date)
        return
    yield from _before_the_promise(watch, calendar, book)
    yield PROMISED, watch.rung, end_of_day(due.date)
    days = book.number("red_after_days")
    late = due_of(Limit(due.date, days, limit.pauses), calendar)  # a pause that came too late stops this much (R78)
    if late is not None:
        yield LONG_OVER, _beside(watch, LONG_OVER), start_of_day(late.date)


def _before_the_promise(watch: Watch, calendar: Calendar, book: Rulebook) -> Iterator[tuple[str, str, datetime]]:
    limit = watch.limit
    if watch.nearly and watch.until is None and limit.total:
        used = pre_alert_days(limit, book.number("pre_alert_percent"), book.number("pre_alert_days_left"))
        nearly = due_of(replace(limit, budget=used, extension=0), calendar)
        if nearly is not None:
            yield PRE_ALERT, _beside(watch, PRE_ALERT), start_of_day(nearly.date)


def _beside(watch: Watch, code: str) -> str:
    """Named like the promise's own rung: of the same round of the case (R17)."""
    return f"{code}{watch.rung.removeprefix(PROMISED)}"


def limit_of(watch: Watch, book: Rulebook) -> Limit:
    """With the days that the centre has set for it."""
    name = _SET_BY_THE_BOOK.get(watch.code)
    days = book.numbers.get(name) if name else None
    return watch.limit if days is None else replace(watch.limit, budget=days)


def pre_alert_days(limit: Limit, share_percent: int, days_left: int) -> int:
    """How many days may be used up before the limit counts as nearly over; at least 1."""
    by_share = -(-limit.total * share_percent // 100)
    short = limit.total <= 2 * days_left
    return max(1, by_share if short else min(by_share, limit.total - days_left))


def pack(watches: Sequence[Watch]) -> list[list[Any]]:
    """As a row keeps them."""
    return [
        [
            watch.code,
            watch.rung,
            watch.department,
            [watch.limit.start.isoformat(), watch.limit.budget, watch.limit.extension],
            [[pause.start.isoformat(), pause.end and pause.end.isoformat()] for pause in watch.limit.pauses],
            watch.until and watch.until.isoformat(),
            watch.nearly,
        ]
        for watch in watches
    ]


def unpack(rows: Sequence[Sequence[Any]]) -> tuple[Watch, ...]:
    return tuple(_unpacked(*row) for row in rows)


def _unpacked(
    code: str, rung: str, department: str, days: list[Any], pauses: list[Any], until: str | None, nearly: bool
) -> Watch:
    start, budget, extension = days
    stood = tuple(Pause(date.fromisoformat(begin), end and date.fromisoformat(end)) for begin, end in pauses)
    limit = Limit(date.fromisoformat(start), budget, stood, extension)
    return Watch(code, rung, department, limit, datetime.fromisoformat(until) if until else None, nearly)


def alive(watches: Sequence[Watch]) -> bool:
    """Whether any of them still runs, or stands: a changed calendar can move it."""
    return any(watch.until is None for watch in watches)


def sooner(*instants: datetime | None) -> datetime | None:
    """The first of those that are known."""
    return min((at for at in instants if at is not None), default=None)
