"""Sweeping rungs: once each, whoever sweeps and whatever happens to the sweepers."""

import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import timedelta

import pytest

from services.monitor.sweeping import Sweeper
from services.monitor.tests.harness import change, rows, supervisor, tell
from services.monitor.tests.samples import accepted, at, closed, due, paused, recorded, resumed, submitted
from yimen.contracts import monitor

CASES = 30
NEARLY = at(3, 13, 0)  # the ninth of ten days from Monday 2 March
LATE = at(3, 17, 0)


def numbered(count=CASES):
    """Cases that were accepted, all alike."""
    for number in range(count):
        which = {"case_number": f"K{number:04}"}
        yield from recorded(("/intake", event, at(3, 2)) for event in (submitted(**which), accepted(**which)))


async def raised(harness):
    return Counter((alert.case_number, alert.rung) for alert in await harness.events(monitor.AlertRaised))


def expected(*rungs, count=CASES):
    return {(f"K{number:04}", rung): 1 for number in range(count) for rung in rungs}


@pytest.mark.rule("R71")
async def test_two_sweepers_raise_each_alert_once(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered())
        for instant in (NEARLY, LATE):
            harness.clock.move_to(instant)
            sweepers = [Sweeper(harness.units, at_once=7) for _ in range(2)]
            swept = await asyncio.gather(*(sweeper.run_due() for sweeper in sweepers))
            assert sum(swept) == CASES
        assert await raised(harness) == expected("pre-alert", "promised")
        stored = await rows(harness, "SELECT count(*) AS n FROM alerts")
        assert stored == [{"n": 2 * CASES}]
        left = await rows(harness, "SELECT DISTINCT rung FROM rungs ORDER BY rung")
        assert [row["rung"] for row in left] == ["long-over", "statutory"]


@pytest.mark.rule("R71")
@pytest.mark.parametrize("moment", ["claimed", "committed"])
async def test_a_sweeper_that_is_killed_loses_no_alert_and_says_none_twice(database_url, moment):
    """kill -9 of a process: with its transaction open, and when it is done but nothing was sent yet."""
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered())
        harness.clock.move_to(NEARLY)
        await killed_when(moment, database_url)
        known = await raised(harness)
        assert len(known) == {"claimed": 0, "committed": 10}[moment]
        await Sweeper(harness.units).run_due()
        assert await raised(harness) == expected("pre-alert")
        assert await Sweeper(harness.units).run_due() == 0


async def killed_when(moment, database_url):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.monitor.tests.sweeping_process",
        database_url,
        NEARLY.isoformat(),
        moment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            assert (await process.stdout.readline()).decode().strip() == moment
    finally:
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()


@pytest.mark.rule("R37", "R78")
async def test_nothing_is_raised_of_a_clock_that_stands_or_has_stopped(database_url):
    async with supervisor(database_url) as harness:
        for number, last in enumerate((paused(at(3, 4)), closed(at(3, 4)))):
            which = {"case_number": f"K{number:04}"}
            events = (submitted(**which), accepted(**which), last.model_copy(update=which))
            await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in events))
        for day in (13, 17, 19, 30):
            harness.clock.move_to(at(3, day, 0))
            await harness.fire_timers()
        assert await raised(harness) == {}


async def test_a_rung_that_cannot_be_raised_stands_aside_and_holds_up_nobody(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(3))
        await change(harness, "UPDATE rungs SET department = 'not a code!' WHERE case_number = 'K0001'")
        harness.clock.move_to(NEARLY)
        await harness.fire_timers()
        assert await raised(harness) == {key: 1 for key in expected("pre-alert", count=3) if key[0] != "K0001"}
        await change(harness, "UPDATE rungs SET department = 'planning'")
        harness.clock.advance(timedelta(minutes=30))
        await harness.fire_timers()
        assert await raised(harness) == expected("pre-alert", count=3)


@pytest.mark.rule("R72")
async def test_a_rung_is_swept_by_the_hour_at_which_it_is_reached_whatever_order_it_was_set_in(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(2))
        found = await rows(harness, "SELECT DISTINCT at FROM rungs ORDER BY at")
        assert len(found) == 4
        for known, row in enumerate(found, start=1):
            moment = row["at"] if not isinstance(row["at"], str) else type(LATE).fromisoformat(row["at"])
            harness.clock.move_to(moment)
            assert await Sweeper(harness.units).run_due() == 2
            assert len(await raised(harness)) == 2 * known


async def test_a_changed_limit_moves_the_rungs_and_leaves_none_behind(database_url):

    told = [submitted(), accepted(), paused(at(3, 4)), resumed(at(3, 10), due(3, 20), due(5, 13))]
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in told[:2]))
        before = await rows(harness, "SELECT rung, at FROM rungs ORDER BY rung")
        await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in told))
        after = await rows(harness, "SELECT rung, at FROM rungs ORDER BY rung")
        assert [row["rung"] for row in before] == [row["rung"] for row in after]
        assert all(str(old["at"]) < str(new["at"]) for old, new in zip(before, after, strict=True))
