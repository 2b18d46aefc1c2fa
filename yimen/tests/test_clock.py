"""Clocks: forward only, shared through a file, the same after a restart."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yimen.clock import Clock, ClockMovedBack, FrozenClock, MovableClock, SystemClock

MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_system_clock_tells_real_time_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)
    assert SystemClock().now().tzinfo is UTC


def test_a_frozen_clock_stands_until_it_is_moved() -> None:
    clock = FrozenClock(MONDAY.astimezone(timezone(timedelta(hours=8))))
    assert clock.now() == clock.now() == MONDAY
    assert clock.now().tzinfo is UTC
    clock.advance(HOUR)
    clock.move_to(MONDAY + 2 * HOUR)
    assert clock.now() == MONDAY + 2 * HOUR


@pytest.mark.parametrize("clock", [FrozenClock(MONDAY), MovableClock(real=FrozenClock(MONDAY))])
def test_no_clock_goes_back(clock: FrozenClock | MovableClock) -> None:
    with pytest.raises(ClockMovedBack):
        clock.move_to(MONDAY - timedelta(microseconds=1))
    with pytest.raises(ClockMovedBack):
        clock.advance(-HOUR)
    clock.move_to(MONDAY)
    assert clock.now() == MONDAY


def test_a_movable_clock_goes_on_with_real_time_after_a_move() -> None:
    real = FrozenClock(MONDAY)
    clock: Clock = MovableClock(start=MONDAY - 9 * HOUR, real=real)
    assert clock.now() == MONDAY - 9 * HOUR
    real.advance(HOUR)
    assert clock.now() == MONDAY - 8 * HOUR


def test_processes_that_share_the_file_share_the_hour(tmp_path: Path) -> None:
    real, path = FrozenClock(MONDAY), tmp_path / "var" / "clock"
    one, other = MovableClock(path, real=real), MovableClock(path, real=real)
    assert one.now() == other.now() == MONDAY
    for hours in range(1, 30):  # faster than the file system's stamps tell apart
        (one if hours % 2 else other).advance(HOUR)
        assert one.now() == other.now() == MONDAY + hours * HOUR
    assert os.listdir(path.parent) == ["clock"]


def test_a_file_that_has_settled_is_noticed_when_it_changes(tmp_path: Path) -> None:
    real, path = FrozenClock(MONDAY), tmp_path / "clock"
    clock = MovableClock(path, start=MONDAY + HOUR, real=real)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert clock.now() == clock.now() == MONDAY + HOUR
    MovableClock(path, real=real).advance(HOUR)
    assert clock.now() == MONDAY + 2 * HOUR


def test_two_moves_under_one_stamp_of_the_file_system_are_both_seen(tmp_path: Path) -> None:
    path, just_now = tmp_path / "clock", time.time_ns() + 10**10
    clock = MovableClock(path, real=FrozenClock(MONDAY))
    for hours in (1, 2):
        path.write_text(str(hours * 3_600_000_000))
        os.utime(path, ns=(just_now, just_now))
        assert clock.now() == MONDAY + hours * HOUR


def test_a_move_survives_a_restart_and_outweighs_the_start(tmp_path: Path) -> None:
    real, path = FrozenClock(MONDAY), tmp_path / "clock"
    MovableClock(path, start=MONDAY + HOUR, real=real).advance(HOUR)
    assert path.read_text() == "7200000000"
    assert MovableClock(path, start=MONDAY, real=real).now() == MONDAY + 2 * HOUR


def test_a_vanished_file_does_not_throw_the_clock_back(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = MovableClock(path, start=MONDAY + HOUR, real=FrozenClock(MONDAY))
    path.unlink()
    assert clock.now() == MONDAY + HOUR


def test_threads_lose_no_move(tmp_path: Path) -> None:
    clock = MovableClock(tmp_path / "clock", real=FrozenClock(MONDAY))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: clock.advance(HOUR), range(40)))
    assert clock.now() == MONDAY + 40 * HOUR


@settings(deadline=None)  # every move waits for the disk
@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), max_size=8))
def test_moves_add_up_to_the_microsecond(tmp_path_factory: pytest.TempPathFactory, moves: list[timedelta]) -> None:
    path, real = tmp_path_factory.mktemp("clock") / "offset", FrozenClock(MONDAY)
    for move in moves:
        MovableClock(path, real=real).advance(move)
    assert MovableClock(path, real=real).now() == MONDAY + sum(moves, timedelta())


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FrozenClock(datetime.fromisoformat("2026-11-23T09:00"))
