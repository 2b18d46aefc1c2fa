"""Lights at the law's edges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.clocks import days_late, light, rungs
from services.monitor.domain.fold import fold
from services.monitor.domain.limits import pre_alert_days
from services.monitor.tests.books import BOOK, book_with
from services.monitor.tests.samples import NUMBER, accepted, at, closed, decided, due, from_intake, paused, submitted
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind
from yimen.worktime import Calendar, Limit, end_of_day, start_of_day

CALENDAR = Calendar.seeded()
MOMENT = timedelta(microseconds=1)


def case(days=10, *later, **changes):
    return fold(NUMBER, from_intake(submitted(), accepted(days, due(12, 31), **changes), *later))


def light_of(view, now, book=BOOK):
    return light(rungs(view, CALENDAR, book), now)


@pytest.mark.rule("R70")
@pytest.mark.parametrize(
    ("days", "first_blue"),
    [(20, (3, 26)), (10, (3, 13)), (5, (3, 6)), (3, (3, 4)), (2, (3, 4)), (1, (3, 3))],
    ids=["18th of 20", "9th of 10", "one left of 5", "one left of 3", "last of 2", "the only one"],
)
def test_blue_begins_at_ninety_percent_or_with_one_day_left(days, first_blue):
    begins = start_of_day(date(2026, *first_blue))
    assert light_of(case(days), begins - MOMENT) is Light.GREEN
    assert light_of(case(days), begins) is Light.BLUE


@pytest.mark.rule("R70")
@given(st.integers(1, 60))
def test_no_case_is_blue_on_the_day_of_its_acceptance(days):
    assert light_of(case(days), at(3, 2, 23, 59)) is Light.GREEN


@pytest.mark.rule("R70")
@given(st.integers(1, 200), st.integers(1, 100), st.integers(0, 20))
def test_the_pre_alert_comes_within_the_limit_whatever_the_thresholds(days, share, left):
    used = pre_alert_days(Limit(date(2026, 3, 2), days), share, left)
    assert 1 <= used <= days


@pytest.mark.rule("R29", "R70")
def test_an_instant_case_has_no_pre_alert():
    view = case(0, kind=Kind.INSTANT)
    instant = fold(NUMBER, from_intake(submitted(Kind.INSTANT), view.accepted))
    assert light_of(instant, at(3, 2, 9)) is Light.GREEN
    assert light_of(instant, at(3, 2, 23, 59)) is Light.GREEN
    assert light_of(instant, at(3, 3, 0)) is Light.YELLOW


@pytest.mark.rule("R71")
def test_the_last_minute_of_the_last_promised_day_is_in_time():
    assert light_of(case(), at(3, 16, 23, 59)) is Light.BLUE
    assert light_of(case(), end_of_day(date(2026, 3, 16)) - MOMENT) is Light.BLUE
    assert light_of(case(), end_of_day(date(2026, 3, 16))) is Light.YELLOW


@pytest.mark.rule("R71")
def test_a_centre_may_show_red_as_soon_as_the_promise_is_broken():
    assert light_of(case(), at(3, 17, 0), book_with(promised={"level": "red"})) is Light.RED


@pytest.mark.rule("R72")
def test_red_begins_when_the_statutory_limit_has_passed():
    patient = book_with(numbers={"red_after_days": 60})
    assert light_of(case(), at(5, 8, 23, 59), patient) is Light.YELLOW
    assert light_of(case(), at(5, 9, 0), patient) is Light.RED


@pytest.mark.rule("R72")
def test_red_begins_on_the_working_day_on_which_the_promise_is_three_days_late():
    """Promised for Monday the 16th: the third working day over it is Thursday the 19th."""
    begins = start_of_day(date(2026, 3, 19))
    assert days_late(case(), CALENDAR, begins) == 3
    assert light_of(case(), begins - MOMENT) is Light.YELLOW
    assert light_of(case(), begins) is Light.RED


@pytest.mark.rule("R70", "R71", "R72")
def test_an_alert_that_is_switched_off_is_no_rung():
    book = book_with(pre_alert={"enabled": False}, long_over={"enabled": False})
    assert [rung.step.rung for rung in rungs(case(), CALENDAR, book)] == ["promised", "statutory"]


@pytest.mark.rule("R70")
def test_the_pre_alert_follows_the_numbers_of_the_book():
    early = book_with(numbers={"pre_alert_percent": 50, "pre_alert_days_left": 1})
    assert light_of(case(), at(3, 9, 0) - MOMENT, early) is Light.GREEN
    assert light_of(case(), at(3, 9, 0), early) is Light.BLUE


@pytest.mark.rule("R78")
def test_a_clock_that_stands_reaches_nothing():
    standing = case(10, paused(at(3, 12)))
    assert standing.paused
    assert light_of(standing, at(9, 1)) is Light.GREEN


@pytest.mark.rule("R78")
def test_a_pause_that_comes_too_late_does_not_undo_lateness_and_nothing_more_is_reached_in_it():
    standing = case(10, paused(at(3, 18)))
    assert light_of(standing, at(9, 1)) is Light.YELLOW
    assert [rung.step.rung for rung in rungs(standing, CALENDAR, BOOK)] == ["pre-alert", "promised"]
    assert days_late(standing, CALENDAR, at(3, 20)) == 4


@pytest.mark.rule("R78")
def test_a_case_decided_in_time_is_green_for_ever():
    done = case(10, decided(at(3, 16, 23, 59)), closed(at(3, 20)))
    assert light_of(done, at(12, 1)) is Light.GREEN
    assert days_late(done, CALENDAR, at(12, 1)) == 0


@pytest.mark.rule("R37")
def test_lateness_is_frozen_when_the_clock_stops():
    done = case(10, decided(at(3, 18)), closed(at(4, 20)))
    assert light_of(done, at(12, 1)) is Light.YELLOW
    assert days_late(done, CALENDAR, at(12, 1)) == 2
    assert days_late(case(), CALENDAR, at(3, 20)) == 4


@pytest.mark.rule("R70", "R71", "R72")
@given(st.integers(1, 45), st.integers(0, 100))
def test_the_light_agrees_with_the_days_that_the_limits_count(days, later):
    """The instants of the rungs, and counting days one by one, are two ways to the same light."""
    view, day = case(days), date(2026, 3, 2) + timedelta(later)
    promised, statutory = view.promised, view.statutory
    expected = Light.GREEN
    if promised.elapsed(CALENDAR, day) >= pre_alert_days(promised, 90, 1) and CALENDAR.is_working_day(day):
        expected = Light.BLUE
    if promised.left(CALENDAR, day) < 0:
        expected = Light.YELLOW
    if statutory.left(CALENDAR, day) < 0 or promised.left(CALENDAR, day) <= -3:
        expected = Light.RED
    if CALENDAR.is_working_day(day):
        assert light_of(view, start_of_day(day)) is expected
