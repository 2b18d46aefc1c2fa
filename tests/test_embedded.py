"""The hall in one process: the standard day, and what it keeps when it ends."""

import re
from pathlib import Path

import httpx

from deploy.home import SERVICES
from sim.demo.hall import Hall
from tests.support.hall import HallProcess, endings, faults_of, play_day, running


async def test_the_standard_day_ends_as_it_should(tmp_path: Path) -> None:
    async with running(HallProcess(tmp_path)) as hall:
        stories = await play_day(hall.base, whole=True)
        assert await faults_of(hall.base, stories) == []
        states = {e.story.title: e.case["state"] for e in await endings(hall.base, stories)}
        assert len(states) == 21
        async with httpx.AsyncClient(trust_env=False) as client:
            page = (await client.get(f"{hall.base}/services")).text
        assert page.count("（正常）") == len(SERVICES), page
        assert not re.search(r"(src|href)=.https?://", page), "the page fetches nothing from elsewhere"


async def test_a_hall_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    process = HallProcess(tmp_path)
    async with running(process):
        stories = await play_day(process.base)
    async with running(process):
        assert await faults_of(process.base, stories) == []
        async with Hall(process.base) as hall:
            again = await hall.get("supervisor", f"/monitor/cases/{stories['joint'].number}")
            assert again["state"] == "closed"
