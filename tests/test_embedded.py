"""The hall in one process: the standard day, and the same day with the process killed again and again."""

import asyncio
import os
import random
import re
import sqlite3
from pathlib import Path

import httpx

from sim.demo.day import Day
from sim.demo.hall import Hall
from tests.support.hall import HallProcess, endings, faults_of, play_day, running

KILLS = int(os.environ.get("YIMEN_KILLS", "5"))


async def test_the_standard_day_ends_as_it_should(tmp_path: Path) -> None:
    async with running(HallProcess(tmp_path)) as hall:
        stories = await play_day(hall.base)
        assert await faults_of(hall.base, stories) == []
        states = {e.story.title: e.case["state"] for e in await endings(hall.base, stories)}
        assert len(states) == 8
        async with httpx.AsyncClient(trust_env=False) as client:
            page = (await client.get(hall.base)).text
        assert all(story.number in page for story in stories.values())
        assert not re.search(r"(src|href)=.https?://", page), "the page fetches nothing from elsewhere"


async def test_the_hall_killed_at_random_points_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    """Requests are repeated under the same key, as a front end does; every case ends as on a quiet day."""
    process = HallProcess(tmp_path)
    async with running(process):
        async with Hall(process.base, patience=120) as hall:
            day = Day(hall)
            playing = asyncio.create_task(day.play())
            seed = random.SystemRandom().randrange(2**32)
            print(f"seed {seed}")
            await _keep_killing(process, playing, random.Random(seed))
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


async def test_a_hall_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    process = HallProcess(tmp_path)
    async with running(process):
        stories = await play_day(process.base)
    async with running(process):
        assert await faults_of(process.base, stories) == []
        async with Hall(process.base) as hall:
            again = await hall.get("supervisor", f"/monitor/cases/{stories['joint'].number}")
            assert again["state"] == "closed"
