"""The proxy does to a line what it says, and nothing else: over AMQP, over PostgreSQL, and byte for byte."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aio_pika
import asyncpg
import pytest
from sqlalchemy import make_url

from tests.support.driving import until
from tests.support.ledger import message
from tests.support.proxy import Proxy, Way, proxied
from yimen.bus.carrier import Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.errors import CarrierDown

CASES = Queue("cases", ("intake.case.#",))


@pytest.fixture
async def echo() -> AsyncIterator[Proxy]:
    """A proxy before a server that says everything back."""

    answering = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            return  # the line was cut
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with proxied(f"tcp://127.0.0.1:{port}") as proxy:
        yield proxy
    server.close()
    await asyncio.gather(*answering)


@asynccontextmanager
async def saying(proxy: Proxy, words: bytes) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(words)
    try:
        yield reader, writer
    finally:
        writer.close()


async def heard(reader: asyncio.StreamReader, count: int) -> bytes:
    async with asyncio.timeout(10):
        return await reader.readexactly(count)


async def silent(reader: asyncio.StreamReader) -> bool:
    """Nothing can come at all while a line is stalled; half a second is only how long we look."""
    try:
        async with asyncio.timeout(0.5):
            return not await reader.read(1)
    except TimeoutError:
        return True


async def test_what_goes_through_comes_back_byte_for_byte(echo: Proxy) -> None:
    sent = random.Random(1).randbytes(3_000_000)
    async with saying(echo, sent) as (reader, _):
        assert hashlib.sha256(await heard(reader, len(sent))).digest() == hashlib.sha256(sent).digest()


@pytest.mark.parametrize("ways", [(Way.UP,), (Way.DOWN,), ()])
async def test_a_stalled_line_is_silent_and_loses_nothing(echo: Proxy, ways: tuple[Way, ...]) -> None:
    async with saying(echo, b"before") as (reader, writer):
        assert await heard(reader, 6) == b"before"
        echo.stall(*ways)
        writer.write(b"after")
        assert await silent(reader)
        assert echo.held == 5
        echo.resume()
        assert await heard(reader, 5) == b"after"


async def test_a_cut_breaks_every_connection_and_loses_what_was_stalled(echo: Proxy) -> None:
    async with saying(echo, b"before") as (reader, writer):
        await heard(reader, 6)
        echo.stall(Way.DOWN)
        writer.write(b"lost")
        assert await silent(reader)
        echo.cut()
        echo.resume()
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)) as broken:
            await heard(reader, 4)
        assert getattr(broken.value, "partial", b"") == b""
    async with saying(echo, b"anew") as (reader, _):
        assert await heard(reader, 4) == b"anew"


async def test_what_is_refused_is_only_the_new_and_the_port_stays(echo: Proxy) -> None:
    async with saying(echo, b"old") as (reader, writer):
        await heard(reader, 3)
        port = echo.port
        echo.refuse()
        with pytest.raises(ConnectionRefusedError):
            async with saying(echo, b"new"):
                pass
        writer.write(b"still")
        assert await heard(reader, 5) == b"still"
    await echo.accept()
    assert echo.port == port
    async with saying(echo, b"new") as (reader, _):
        assert await heard(reader, 3) == b"new"


async def test_a_delayed_line_keeps_its_order(echo: Proxy) -> None:
    echo.delay(0.05)
    async with saying(echo, b"1") as (reader, writer):
        for word in (b"2", b"3", b"4"):
            await asyncio.sleep(0)
            writer.write(word)
        assert await heard(reader, 4) == b"1234"


async def test_amqp_goes_through_and_a_cut_ends_the_session(amqp_vhost_url: str) -> None:
    async with proxied(amqp_vhost_url) as proxy:
        carrier = RabbitCarrier(proxy.address(amqp_vhost_url))
        await carrier.declare(CASES)
        async with carrier.publisher() as publisher:
            assert await publisher.publish([message("a", 1)]) == [True]
            proxy.cut()
            with pytest.raises(CarrierDown):
                await publisher.publish([message("a", 2)])
    async with await aio_pika.connect(amqp_vhost_url) as connection:
        queue = await (await connection.channel()).get_queue("cases")
        assert queue.declaration_result.message_count == 1


async def test_a_statement_stalled_on_its_way_to_postgres_is_lost_by_a_cut(
    postgres_database: Callable[[], str],
) -> None:
    plain = make_url(postgres_database()).set(drivername="postgresql").render_as_string(hide_password=False)
    direct = await asyncpg.connect(plain)
    await direct.execute("CREATE TABLE cases (id int)")
    async with proxied(plain) as proxy:
        beyond = await asyncpg.connect(proxy.address(plain))
        await beyond.execute("INSERT INTO cases VALUES (1)")
        proxy.stall(Way.UP)
        lost = asyncio.create_task(beyond.execute("INSERT INTO cases VALUES (2)"))
        await asyncio.sleep(0)
        proxy.cut()
        with pytest.raises((asyncpg.PostgresConnectionError, ConnectionError)):
            await lost
        await until(lambda: _count(direct, 1))
    await direct.close()


async def _count(connection: asyncpg.Connection, count: int) -> bool:
    return bool(await connection.fetchval("SELECT count(*) FROM cases") == count)
