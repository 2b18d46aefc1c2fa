"""Intake among a million cases: the steps of an instant case from handing in to service beside the same on an empty
database; every list, its first page and one from the middle, beside the same among thirty thousand cases, and its first
page beside the empty database too.

Three intakes with a database each, filled by tests.support.multitude, asked in turns by the same load generator, one
request at a time. Among thirty thousand every page is as full as among a million: what grows with the number of cases
stands in that ratio, and wanted is that nothing does. On the empty database a page has only what the steps left there, so
that ratio also shows what a full page costs. `YIMEN_BENCH_CASES` says how many; a million
take some minutes to load and some 3 GB.
"""

import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx
import psutil
from sqlalchemy import make_url

from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from bench.web import Side, Tokens, http
from sim.people import PEOPLE
from tests.support.multitude import SPACING, multiply
from tests.support.sandbox import free_port

MANY, FEW = 1_000_000, 30_000
MANY_QUICKLY = 50_000
WANTED = Wanted(ratio_most=1.25)
CITIZEN, CLERK = "li-qiang", "clerk-all"
GIGABYTE = 1024**3
KINDS = ("instant", "committed", "joint", "forwarded")
Prepare = Callable[["Among", int], Awaitable[list[str]]]

LISTS = {
    "a clerk's cases": ("clerk-planning", "/cases"),
    "a clerk's open cases": ("clerk-planning", "/cases?state=open"),
    "a clerk's closed cases": ("clerk-planning", "/cases?state=closed"),
    "open cases of eleven departments": (CLERK, "/cases?state=open"),
    "closed cases of eleven departments": (CLERK, "/cases?state=closed"),
    "the supervisor's cases": ("supervisor", "/cases"),
    "a citizen's own cases": (CITIZEN, "/my/cases"),
    "a department's ledger of acceptance": ("chief-planning", "/ledgers/acceptance"),
    "the hall's ledger of acceptance": ("leader", "/ledgers/acceptance"),
    "the hall's ledger of acceptance, one kind": ("leader", "/ledgers/acceptance?kind=joint"),
    "the hall's ledger of service": ("leader", "/ledgers/service"),
    "public results": (None, "/results"),
    "public results of one department": (None, "/results?department=planning"),
}
STEPS = {
    "accept an instant case": ("submitted", "acceptance", {}),
    "decide it at the window": ("accepted", "decision", {"outcome": "granted"}),
    "serve the decision": ("decided", "service", {"way": "pick_up", "receiver": "李强"}),
}


@dataclass
class Among:
    """One intake, and how many cases it keeps."""

    side: Side
    tokens: Tokens
    dsn: str
    count: int
    now: datetime

    def _headers(self, person: str | None) -> dict[str, str]:
        return {} if person is None else {"Authorization": self.tokens.of(person)}

    def page(self, person: str | None, path: str, *, deep: bool) -> str:
        place = self.now - SPACING * (self.count // 2)
        after = f"&after={place:%Y-%m-%dT%H:%M:%S.%fZ}~0" if deep else ""
        return http("GET", f"{path}{'&' if '?' in path else '?'}limit=50{after}", **self._headers(person))

    def application(self, item: dict[str, object]) -> str:
        key = str(uuid4())
        return http("POST", "/applications", _application(item), **self._headers(CITIZEN), Idempotency_Key=key)

    def step(self, number: str, version: int, step: str, body: object) -> str:
        return http("POST", f"/cases/{number}/{step}", body, **self._headers(CLERK), If_Match=f'"{version}"')

    async def waiting(self, status: str, code: object, count: int) -> list[tuple[str, int]]:
        """Cases that were handed in here, not copied (whose numbers begin with 8)."""
        query = (
            "SELECT case_number, version FROM cases WHERE case_number < '8' AND item_code = $1 AND status = $2"
            " ORDER BY case_number DESC LIMIT $3"
        )
        connection = await asyncpg.connect(self.dsn)
        try:
            return [(row[0], row[1]) for row in await connection.fetch(query, code, status, count)]
        finally:
            await connection.close()


def _application(item: dict[str, object]) -> dict[str, object]:
    person = PEOPLE[CITIZEN]
    materials = item["materials"]
    assert isinstance(materials, list)
    return {
        "item_code": item["code"],
        "channel": "web",
        "applicant": {"type": "person", "name": person.name, "id_number": person.id_number, "phone": person.phone},
        "materials": [{"code": one["code"], "copies": 1} for one in materials],
    }


async def _items(client: httpx.AsyncClient) -> dict[str, dict[str, object]]:
    """One of each kind."""
    listed = (await client.get("/items")).json()
    codes = {kind: next(item["code"] for item in listed if item["kind"] == kind) for kind in KINDS}
    return {kind: (await client.get(f"/items/{code}")).json() for kind, code in codes.items()}


async def _fill(among: Among) -> tuple[float, float]:
    """An accepted case of each kind, and its copies. Seconds of the copying, and gigabytes on disk."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{among.side.port}", trust_env=False) as client:
        for item in (await _items(client)).values():
            headers = {"Authorization": among.tokens.of(CITIZEN), "Idempotency-Key": str(uuid4())}
            made = await client.post("/applications", json=_application(item), headers=headers)
            headers = {"Authorization": among.tokens.of(CLERK), "If-Match": '"1"'}
            accepted = await client.post(f"/cases/{made.json()['case_number']}/acceptance", json={}, headers=headers)
            accepted.raise_for_status()
    connection = await asyncpg.connect(among.dsn, command_timeout=None)
    try:
        began = time.monotonic()
        if among.count:
            await multiply(connection, among.count)
        seconds = time.monotonic() - began
        await connection.execute("VACUUM ANALYZE")
        return seconds, await connection.fetchval("SELECT pg_database_size(current_database())") / GIGABYTE
    finally:
        await connection.close()


@asynccontextmanager
async def _among(rig: Rig, tokens: Tokens, loader: Process, count: int) -> AsyncIterator[Among]:
    async with AsyncExitStack() as stack:
        database, port = stack.enter_context(rig.database()), free_port()
        environment = {
            "YIMEN_PORT": str(port),
            "YIMEN_PARTS": "api",
            "YIMEN_ISSUER": tokens.issuer,
            "YIMEN_INTAKE_DATABASE_URL": database,
            "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "WARNING"),
        }
        server = await stack.enter_async_context(rig.process("services.intake", **environment))
        await server.answers(f"http://127.0.0.1:{port}/readyz")
        dsn = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        side = Side(port, psutil.Process(server.pid), loader)
        yield Among(side, tokens, dsn, count, datetime.now(UTC) - timedelta(minutes=1))


async def _compare(
    rig: Rig, name: str, many: Among, few: Among, prepare: Prepare, count: int, wanted: Wanted
) -> list[Figure]:
    async def turn(among: Among) -> float:
        return await among.side.run(await prepare(among, count), 1)

    for among in (many, few):
        await turn(among)  # plans made, pages of the index read once
        among.side.samples.clear()
    await rig.in_turns(lambda: turn(many), lambda: turn(few))
    beside = f"among {few.count:,}" if few.count else "on an empty database"
    figures = []
    for title, asked, value in (("p50", wanted, "median"), ("p99", Wanted(), "slowest")):
        ours, theirs = ([float(getattr(one, value)) for one in among.side.samples] for among in (many, few))
        figures.append(Figure(f"{name}, {title}", ours, theirs, "ms", asked, beside))
    return figures


async def _lists(rig: Rig, many: Among, few: Among, none: Among, count: int) -> list[Figure]:
    figures = []
    for name, (person, path) in LISTS.items():
        for where, deep, beside, wanted in (
            ("first page", False, few, WANTED),
            ("from the middle", True, few, WANTED),
            ("first page", False, none, Wanted()),
        ):

            async def prepare(
                among: Among, count: int, person: str | None = person, path: str = path, deep: bool = deep
            ) -> list[str]:
                return [among.page(person, path, deep=deep)] * count

            figures += await _compare(rig, f"{name}, {where}", many, beside, prepare, count, wanted)
    return figures


async def _steps(rig: Rig, many: Among, few: Among, count: int) -> list[Figure]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{few.side.port}", trust_env=False) as client:
        item = (await _items(client))["instant"]

    async def hand_in(among: Among, count: int) -> list[str]:
        return [among.application(item) for _ in range(count)]

    figures = await _compare(rig, "hand in an application", many, few, hand_in, count, WANTED)
    for name, (status, step, body) in STEPS.items():

        async def take(
            among: Among, count: int, status: str = status, step: str = step, body: object = body
        ) -> list[str]:
            return [among.step(*one, step, body) for one in await among.waiting(status, item["code"], count)]

        figures += await _compare(rig, name, many, few, take, count, WANTED)
    return figures


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    cases = int(os.environ.get("YIMEN_BENCH_CASES", MANY_QUICKLY if quick else MANY))
    requests = 40 if quick else 100
    tokens = Tokens()
    async with AsyncExitStack() as stack:
        loader = await stack.enter_async_context(rig.process("bench.load"))
        await stack.enter_async_context(tokens.served())
        sizes = (cases, FEW, 0)
        many, few, none = [await stack.enter_async_context(_among(rig, tokens, loader, size)) for size in sizes]
        await _fill(none)
        await _fill(few)
        seconds, gigabytes = await _fill(many)
        print(f"cases: {cases:,} loaded in {seconds:.0f} s, {gigabytes:.1f} GB", file=sys.stderr, flush=True)
        figures = [
            Figure(f"loading {cases:,} cases", [seconds], None, "s", Wanted()),
            Figure("intake's database with them", [gigabytes], None, "GB", Wanted()),
        ]
        figures += await _steps(rig, many, none, requests)
        figures += await _lists(rig, many, few, none, requests)
    return figures
