"""What measurements stand on: one RabbitMQ and one PostgreSQL for the whole run, and processes of their own.

The private PostgreSQL runs with `fsync` off (tests.support.postgres), for ours and for what stands beside it alike.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from sqlalchemy import make_url

from tests.support.parts import RealParts
from tests.support.postgres import run_sql
from yimen.keys import new_key

START_SECONDS = 60.0
END_SECONDS = 40.0
SAID_LIMIT = 64 * 1024 * 1024
DATA_KEY = new_key()
"""Bytes of one line that a process may say: a burst's instants come in one."""


class Process:
    """A Python module in a process of its own, which says what it found as JSON lines on its standard output."""

    def __init__(self, process: asyncio.subprocess.Process, module: str) -> None:
        self._process = process
        self._module = module

    @property
    def pid(self) -> int:
        return self._process.pid

    async def said(self, seconds: float = 300) -> Any:
        """The next line. Raises `RuntimeError` when the process ended without another, `TimeoutError` when it is silent."""
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._module} ended with {await self._process.wait()}")
        return orjson.loads(line)

    async def tell(self, word: str) -> None:
        """A line on its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        await self._process.stdin.drain()

    async def answers(self, address: str) -> None:
        """Until a GET of the address succeeds."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client, asyncio.timeout(START_SECONDS):
            while not await _succeeds(client, address):
                if self._process.returncode is not None:
                    raise RuntimeError(f"{self._module} ended with {self._process.returncode}")
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


async def _succeeds(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx.TransportError:
        return False


class Rig:
    """`rounds`: how often each side is measured. Databases and virtual hosts are fresh, and gone when their block ends."""

    def __init__(self, parts: RealParts, rounds: int) -> None:
        self.rounds = rounds
        self.broker = parts.broker.get()
        self.postgres = parts.database.get()

    @contextmanager
    def virtual_host(self) -> Iterator[str]:
        """The AMQP address of an empty virtual host; of a broker without a management address, the address as given."""
        management = self.broker.management
        if management is None:
            yield self.broker.url
            return
        name = management.create_vhost()
        try:
            yield urlsplit(self.broker.url)._replace(path=f"/{name}").geturl()
        finally:
            management.drop_vhost(name)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The SQLAlchemy address (asyncpg) of an empty database. Vacuuming it is left to PostgreSQL."""
        name = f"bench_{secrets.token_hex(6)}"
        run_sql(self.postgres.url, f'CREATE DATABASE "{name}"')
        try:
            yield make_url(self.postgres.url).set(database=name).render_as_string(hide_password=False)
        finally:
            run_sql(self.postgres.url, f'DROP DATABASE "{name}" WITH (FORCE)')

    @asynccontextmanager
    async def process(self, module: str, *arguments: str, **environment: str) -> AsyncIterator[Process]:
        """`python -m module arguments`, told to end (SIGTERM) with the block. What it logs goes to our standard error."""
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            env={"YIMEN_DATA_KEYS": DATA_KEY, **os.environ, **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=SAID_LIMIT,
        )
        process = Process(running, module)
        try:
            yield process
        finally:
            await process.stop()

    async def in_turns(
        self, ours: Callable[[], Awaitable[float]], beside: Callable[[], Awaitable[float]]
    ) -> tuple[list[float], list[float]]:
        """Each side `rounds` times, by turns, the first one changing: what warms up or wears out meets both."""
        found: tuple[list[float], list[float]] = ([], [])
        for turn in range(self.rounds):
            for side in (0, 1) if turn % 2 == 0 else (1, 0):
                found[side].append(await (ours, beside)[side]())
        return found
