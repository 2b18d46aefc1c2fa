"""A hall as a process of its own, which a test may kill and start again."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from sim.demo.acting import Story
from sim.demo.day import Day
from sim.demo.hall import Hall
from sim.demo.playing import play, whole_programme
from sim.demo.report import Ending, ending_of
from tests.support.sandbox import free_port

START_SECONDS = 300


class HallProcess:
    """`python -m <module>` on a free port; everything that it keeps is in `home`."""

    def __init__(self, home: Path, module: str = "deploy.embedded", **environment: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._module = module
        self._environment = {**os.environ, "PORT": str(self.port), "YIMEN_HOME": str(home), "DEMO": "0", **environment}
        self._process: asyncio.subprocess.Process | None = None
        self.start_seconds = START_SECONDS

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(sys.executable, "-m", self._module, env=self._environment)
        ends = time.monotonic() + self.start_seconds
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while not await _answers(client, f"{self.base}/intake/readyz"):
                assert self._process.returncode is None, "the hall ended while starting"
                assert time.monotonic() < ends, "the hall did not start"
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """-9: no farewell, nothing flushed."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code once it has drained."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        return await self._process.wait()


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def running(process: HallProcess) -> AsyncIterator[HallProcess]:
    try:
        await process.start()
        yield process
    finally:
        await process.stop()


async def play_day(base: str, *, whole: bool = False) -> dict[str, Story]:
    """The standard day; or the whole programme of the demonstration."""
    async with Hall(base) as hall:
        return await play(hall, *(whole_programme(hall) if whole else (Day(hall),)))


async def endings(base: str, stories: dict[str, Story]) -> list[Ending]:
    async with Hall(base) as hall:
        return [await ending_of(hall, story) for story in stories.values()]


async def faults_of(base: str, stories: dict[str, Story]) -> list[str]:
    """Everything that is not as it should be at the end of the day: cases, books, journal, anything parked or waiting."""
    faults = [f"{e.story.title}: {fault}" for e in await endings(base, stories) for fault in e.faults]
    async with Hall(base) as hall:
        books = await hall.get("treasurer", "/fees/invariants")
        journal = await hall.get("supervisor", "/monitor/journal/verification")
    faults += [f"books: {one}" for one in books["invariants"] if not one["ok"]]
    faults += [f"journal: {one}" for one in journal["faults"]]
    return faults
