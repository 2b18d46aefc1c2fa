"""The department's own clock, as the queue shows it."""

from datetime import UTC, date, datetime

import pytest

from services.approval.domain import moves
from services.approval.tests import samples
from services.approval.tests.samples import CALENDAR, SIGNER
from yimen.contracts.parts import PauseKind


def at(month: int, day: int) -> datetime:
    """Noon in Shanghai."""
    return datetime(2026, month, day, 4, tzinfo=UTC)


def paused(state, month: int, day: int):
    return moves.pause(state, PauseKind.TESTING, "消防法第十五条", 5, SIGNER, at(month, day))[0]


def resumed(state, month: int, day: int):
    return moves.resume(state, SIGNER, at(month, day), CALENDAR)[0]


@pytest.mark.rule("R20")
def test_seven_working_days_from_a_monday_end_on_the_wednesday_of_the_next_week():
    assert samples.received().due(CALENDAR).date == date(2026, 3, 11)


@pytest.mark.rule("R26", "R27")
def test_a_pause_gives_back_the_working_days_inside_it():
    state = paused(samples.received(limit_days=20), 3, 9)
    assert state.due(CALENDAR) is None
    assert resumed(state, 3, 13).due(CALENDAR).date == date(2026, 4, 3)


@pytest.mark.rule("R26")
def test_days_left_stand_still_while_the_clock_stands():
    state = paused(samples.received(), 3, 4)
    assert [state.days_left(CALENDAR, date(2026, 3, day)) for day in (4, 5, 31)] == [5, 5, 5]


def test_days_left_reach_zero_on_the_last_day_and_go_below_it():
    days = [samples.received().days_left(CALENDAR, date(2026, 3, day)) for day in (2, 10, 11, 12, 13)]
    assert days == [7, 1, 0, -1, -2]


@pytest.mark.rule("R37")
@pytest.mark.parametrize("close", [samples.decided, samples.deemed, samples.cancelled])
def test_nothing_runs_once_the_review_is_closed(close):
    assert close(samples.received()).days_left(CALENDAR, date(2026, 6, 1)) is None


@pytest.mark.rule("R36")
def test_a_limit_that_reaches_into_an_unannounced_year_says_so():
    state = samples.opened(requested_on=date(2026, 12, 30), limit_days=10)
    assert state.due(CALENDAR).provisional
