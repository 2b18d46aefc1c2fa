"""Scribes as processes, the clients that give them steps, and what is found in their databases afterwards."""

import asyncio
import os
import sys
from collections.abc import Iterable
from itertools import count, cycle
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from sqlalchemy import make_url

from tests.support.sandbox import PrivateServer, Sandbox, free_port

KEYS = "YIMEN_DATA_KEYS"
ROOT = Path(__file__).parents[2]


class Scribe(PrivateServer):
    """One replica, as a process of its own that may be killed and started again."""

    def __init__(self, sandbox: Sandbox, instance: str, database: str, broker: str, release: str = "old") -> None:
        self.port, self.instance = free_port(), instance
        super().__init__(sandbox, f"{instance}-{self.port}")
        own = {name: value for name, value in os.environ.items() if not name.startswith("YIMEN_") or name == KEYS}
        self._environment = own | {
            "PYTHONPATH": str(ROOT),
            "YIMEN_SCRIBE_DATABASE_URL": database,
            "YIMEN_SCRIBE_INSTANCE": instance,
            "YIMEN_SCRIBE_RELEASE": release,
            "YIMEN_BUS_URL": broker,
            "YIMEN_PORT": str(self.port),
            "YIMEN_LOG_LEVEL": "ERROR",
        }

    def _command(self) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-m", "tests.support.scribe"], self._environment

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False, timeout=5).is_success
        except httpx.TransportError:
            return False


class Client:
    """Takes the steps of its cases one after another, each again and again under one key until it is answered."""

    def __init__(self, name: str, cases: int, ports: Iterable[int]) -> None:
        self._name, self._cases = name, cases
        self._ports = cycle(ports)
        self.told: list[tuple[str, int]] = []
        self._stopping = False

    def stop(self) -> None:
        """The step in hand is not given up: it may have been committed."""
        self._stopping = True

    async def run(self) -> None:
        limits = httpx.Limits(max_keepalive_connections=4)
        async with httpx.AsyncClient(trust_env=False, timeout=15, limits=limits) as http:
            for step in count(1):
                for case in (f"{self._name}-{number}" for number in range(self._cases)):
                    if self._stopping:
                        return
                    await self._take(http, case, step)
                    self.told.append((case, step))

    async def _take(self, http: httpx.AsyncClient, case: str, step: int) -> None:
        while True:
            address = f"http://127.0.0.1:{next(self._ports)}/cases/{case}/steps/{step}"
            try:
                if (await http.post(address, headers={"Idempotency-Key": f"{case}-{step}"})).status_code == 201:
                    return
            except httpx.TransportError:
                pass  # killed meanwhile: nobody knows what became of it, so the same again
            await asyncio.sleep(0.05)


async def rows(database: str, query: str) -> list[Any]:
    plain = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def effects(database: str) -> list[tuple[str, int]]:
    """Case and step, in the order in which they took effect there."""
    return await rows(database, "SELECT case_number, step FROM effects ORDER BY n")


async def at_rest(database: str) -> bool:
    """Whether nothing waits to be published, for its turn or for a person."""
    tables = ("outbox", "inbox_deferred", "inbox_parked")
    counted = await rows(database, "SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables))
    return counted == [(0,)]
