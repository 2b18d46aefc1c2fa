"""Intake over HTTP beside a bare FastAPI application (bench.floor): handing in, accepting, reading one case, listing 100.

Intake is one process with YIMEN_PARTS=api: tokens, rules, idempotency keys, numbers, papers, timers and the outbox row are
all in its figures; the relay is not. Both sides are asked by the same load generator (bench.load), in turns. Processor
time of the server process is told beside the rate: on a busy machine it is the steadier figure.
"""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.routing import Mount

from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from sim.identity import identity_app, mint, new_key
from sim.people import PEOPLE
from tests.support.sandbox import free_port
from yimen.running import server_of

ITEM = "1145072100000011534451015901000"  # 不动产登记, a committed case with a fee
MATERIALS = ("001", "002", "003", "004")
BARE = "bare FastAPI"
CLIENTS = 10
SEED = 20261123

APPLICATION = {
    "item_code": ITEM,
    "channel": "web",
    "applicant": {"type": "person", "name": "李强", "id_number": "360722197805203316", "phone": "13800000002"},
    "materials": [{"code": code, "copies": 1} for code in MATERIALS],
}
BARE_APPLICATION = {
    "item_code": ITEM,
    "channel": "web",
    "name": "李强",
    "id_number": "360722197805203316",
    "phone": "13800000002",
    "address": "县城东大街1号",
    "department": "planning",
    "copies": 4,
    "received_on": "2026-09-28",
    "urgent": False,
}


TITLES = {"median": "p50", "slowest": "p99", "processor": "server's processor time each"}
Prepare = Callable[[int], Awaitable[list[str]]]


@dataclass(frozen=True)
class Sample:
    """One run: requests per second, latencies in milliseconds, the server's processor time per request in milliseconds."""

    rate: float
    median: float
    slowest: float
    processor: float


@dataclass
class Side:
    """A server, its processor time, and the requests that it is asked with."""

    port: int
    server: psutil.Process
    loader: Process
    samples: list[Sample] = field(default_factory=list)

    async def run(self, requests: list[str], clients: int, rate: float | None = None) -> float:
        """Requests per second, as many as it answers or at a `rate`; the rest is kept in `samples`. Raises `RuntimeError` if
        any was refused."""
        before = _seconds(self.server)
        job = {"port": self.port, "clients": clients, "requests": requests, "rate": rate}
        await self.loader.tell(json.dumps(job))
        said = await self.loader.said()
        if said["refused"]:
            raise RuntimeError(f"{said['refused']} of {len(requests)} refused, the first: {said['first'][0]}")
        cuts = quantiles([1000 * one for one in said["latencies"]], n=100, method="inclusive")
        spent = 1000 * (_seconds(self.server) - before) / len(requests)
        self.samples.append(Sample(len(requests) / said["seconds"], cuts[49], cuts[98], spent))
        return self.samples[-1].rate


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def http(method: str, path: str, body: Any = None, **headers: str) -> str:
    """One whole request."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text.encode())}"]
    return "\r\n".join([*lines, "", text])


class Tokens:
    """The played identity provider, served by this process; tokens of the people."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}/identity"
        self._key = new_key()
        self._app = Starlette(routes=[Mount("/identity", app=identity_app(self.issuer, self._key))])

    def of(self, person: str) -> str:
        return f"Bearer {mint(self._key, PEOPLE[person], self.issuer)}"

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        server = server_of(self._app, "127.0.0.1", self.port)
        serving = asyncio.create_task(server.serve())
        try:
            yield
        finally:
            server.should_exit = True
            await serving


class Intake:
    """Requests as people would send them, on cases that the runs before have made."""

    def __init__(self, tokens: Tokens, database: str) -> None:
        self._citizen, self._clerk = tokens.of("li-qiang"), tokens.of("clerk-planning")
        self._dsn = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        self._dice = random.Random(SEED)  # noqa: S311 - which case is read, not a secret

    async def create(self, count: int) -> list[str]:
        return [
            http("POST", "/applications", APPLICATION, Authorization=self._citizen, Idempotency_Key=str(uuid4()))
            for _ in range(count)
        ]

    async def accept(self, count: int) -> list[str]:
        new = await self._cases("status = 'submitted'", count)
        return [
            http("POST", f"/cases/{number}/acceptance", {}, Authorization=self._clerk, If_Match=f'"{version}"')
            for number, version in new
        ]

    async def read(self, count: int) -> list[str]:
        some = await self._cases("true", 100)
        chosen = self._dice.choices(some, k=count)
        return [http("GET", f"/cases/{number}", Authorization=self._clerk) for number, _version in chosen]

    async def list_100(self, count: int) -> list[str]:
        return [http("GET", "/cases?limit=100", Authorization=self._clerk)] * count

    async def _cases(self, condition: str, count: int) -> list[tuple[str, int]]:
        connection = await asyncpg.connect(self._dsn)
        try:
            query = f"SELECT case_number, version FROM cases WHERE {condition} ORDER BY case_number LIMIT {count}"  # noqa: S608 - ours
            return [(row[0], row[1]) for row in await connection.fetch(query)]
        finally:
            await connection.close()


class Bare:
    """The same for the bare application, whose rows are numbered from 1."""

    def __init__(self) -> None:
        self._dice = random.Random(SEED)  # noqa: S311 - which case is read, not a secret

    async def create(self, count: int) -> list[str]:
        return [http("POST", "/applications", BARE_APPLICATION)] * count

    async def accept(self, count: int) -> list[str]:
        body = {"status": "accepted"}
        return [http("POST", f"/applications/{number + 1}/status", body) for number in range(count)]

    async def read(self, count: int) -> list[str]:
        return [http("GET", f"/applications/{self._dice.randint(1, 100)}") for _ in range(count)]

    async def list_100(self, count: int) -> list[str]:
        return [http("GET", "/applications")] * count


@asynccontextmanager
async def _sides(rig: Rig) -> AsyncIterator[tuple[Side, Intake, Side, Bare]]:
    tokens = Tokens()
    async with AsyncExitStack() as stack:
        loader = await stack.enter_async_context(rig.process("bench.load"))
        await stack.enter_async_context(tokens.served())
        databases = [stack.enter_context(rig.database()) for _ in range(2)]
        ports = [free_port(), free_port()]
        environment = {
            "YIMEN_PORT": str(ports[0]),
            "YIMEN_PARTS": "api",
            "YIMEN_ISSUER": tokens.issuer,
            "YIMEN_INTAKE_DATABASE_URL": databases[0],
            "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "WARNING"),
        }
        ours = await stack.enter_async_context(rig.process("services.intake", **environment))
        dsn = make_url(databases[1]).set(drivername="postgresql").render_as_string(hide_password=False)
        beside = await stack.enter_async_context(rig.process("bench.floor", str(ports[1]), dsn))
        await ours.answers(f"http://127.0.0.1:{ports[0]}/readyz")
        await beside.answers(f"http://127.0.0.1:{ports[1]}/openapi.json")
        yield (
            Side(ports[0], psutil.Process(ours.pid), loader),
            Intake(tokens, databases[0]),
            Side(ports[1], psutil.Process(beside.pid), loader),
            Bare(),
        )


async def _compare(
    rig: Rig,
    name: str,
    ours: tuple[Side, Prepare],
    beside: tuple[Side, Prepare],
    count: int,
    clients: int,
    wanted: Wanted,
) -> list[Figure]:
    """Rate, latencies and processor time of one kind of request."""

    async def turn(side: Side, prepare: Prepare) -> float:
        return await side.run(await prepare(count), clients)

    for side, _prepare in (ours, beside):
        side.samples.clear()
    rates = await rig.in_turns(lambda: turn(*ours), lambda: turn(*beside))
    what = f"{name}, {clients} client{'s' if clients > 1 else ''}"
    figures = [Figure(what, *rates, "/s", wanted, BARE)]
    for value, title in TITLES.items():
        values = [[float(getattr(sample, value)) for sample in side.samples] for side, _prepare in (ours, beside)]
        figures.append(Figure(f"{what}, {title}", values[0], values[1], "ms", Wanted(), BARE))
    return figures


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    count = 200 if quick else 800
    figures: list[Figure] = []
    async with _sides(rig) as (ours, intake, beside, bare):
        await ours.run(await intake.create(100), CLIENTS)  # caches filled, connections opened
        await beside.run(await bare.create(100), CLIENTS)
        plan: list[tuple[str, Prepare, Prepare, int, int, Wanted]] = [
            ("hand in an application", intake.create, bare.create, count // 4, 1, Wanted()),
            ("hand in an application", intake.create, bare.create, count, 10, Wanted(ratio=0.5)),
            ("hand in an application", intake.create, bare.create, count, 40, Wanted()),
            ("accept a case", intake.accept, bare.accept, count, 10, Wanted(ratio=0.4)),
            ("read a case", intake.read, bare.read, count, 10, Wanted(ratio=0.4)),
            ("list 100 cases", intake.list_100, bare.list_100, count // 4, 10, Wanted(ratio=0.4)),
        ]
        for name, prepare, bare_prepare, requests, clients, wanted in plan:
            figures += await _compare(rig, name, (ours, prepare), (beside, bare_prepare), requests, clients, wanted)
    return figures
