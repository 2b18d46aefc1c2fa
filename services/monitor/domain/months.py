"""Months (YYYY-MM) and quarters (YYYY-Qn) by the calendar of Shanghai, as scores count them."""

from datetime import date, datetime

from yimen.worktime import local_date, start_of_day

MONTH = r"^20\d{2}-(0[1-9]|1[0-2])$"
PERIOD = r"^20\d{2}(-Q[1-4])?$"
"""A quarter or a year."""


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def month_at(instant: datetime) -> str:
    return month_of(local_date(instant))


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def after(month: str, count: int = 1) -> str:
    """The month `count` months later; earlier where it is negative."""
    day = first_day(month)
    years, months = divmod(day.month - 1 + count, 12)
    return f"{day.year + years:04}-{months + 1:02}"


def end_of(month: str) -> datetime:
    """The first instant that no longer belongs to it."""
    return start_of_day(first_day(after(month)))


def last_day(month: str) -> date:
    return date.fromordinal(first_day(after(month)).toordinal() - 1)


def quarter_of(month: str) -> str:
    day = first_day(month)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def months_of(quarter: str) -> tuple[str, str, str]:
    first = f"{quarter[:4]}-{int(quarter[-1]) * 3 - 2:02}"
    return first, after(first), after(first, 2)


def is_year(period: str) -> bool:
    return len(period) == 4


def months_of_year(year: str) -> tuple[str, ...]:
    return tuple(f"{year}-{month:02}" for month in range(1, 13))
