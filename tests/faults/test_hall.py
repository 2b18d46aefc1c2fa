"""The hall in one process, killed again and again while the standard day is played."""

import asyncio
import random
import sqlite3
from pathlib import Path

from sim.demo.day import Day
from sim.demo.hall import Hall
from sim.demo.playing import play
from tests.faults.dose import dice, dose
from tests.support.hall import HallProcess, faults_of, running

KILLS = dose(3, 12)


async def test_embedded_hall_killed_at_random_points_ten_times(tmp_path: Path) -> None:
    """After restart every case ends as it should: requests are repeated under the same key, as a front end does."""
    process = HallProcess(tmp_path)
    async with running(process):
        async with Hall(process.base, patience=120) as hall:
            playing = asyncio.create_task(play(hall, Day(hall)))
            await _keep_killing(process, playing, dice("hall"))
            stories = await playing
        assert await faults_of(process.base, stories) == []
    assert _left_over(tmp_path) == {}


async def _keep_killing(process: HallProcess, playing: "asyncio.Task[object]", dice: random.Random) -> None:
    """At moments of no particular kind, while the day is played and at rest after it; the last start is left alone."""
    for _ in range(KILLS):
        await asyncio.wait({playing}, timeout=dice.uniform(0.05, 1.2))
        await process.kill()
        await process.start()


def _left_over(home: Path) -> dict[str, int]:
    """Rows that still wait somewhere after the day: events put aside or parked, timers given up."""
    found: dict[str, int] = {}
    for path in sorted(home.glob("*.db")):
        with sqlite3.connect(path) as connection:
            for table, where in (
                ("inbox_deferred", "1"),
                ("inbox_parked", "resolution IS NULL"),
                ("timers", "parked"),
                ("outgoing", "state = 'given_up'"),
            ):
                (count,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
                if count:
                    found[f"{path.stem}.{table}"] = count
        connection.close()
    return found
