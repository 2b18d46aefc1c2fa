"""The supervisor among a million cases: its pages of statistics, its summary and its lists, beside the same among thirty
thousand.

Two supervisors with a database each, filled by bench.counted, asked in turns by the same load generator, one request at a
time. Wanted is that nothing grows with the number of cases. `YIMEN_BENCH_CASES` says how many.
"""

import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import psutil
from sqlalchemy import make_url

from bench.counted import fill
from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from bench.web import Side, Tokens, http
from tests.support.sandbox import free_port

MANY, MANY_QUICKLY, FEW = 1_000_000, 50_000, 30_000
WANTED = Wanted(ratio_most=1.5)
GIGABYTE = 1024**3

PAGES = {
    "overview of the month": "/statistics/overview",
    "overview of a year": "/statistics/overview?from={year_ago}",
    "one department's overview": "/statistics/overview?department=planning",
    "departments of the month": "/statistics/departments",
    "items of the month": "/statistics/items",
    "days of the month": "/statistics/days",
    "bottlenecks of the month": "/statistics/bottlenecks",
    "summary of everything with its lights": "/summary",
    "running cases, worst first, first page": "/cases",
    "running cases, worst first, from the middle": "/cases?after={middle}",
    "one department's running cases, first page": "/cases?department=planning",
    "red ones": "/cases?light=red",
    "ended cases, first page": "/cases?ended=true",
    "ended cases, from the middle": "/cases?ended=true&after={ended_middle}",
    "closed this month, behind the number": "/cases?closed_from={month}",
    "closed late, of one department": "/cases?late=true&department=planning",
    "accepted of one item": "/cases?item=I7&accepted_from={year_ago}",
}

PLACES = """
SELECT date_trunc('month', current_date)::date::text AS month, (current_date - 364)::text AS year_ago,
 (SELECT '0~' || promised_due || '~' || number FROM cases WHERE stopped_at IS NULL AND blue_at > now()
  ORDER BY promised_due, number OFFSET (SELECT count(*) / 2 FROM cases WHERE stopped_at IS NULL) LIMIT 1) AS middle,
 (SELECT '0~' || promised_due || '~' || number FROM cases WHERE stopped_at IS NOT NULL AND ended_light = 0
  ORDER BY promised_due, number OFFSET (SELECT count(*) / 2 FROM cases WHERE stopped_at IS NOT NULL) LIMIT 1)
  AS ended_middle
"""


@dataclass
class Among:
    """One supervisor, how many cases it follows, and the places in its lists."""

    side: Side
    count: int
    seconds: float
    gigabytes: float
    places: dict[str, str]

    def requests(self, path: str, count: int, token: str) -> list[str]:
        return [http("GET", path.format(**self.places), Authorization=token)] * count


@asynccontextmanager
async def _among(rig: Rig, tokens: Tokens, loader: Process, count: int) -> AsyncIterator[Among]:
    async with AsyncExitStack() as stack:
        database, port = stack.enter_context(rig.database()), free_port()
        environment = {
            "YIMEN_PORT": str(port),
            "YIMEN_PARTS": "api",
            "YIMEN_ISSUER": tokens.issuer,
            "YIMEN_MONITOR_DATABASE_URL": database,
            "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "WARNING"),
        }
        server = await stack.enter_async_context(rig.process("services.monitor", **environment))
        await server.answers(f"http://127.0.0.1:{port}/readyz")
        dsn = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn, command_timeout=None)
        try:
            began = time.monotonic()
            await fill(connection, count)
            seconds = time.monotonic() - began
            size = await connection.fetchval("SELECT pg_database_size(current_database())")
            places = {name: str(place) for name, place in (await connection.fetchrow(PLACES)).items()}
        finally:
            await connection.close()
        yield Among(Side(port, psutil.Process(server.pid), loader), count, seconds, size / GIGABYTE, places)


async def _compare(rig: Rig, name: str, path: str, many: Among, few: Among, count: int, token: str) -> list[Figure]:
    async def turn(among: Among) -> float:
        return await among.side.run(among.requests(path, count, token), 1)

    for among in (many, few):
        await turn(among)  # plans made, pages of the index read once
        among.side.samples.clear()
    await rig.in_turns(lambda: turn(many), lambda: turn(few))
    figures = []
    for title, wanted, value in (("p50", WANTED, "median"), ("p99", Wanted(), "slowest")):
        ours, theirs = ([float(getattr(one, value)) for one in among.side.samples] for among in (many, few))
        figures.append(Figure(f"{name}, {title}", ours, theirs, "ms", wanted, f"among {few.count:,}"))
    return figures


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    cases = int(os.environ.get("YIMEN_BENCH_CASES", MANY_QUICKLY if quick else MANY))
    tokens, requests = Tokens(), 40 if quick else 100
    async with AsyncExitStack() as stack:
        loader = await stack.enter_async_context(rig.process("bench.load"))
        await stack.enter_async_context(tokens.served())
        few = await stack.enter_async_context(_among(rig, tokens, loader, FEW))
        many = await stack.enter_async_context(_among(rig, tokens, loader, cases))
        print(f"statistics: {cases:,} cases loaded in {many.seconds:.0f} s", file=sys.stderr, flush=True)
        figures = [
            Figure(f"loading {cases:,} cases and their counts", [many.seconds], None, "s", Wanted()),
            Figure("monitor's database with them", [many.gigabytes], None, "GB", Wanted()),
        ]
        token = tokens.of("supervisor")
        for name, path in PAGES.items():
            figures += await _compare(rig, name, path, many, few, requests, token)
    return figures
