"""The same five services as separate processes on RabbitMQ and PostgreSQL: `make run-real`.

Told by environment variables only: YIMEN_BUS_URL (an AMQP URL), YIMEN_POSTGRES_URL (an administrative PostgreSQL URL, by
which a database for each service is made if it is missing), PORT, REPLICAS, YIMEN_HOME, and JOINED: departments that
have no window here, because a system of their own answers for them (docs/integrators). Each child is plain
`python -m services.<name>` with the environment that an operator would give it. The played bank is a process too
(`python -m sim.bank`), with a control port of its own; this one plays the rest of the outside world and stands in front.
Who listens is ready before intake speaks its first word: an event that nobody follows yet
would end in `yimen.unrouted`.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from deploy.front import Front
from deploy.outside import BANK_LATE_SECONDS, BANK_TIME_SCALE, MAIL_FROM, Outside, data_keys_in, free_port
from deploy.pages import Pages
from yimen import telemetry
from yimen.departments import DEPARTMENTS
from yimen.running import run_until_told, server_of
from yimen.web.headers import Shield

ALONE = ("planning", "environment", "fire")
"""Departments with an instance of their own; the others share a comprehensive window (综合窗口)."""

READY_SECONDS = 300
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Environment = dict[str, str]


@dataclass(frozen=True)
class Process:
    """One service process to start: its module, its environment, and the paths that lead to it.

    `port`: of the only instance that there may be; none: any free port for each replica."""

    module: str
    name: str
    paths: tuple[str, ...]
    environment: Environment
    port: int | None = None


@dataclass
class House:
    """What is told from outside, and what was started."""

    home: Path
    base: str
    bus_url: str
    postgres_url: str
    replicas: int = 1
    joined: frozenset[str] = frozenset()
    bank_port: int = field(default_factory=free_port)
    bank_control_port: int = field(default_factory=free_port)
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    def database(self, name: str) -> str:
        url = make_url(self.postgres_url).set(drivername="postgresql+asyncpg", database=f"yimen_{name}")
        return url.render_as_string(hide_password=False)

    def common(self) -> Environment:
        return {
            "YIMEN_BUS_URL": self.bus_url,
            "YIMEN_ISSUER": f"{self.base}/identity",
            "YIMEN_DATA_KEYS": data_keys_in(self.home),
            "YIMEN_WINDOWS": json.dumps({"window": _at_the_window(self.joined)}),
            "YIMEN_CLOCK": "movable",
            "YIMEN_CLOCK_FILE": str(self.home / "clock"),
            "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "WARNING"),
        }


def processes(house: House, outside: Outside) -> list[Process]:
    """Listeners first, intake last."""
    fees = {
        "YIMEN_FEES_BANK_URL": f"http://127.0.0.1:{house.bank_port}",
        "YIMEN_FEES_BANK_KEYS_FILE": str(outside.ring.public_file),
        "YIMEN_FEES_BANK_MESSAGE_KEY": outside.ring.message_key.hex(),
        "YIMEN_FEES_BANK_SIGNING_KEY_FILE": str(outside.hall_key.private_file),
        "YIMEN_FEES_BANK_PAY_URL": f"{house.base}/bank/pay",
    }
    notify = {
        "YIMEN_NOTIFY_SMS_GATEWAYS": json.dumps([agreed.as_setting(house.base) for agreed in outside.agreed]),
        "YIMEN_NOTIFY_SMTP_HOST": "127.0.0.1",
        "YIMEN_NOTIFY_SMTP_PORT": str(outside.smtp_port),
        "YIMEN_NOTIFY_SMTP_STARTTLS": "false",
        "YIMEN_NOTIFY_SMTP_FROM": MAIL_FROM,
        "YIMEN_NOTIFY_ALLOW_PRIVATE_WEBHOOKS": "true",
        "YIMEN_NOTIFY_DOCUMENTS": (house.home / "documents").absolute().as_uri(),
        "YIMEN_NOTIFY_PUBLIC_URL": house.base,
        "YIMEN_NOTIFY_DEMONSTRATION": "true",
    }
    intake = {"YIMEN_INTAKE_MATERIALS": (house.home / "materials").absolute().as_uri()}
    return [
        _single("fees", house, fees),
        _single("monitor", house, {"YIMEN_MONITOR_SIGNING_KEY_FILE": str(outside.journal_key)}),
        _single("notify", house, notify),
        *(_window(name, house, environment) for name, environment in _windows(house.joined)),
        _single("intake", house, intake),
    ]


def _windows(joined: frozenset[str]) -> list[tuple[str, Environment]]:
    shared = ",".join(_at_the_window(joined))
    return [
        *((code, {"YIMEN_APPROVAL_DEPARTMENTS": code}) for code in ALONE if code not in joined),
        ("window", {"YIMEN_APPROVAL_DEPARTMENTS": shared, "YIMEN_APPROVAL_WINDOW": "window"}),
    ]


def _at_the_window(joined: frozenset[str]) -> list[str]:
    """The departments that share an instance of approval."""
    return [code for code in DEPARTMENTS if code not in joined and code not in ALONE]


def bank(house: House, outside: Outside) -> Process:
    """Of its control port only who started it knows: nothing in front leads there."""
    told = {
        "FOLDER": str(house.home / "bank"),
        "PORT": str(house.bank_port),
        "CONTROL_PORT": str(house.bank_control_port),
        "NOTIFY_URL": outside.notify_url,
        "TIME_SCALE": str(BANK_TIME_SCALE),
        "LATE_SECONDS": str(BANK_LATE_SECONDS),
        "CLOCK_FILE": str(house.home / "clock"),
        "HALL_KEY_FILE": str(outside.hall_key.public_file),
        "LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "WARNING"),
    }
    environment = {f"YIMEN_BANK_{name}": value for name, value in told.items()}
    return Process("sim.bank", "bank", ("/bank",), environment, house.bank_port)


def _single(name: str, house: House, own: Environment) -> Process:
    database = {f"YIMEN_{name.upper()}_DATABASE_URL": house.database(name)}
    return Process(f"services.{name}", name, (f"/{name}",), house.common() | database | own)


def _window(name: str, house: House, own: Environment) -> Process:
    database = {"YIMEN_APPROVAL_DATABASE_URL": house.database(f"approval_{name}")}
    paths = tuple(f"/approval/departments/{code}" for code in own["YIMEN_APPROVAL_DEPARTMENTS"].split(","))
    paths += ("/approval",) if name == ALONE[0] else ()
    return Process("services.approval", f"approval_{name}", paths, house.common() | database | own)


async def make_databases(house: House, names: list[str]) -> None:
    """Makes what is missing; an existing database goes on where it was."""
    admin = make_url(house.postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(admin)
    try:
        known = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name in names:
            if f"yimen_{name}" not in known:
                await connection.execute(f'CREATE DATABASE "yimen_{name}"')
    finally:
        await connection.close()


async def _start(house: House, process: Process) -> list[str]:
    """All replicas of one process; their addresses."""
    addresses = []
    for port in [process.port] if process.port else [free_port() for _ in range(house.replicas)]:
        environment = {**os.environ, **process.environment, "YIMEN_PORT": str(port)}
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", process.module, env=environment)
        house.running.append(child)
        addresses.append(f"http://127.0.0.1:{port}")
        print(f"  {process.name:<20} pid {child.pid:<8} {addresses[-1]}", flush=True)
    return addresses


async def _until_ready(house: House, addresses: list[str]) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client, asyncio.timeout(READY_SECONDS):
        for address in addresses:
            while not await _is_ready(client, address):
                if fallen := [child.pid for child in house.running if child.returncode is not None]:
                    raise RuntimeError(f"processes ended while starting: {fallen}")
                await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/readyz")).is_success
    except httpx.TransportError:
        return False


async def start_house(house: House, outside: Outside) -> Mapping[str, list[str]]:
    """Path prefix to addresses, once everything is ready."""
    chosen = processes(house, outside)
    print(f"  bank's control port {'':<14} http://127.0.0.1:{house.bank_control_port}", flush=True)
    await make_databases(house, [process.name for process in chosen])
    upstreams: dict[str, list[str]] = {}
    *listeners, speaker = chosen
    for group in ([bank(house, outside)], listeners, [speaker]):
        started = [(process, await _start(house, process)) for process in group]
        await _until_ready(house, [address for _process, addresses in started for address in addresses])
        upstreams |= {path: addresses for process, addresses in started for path in process.paths}
    return upstreams


async def stop_house(house: House) -> None:
    for child in house.running:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
    await asyncio.gather(*(child.wait() for child in house.running))


def build_front(house: House, outside: Outside) -> Starlette:
    """The played outside world but the bank, and the way in to the services and to it."""
    ways: list[Front] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with outside.alive():
            yield
            await stop_house(house)
            for front in ways:
                await front.close()

    app = Starlette(routes=outside.routes(), lifespan=lifespan, middleware=[Middleware(Shield)])
    app.state.ways = ways
    return app


def open_ways(app: Starlette, upstreams: Mapping[str, list[str]], issuer: str) -> None:
    """The services' own paths first; whatever is left is a page of the hall."""
    front = Front(upstreams)
    app.state.ways.append(front)
    mounts = sorted({prefix.split("/")[1] for prefix in upstreams})
    app.routes.extend(Route(f"/{mount}/{{path:path}}", front.answer, methods=METHODS) for mount in mounts)
    app.routes.extend(Pages(issuer, demonstration=True).routes())


async def serve(house: House, port: int) -> bool:
    """The outside world answers first (services fetch the issuer's keys), then the services come up behind it."""
    outside = Outside(house.home, house.base, bank_elsewhere=True)
    app = build_front(house, outside)
    server = server_of(app, "127.0.0.1", port)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.05)
    try:
        open_ways(app, await start_house(house, outside), outside.issuer)
        print(f"一门 Yimen, {house.replicas} replica(s) of each service → {house.base}", flush=True)
    except BaseException:
        server.should_exit = True
        await serving
        raise
    await serving
    return True


def main() -> None:
    telemetry.configure(os.environ.get("YIMEN_LOG_LEVEL", "WARNING"))
    port = int(os.environ.get("PORT", "8080"))
    house = House(
        home=Path(os.environ.get("YIMEN_HOME", "var/real")),
        base=f"http://127.0.0.1:{port}",
        bus_url=os.environ.get("YIMEN_BUS_URL", "amqp://guest:guest@127.0.0.1:5672/"),
        postgres_url=os.environ.get("YIMEN_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"),
        replicas=int(os.environ.get("REPLICAS", "1")),
        joined=frozenset(filter(None, os.environ.get("JOINED", "").split(","))),
    )
    run_until_told(lambda: serve(house, port))


if __name__ == "__main__":
    main()
