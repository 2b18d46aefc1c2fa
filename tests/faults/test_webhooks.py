"""The messenger as a real process, killed between a department's answer and its own record of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy import make_url

from bench.rig import Rig
from services.notify.tests.played import Listener
from tests.support.driving import until
from tests.support.office import Program, Tokens
from tests.support.parts import RealParts
from tests.support.sandbox import free_port
from yimen.clock import MovableClock
from yimen.sender import LEASE_SECONDS

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
PATIENCE = 60

NO_GATEWAY = (
    '[{"name": "none", "url": "http://127.0.0.1:9/", "key": "no message is sent here",'
    ' "receipt_secret": "whsec_bm8gbWVzc2FnZSBpcyBzZW50IGhlcmU="}]'
)


@pytest.fixture
def rig(real_parts: RealParts, amqp_url: str, postgres_url: str) -> Rig:
    return Rig(real_parts, 1)


@asynccontextmanager
async def locked(database: str, *statements: str) -> AsyncIterator[asyncpg.Connection]:
    """Inside the block our own transaction keeps what the statements lock."""
    connection = await asyncpg.connect(make_url(database).set(drivername="postgresql").render_as_string(False))
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
            yield connection
    finally:
        await connection.close()


async def counted(connection: asyncpg.Connection, query: str, wanted: int) -> None:
    async def found() -> bool:
        return bool(await connection.fetchval(query) == wanted)

    await until(found, PATIENCE)


def messenger(rig: Rig, parts: RealParts, broker: str, database: str, issuer: str, clock: Path) -> Program:
    return Program(
        parts.sandbox,
        "services.notify",
        free_port(),
        {
            "YIMEN_BUS_URL": broker,
            "YIMEN_ISSUER": issuer,
            "YIMEN_CLOCK": "movable",
            "YIMEN_CLOCK_FILE": str(clock),
            "YIMEN_NOTIFY_DATABASE_URL": database,
            "YIMEN_NOTIFY_SMS_GATEWAYS": NO_GATEWAY,
            "YIMEN_NOTIFY_ALLOW_PRIVATE_WEBHOOKS": "true",
        },
    )


async def test_a_messenger_killed_before_it_records_an_answer_repeats_it_once_under_the_same_id(
    rig: Rig, real_parts: RealParts, tmp_path: Path
) -> None:
    tokens, listener, clock = Tokens(), Listener(), MovableClock(tmp_path / "clock")
    async with AsyncExitStack() as stack:
        broker, database = (stack.enter_context(make()) for make in (rig.virtual_host, rig.database))
        issuer = await stack.enter_async_context(tokens.served())
        await stack.enter_async_context(listener.listening())
        notify = messenger(rig, real_parts, broker, database, issuer, tmp_path / "clock")
        await asyncio.to_thread(notify.start)
        stack.push_async_callback(asyncio.to_thread, notify.kill)
        headers = {"Authorization": tokens.of("system-fire")}
        hall = httpx.AsyncClient(base_url=notify.url, headers=headers, trust_env=False, timeout=20)
        await stack.enter_async_context(hall)
        made = await hall.post("/subscriptions", json={"url": listener.url}, headers={"Idempotency-Key": "one"})
        address = f"/subscriptions/{made.json()['id']}"

        async with locked(database, "LOCK TABLE outgoing_attempts IN EXCLUSIVE MODE") as connection:
            await hall.post(f"{address}/ping", headers={"Idempotency-Key": "two"})
            await counted(connection, WAITING, 1)
            assert len(listener.calls) == 1, "it was answered, and the record of it waits"
            await asyncio.to_thread(notify.kill)
        async with locked(database) as connection:
            await counted(connection, OTHERS, 0)
        await asyncio.to_thread(notify.start)
        clock.advance(timedelta(seconds=LEASE_SECONDS))

        async def delivered() -> bool:
            return bool((await hall.get(address)).json()["deliveries"] == {"delivered": 1})

        await until(delivered, PATIENCE)
        clock.advance(timedelta(days=4))
        await hall.post(f"{address}/ping", headers={"Idempotency-Key": "three"})
        await until(lambda: _heard(listener, 3), PATIENCE)
    first, second, other = (headers["webhook-id"] for headers, _body in listener.calls)
    assert first == second != other
    assert listener.calls[0][1] == listener.calls[1][1]


async def _heard(listener: Listener, count: int) -> bool:
    return len(listener.calls) >= count
