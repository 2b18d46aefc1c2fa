"""Quiet hours, the day's cap and test numbers, at their edges."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.hours import (
    MAIL,
    SMS,
    QuietHours,
    is_capped,
    is_test_number,
    sms_day,
    waits_until,
)
from yimen.worktime import SHANGHAI

NIGHT = QuietHours(time(21), time(8))
MICROSECOND = timedelta(microseconds=1)


def at(day: int, *clock: int) -> datetime:
    """That time in Shanghai, as it is stored."""
    hour, minute, second, microsecond = (*clock, 0, 0, 0)[:4]
    return datetime(2026, 3, day, hour, minute, second, microsecond, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(2, 20, 59, 59, 999_999), None),
        (at(2, 21, 0, 0), at(3, 8)),
        (at(2, 23, 59, 59), at(3, 8)),
        (at(3, 0, 0, 0), at(3, 8)),
        (at(3, 7, 59, 59), at(3, 8)),
        (at(3, 7, 59, 59, 999_999), at(3, 8)),
        (at(3, 8, 0, 0), None),
        (at(3, 12, 0, 0), None),
        (datetime(2026, 12, 31, 22, tzinfo=SHANGHAI), datetime(2027, 1, 1, 8, tzinfo=SHANGHAI)),
    ],
)
def test_the_night_ends_at_eight_in_the_morning_after_it(now: datetime, until: datetime | None) -> None:
    assert NIGHT.until(now) == until


def test_hours_within_a_day_and_no_hours_at_all() -> None:
    noon = QuietHours(time(12), time(14, 30))
    assert noon.until(at(2, 12)) == at(2, 14, 30)
    assert noon.until(at(2, 14, 30)) is None
    assert noon.until(at(2, 11, 59)) is None
    assert QuietHours(time(8), time(8)).until(at(2, 8)) is None


@given(
    now=st.integers(0, 86_400_000_000).map(lambda us: at(2, 0) + timedelta(microseconds=us)),
    begins=st.times(),
    ends=st.times(),
)
def test_what_waits_waits_less_than_a_day_and_until_no_quiet_hour(now: datetime, begins: time, ends: time) -> None:
    quiet = QuietHours(begins.replace(microsecond=0), ends.replace(microsecond=0))
    until = quiet.until(now)
    if until is None:
        return
    assert now < until <= now + timedelta(days=1)
    assert quiet.until(until) is None
    assert quiet.until(until - MICROSECOND) == until


def test_only_what_rings_and_is_not_urgent_waits() -> None:
    night = at(2, 22)
    assert waits_until(NIGHT, night, channel=SMS, urgent=False) == at(3, 8)
    assert waits_until(NIGHT, night, channel=SMS, urgent=True) is None
    assert waits_until(NIGHT, night, channel=MAIL, urgent=False) is None


def test_the_cap_is_of_a_day_in_shanghai() -> None:
    assert not is_capped(19, 20)
    assert is_capped(20, 20)
    assert sms_day(at(2, 23, 59, 59, 999_999)) != sms_day(at(3, 0))
    assert sms_day(at(3, 0)) == sms_day(at(3, 23, 59))


def test_a_test_number_is_named_whole_or_by_its_beginning() -> None:
    entries = ("13900000001", "1380000*")
    assert is_test_number("13900000001", entries)
    assert is_test_number("13800001234", entries)
    assert not is_test_number("139000000011", entries)
    assert not is_test_number("13800011234", entries)
    assert not is_test_number("13900000001", ())
