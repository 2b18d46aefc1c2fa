"""The live stream over real connections: a hall full of screens, and a process that ends under them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from services.notify.tests import samples
from services.notify.tests.conftest import SECRETS, Messenger, start
from services.notify.tests.played import serving
from sim.identity import identity_app, mint, new_key
from sim.people import PEOPLE
from tests.support.driving import until
from tests.support.sandbox import free_port
from tests.support.screens import Screens
from yimen.web import Role

CROWD = 200
DRAIN_SECONDS = 25


async def speak(messenger: Messenger, cases: range) -> None:
    harness = messenger.harness
    await harness.process([harness.message(samples.submitted(f"C{n}"), "/intake") for n in cases])


async def test_two_hundred_screens_hear_everything_and_after_a_cut_what_they_missed(messenger: Messenger) -> None:
    token = messenger.harness.as_(Role.SUPERVISOR)["Authorization"]
    async with serving(messenger.harness.service.app) as port:
        screens = Screens(f"127.0.0.1:{port}", token)
        await screens.open(CROWD)
        await speak(messenger, range(20))
        first = await screens.hear(20)
        await screens.cut()
        await speak(messenger, range(20, 40))
        await screens.back()
        await speak(messenger, range(40, 60))
        second = await screens.hear(40)
        await screens.cut()
    told = {**first["heard"], **second["heard"]}
    assert {number: len(instants) for number, instants in told.items()} == {str(n): CROWD for n in range(1, 61)}


# -- a process that ends ------------------------------------------------------------------------------------------------


NO_GATEWAY = json.dumps(
    [{"name": "sms", "url": "http://127.0.0.1:9/", "key": "no message is sent here", "receipt_secret": SECRETS["sms"]}]
)


@asynccontextmanager
async def identity() -> AsyncIterator[tuple[str, str]]:
    """The issuer's address, and a supervisor's token."""
    port, key = free_port(), new_key()
    issuer = f"http://127.0.0.1:{port}/identity"
    app = Starlette(routes=[Mount("/identity", app=identity_app(issuer, key))])
    async with serving(app, port):
        yield issuer, f"Bearer {mint(key, PEOPLE['supervisor'], issuer)}"


@contextmanager
def process(port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    common = {
        "YIMEN_PORT": str(port),
        "YIMEN_LOG_LEVEL": "WARNING",
        "YIMEN_NOTIFY_SMS_GATEWAYS": NO_GATEWAY,
        "YIMEN_NOTIFY_STREAM_HEARTBEAT": "0.5",
    }
    running = subprocess.Popen([sys.executable, "-m", "services.notify"], env={**os.environ, **common, **environment})
    try:
        yield running
    finally:
        running.kill()
        running.wait()


async def ready(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:

        async def answers() -> bool:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success
            except httpx.TransportError:
                return False

        await until(answers, 60)


@pytest.mark.slow
async def test_a_process_that_is_told_to_end_under_load_ends_its_streams_and_another_goes_on(
    amqp_vhost_url: str, postgres_database: Callable[[], str]
) -> None:
    """The events come from another replica, which goes on speaking all the while."""
    database, port = postgres_database(), free_port()
    async with identity() as (issuer, token):
        environment = {
            "YIMEN_ISSUER": issuer,
            "YIMEN_BUS_URL": amqp_vhost_url,
            "YIMEN_NOTIFY_DATABASE_URL": database,
        }
        screens = Screens(f"127.0.0.1:{port}", token)
        async for replica in start(database):
            with process(port, **environment) as first:
                await ready(port)
                await screens.open(50)
                await speak(replica, range(30))
                await screens.hear(30)
                speaking = asyncio.create_task(_speak_on(replica, range(30, 130)))
                await until(lambda: _some_heard(screens), 30)
                first.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(first.wait, DRAIN_SECONDS) == 0
                assert all(reader.ended.is_set() for reader in screens.readers)
            before = [[number for number, _at, _body in reader.heard] for reader in screens.readers]
            with process(port, **environment):
                await ready(port)
                await screens.back()
                await speaking
                await until(lambda: _all_at(screens, 130), 30)
                after = [[number for number, _at, _body in reader.heard] for reader in screens.readers]
                await screens.cut()
    assert [former + latter for former, latter in zip(before, after, strict=True)] == [list(range(31, 131))] * 50


async def _speak_on(replica: Messenger, cases: range) -> None:
    for number in cases:
        await speak(replica, range(number, number + 1))


async def _some_heard(screens: Screens) -> bool:
    return any(reader.heard for reader in screens.readers)


async def _all_at(screens: Screens, number: int) -> bool:
    return all(reader.last == number for reader in screens.readers)
