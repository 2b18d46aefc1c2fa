"""The tiny service run here or as a process of its own, and asked over HTTP how it fares."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.tiny import STEPS, Context, TinySettings, build
from yimen.bus import Carrier
from yimen.bus.local import LocalCarrier
from yimen.clock import SystemClock
from yimen.keys import Keys
from yimen.service import Loop, Parts, Service
from yimen.settings import Part
from yimen.web.testing import TestIssuer

KEYS = "YIMEN_DATA_KEYS"
ROOT = Path(__file__).parents[2]


def made(url: str, carrier: Carrier | None = None, does: frozenset[Part] = frozenset(Part), *own: Loop) -> Any:
    keys = Keys.told(os.environ[KEYS])  # as the processes have them
    parts = Parts(carrier or LocalCarrier(), SystemClock(), TestIssuer().verifier, does, keys=keys)
    return build(parts, TinySettings(database_url=url), own)


@asynccontextmanager
async def client(service: Service[Context]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiny.test") as opened:
        yield opened


@asynccontextmanager
async def running(service: Service[Context]) -> AsyncIterator[httpx.AsyncClient]:
    async with service.running(), client(service) as http:
        yield http


@contextmanager
def process(
    port: int, database: str, broker: str, parts: str = "api,worker,relay"
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m tests.support.tiny` on that port, told by its environment; killed at the end of the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YIMEN_") or name == KEYS}
    environment |= {"YIMEN_TINY_DATABASE_URL": database, "YIMEN_BUS_URL": broker, "YIMEN_PORT": str(port)}
    environment |= {"YIMEN_PARTS": parts, "YIMEN_LOG_LEVEL": "ERROR"}
    started = subprocess.Popen([sys.executable, "-m", "tests.support.tiny"], cwd=ROOT, env=environment)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def at(port: int) -> httpx.AsyncClient:
    """A client of the process on that port."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)


def readiness(http: httpx.AsyncClient, ready: bool) -> Callable[[], Awaitable[bool]]:
    """Whether it answers, and says that it is (not) ready."""

    async def asked() -> bool:
        try:
            return (await http.get("/readyz")).is_success is ready
        except httpx.TransportError:
            return False

    return asked


def complete(http: httpx.AsyncClient, cases: set[str]) -> Callable[[], Awaitable[bool]]:
    """Whether exactly these cases went their whole way."""

    async def asked() -> bool:
        answer = await http.get("/cases")
        return answer.is_success and answer.json() == {case: sorted(STEPS) for case in cases}

    return asked


async def withdraw(http: httpx.AsyncClient, *cases: str) -> None:
    for case in cases:
        assert (await http.post(f"/cases/{case}/withdrawal")).status_code == 201


async def failing(http: httpx.AsyncClient) -> set[str]:
    """The checks that do not hold."""
    answer = await http.get("/readyz")
    return {name for name, check in answer.json()["checks"].items() if not check["ok"]}
