"""Whole lives: a committed case with a fee, from handing in to served, over HTTP, the bus and all five services.

On empty databases, then on the same ones after `bench.history` has filled them with closed cases. The services run as
`python -m deploy.real` starts them, with the played bank and SMS gateway; the players share the machine with them.
YIMEN_BENCH_CASES says how many closed cases: 5,000 in the quick form, else 50,000; a million take half an hour to
copy and some 40 GB. The two cannot be measured in turns: the history stays once it is there.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path

import httpx
import psutil
from sqlalchemy import make_url

from bench.history import fill
from bench.report import Figure, Wanted
from bench.rig import Rig
from bench.web import ITEM, MATERIALS
from sim.demo.acting import Story
from sim.demo.day import Day
from sim.demo.hall import Hall
from tests.support.postgres import run_sql
from tests.support.sandbox import free_port
from yimen.worktime import SHANGHAI, Calendar, local_date

IN_FLIGHT = 4
PATIENCE = 180.0
BESIDE = "the same, empty databases"
WINDOWS = ("planning", "environment", "fire", "window")
SERVICES = ("fees", "monitor", "notify", "intake", *(f"approval_{window}" for window in WINDOWS))
DATABASES = tuple(f"yimen_{name}" for name in SERVICES)


def _story() -> Story:
    story = Story("承诺件，收费", "不动产登记", "li-qiang", "closed", "granted", code=ITEM, department="planning")
    story.materials = [{"code": code, "copies": 1} for code in MATERIALS]
    return story


class Lives:
    """Plays lives at one hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._day = Day(hall)

    async def open(self) -> None:
        """Moves the hall's clock to the morning of its next working day, so that no timer falls due meanwhile."""
        day = Calendar.seeded().next_working_day(local_date(await self._hall.now()))
        await self._hall.move_clock(datetime.combine(day, time_of_day(9, 30), SHANGHAI))

    async def one(self) -> Story:
        """From the door until the supervisor has seen the end."""
        story = _story()
        await self._day.hand_in(story)
        await self._hall.act(story.clerk, story.case, "acceptance")
        await self._day.register_with_fee(story)
        await self._day.serve(story)
        path = f"/monitor/cases/{story.number}"
        await self._hall.until("supervisor", path, lambda seen: seen["state"] == "closed", "the end")
        return story

    async def rate(self, count: int) -> float:
        """Lives per second, `IN_FLIGHT` at a time."""
        free = asyncio.Semaphore(IN_FLIGHT)

        async def next_one() -> None:
            async with free:
                await self.one()

        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(next_one())
        return count / (time.monotonic() - began)


async def ready(address: str) -> None:
    """Until a GET of the address succeeds: seven processes that start at once on few cores take their time."""
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client, asyncio.timeout(PATIENCE):
        while not await _succeeds(client, address):  # noqa: ASYNC110 - another process, which tells nobody
            await asyncio.sleep(0.02)


async def _succeeds(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx.TransportError:
        return False


def _spent(root: psutil.Process) -> float:
    """Processor seconds of a process and its descendants so far."""
    seconds = 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def _postmaster(rig: Rig) -> psutil.Process | None:
    """The server's first process, where it is one of this machine's that we know."""
    if rig.postgres.way != "private":
        return None
    helper = run_sql(rig.postgres.url, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    return psutil.Process(psutil.Process(helper).ppid())


@dataclass
class Meter:
    """Runs of one kind: lives per second, and processor milliseconds per life by who spent them."""

    roots: dict[str, psutil.Process]
    rates: list[float] = field(default_factory=list)
    spent: dict[str, list[float]] = field(default_factory=dict)

    async def run(self, lives: Lives, count: int) -> None:
        before = {who: _spent(root) for who, root in self.roots.items()}
        self.rates.append(await lives.rate(count))
        for who, root in self.roots.items():
            self.spent.setdefault(who, []).append(1000 * (_spent(root) - before[who]) / count)


@asynccontextmanager
async def lives_at(base: str) -> AsyncIterator[Lives]:
    async with Hall(base, PATIENCE) as hall:
        lives = Lives(hall)
        await lives.open()
        yield lives


@contextmanager
def _databases(rig: Rig) -> Iterator[None]:
    """`deploy.real` makes them; they are gone afterwards. Raises `RuntimeError` where a house of that name lives already."""
    names = ", ".join(f"'{name}'" for name in DATABASES)
    if run_sql(rig.postgres.url, f"SELECT count(*) FROM pg_database WHERE datname IN ({names})"):  # noqa: S608 - ours
        raise RuntimeError("this server holds a house's databases; measure on another one")
    try:
        yield
    finally:
        run_sql(rig.postgres.url, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in DATABASES))


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    count = 12 if quick else 30
    history = int(os.environ.get("YIMEN_BENCH_CASES", "5000" if quick else "50000"))
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with rig.virtual_host() as bus_url, _databases(rig), tempfile.TemporaryDirectory() as home:
        environment = {
            "PORT": str(port),
            "YIMEN_HOME": str(Path(home)),
            "YIMEN_BUS_URL": bus_url,
            "YIMEN_POSTGRES_URL": rig.postgres.url,
        }
        async with rig.process("deploy.real", **environment) as house:
            await ready(f"{base}/intake/readyz")
            postmaster = _postmaster(rig)
            roots = {"services": psutil.Process(house.pid)} | ({"PostgreSQL": postmaster} if postmaster else {})
            empty, loaded = Meter(roots), Meter(roots)
            async with lives_at(base) as lives:
                template = await lives.one()
                for meter in (empty, loaded):
                    await lives.rate(IN_FLIGHT)
                    for _ in range(rig.rounds):
                        await meter.run(lives, count)
                    if meter is empty:
                        await _age(rig, template.number, history)
    return _figures(f"whole lives, {history:,} closed cases stored", empty, loaded)


async def _age(rig: Rig, number: str, count: int) -> None:
    for name in DATABASES:
        url = make_url(rig.postgres.url).set(database=name, drivername="postgresql")
        await fill(url.render_as_string(hide_password=False), number, count)


def _figures(name: str, empty: Meter, loaded: Meter) -> list[Figure]:
    figures = [Figure(name, loaded.rates, empty.rates, "/s", Wanted(ratio=0.9), BESIDE)]
    for who, values in loaded.spent.items():
        figures.append(Figure(f"{name}, processor time each, {who}", values, empty.spent[who], "ms", Wanted(), BESIDE))
    return figures
