"""Clients that take their time, against a real server in a process of its own: each is cut off, and all others are served.

In `make test` the server's patience is a twentieth of what it is in earnest; in `make faults` all of it.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
import psutil
import pytest
import pytest_asyncio

from tests.faults.dose import dose
from tests.support.patient import MOST, PIECE, PIECES
from tests.support.sandbox import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCALE = dose(0.05, 1.0)
PATIENCE = 30 + 120 * SCALE
HEAD = b"GET /small HTTP/1.1\r\nHost: hall\r\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port() -> AsyncIterator[int]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.support.patient", str(port), str(SCALE))
    try:
        async with asyncio.timeout(60):
            while not await is_served(port):
                await asyncio.sleep(0.05)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def is_served(port: int) -> bool:
    with suppress(httpx.TransportError):
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            return (await client.get(f"http://127.0.0.1:{port}/small")).json() == {"said": "here"}
    return False


class Client(asyncio.Protocol):
    """Keeps what it was told, also by a server that hung up on it while it was talking."""

    def __init__(self) -> None:
        self.told = b""
        self.hung_up = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.told += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.hung_up.set()

    async def told_before_the_end(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            await self.hung_up.wait()
        return self.told


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    transport, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    try:
        yield client
    finally:
        transport.abort()


async def drip(client: Client, drop: bytes) -> None:
    """For as long as the connection stands."""
    while not client.hung_up.is_set():
        client.transport.write(drop)
        await asyncio.sleep(0.5 * SCALE)


Fault = Callable[[int], Awaitable[bytes]]


async def slow_head(port: int) -> bytes:
    return await _dripping(port, HEAD + b"X-Slow: ")


async def slow_body(port: int) -> bytes:
    return await _dripping(port, b"POST /body HTTP/1.1\r\nHost: hall\r\nContent-Length: 1000000\r\n\r\n")


async def slow_chunks(port: int) -> bytes:
    head = b"POST /body HTTP/1.1\r\nHost: hall\r\nTransfer-Encoding: chunked\r\n\r\n"
    return await _dripping(port, head, b"1\r\nx\r\n")


async def slow_body_that_nobody_asked_for(port: int) -> bytes:
    """What comes after the answer was given has an end too."""
    return await _dripping(port, b"POST /nowhere HTTP/1.1\r\nHost: hall\r\nContent-Length: 1000000\r\n\r\n")


async def second_head_slow(port: int) -> bytes:
    return await _dripping(port, HEAD + b"\r\n" + HEAD + b"X-Slow: ")


async def _dripping(port: int, beginning: bytes, drop: bytes = b"x") -> bytes:
    async with connected(port) as client:
        client.transport.write(beginning)
        dripping = asyncio.create_task(drip(client, drop))
        try:
            return await client.told_before_the_end()
        finally:
            dripping.cancel()


async def half_open(port: int) -> bytes:
    """Half a request, and the client's side is closed."""
    async with connected(port) as client:
        client.transport.write(HEAD)
        client.transport.write_eof()
        return await client.told_before_the_end()


async def silent(port: int) -> bytes:
    async with connected(port) as client:
        return await client.told_before_the_end()


async def nonsense(port: int) -> bytes:
    async with connected(port) as client:
        client.transport.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        return await client.told_before_the_end()


FAULTS: dict[str, tuple[Fault, bytes]] = {
    "a head, byte by byte": (slow_head, b"HTTP/1.1 408 "),
    "a body, byte by byte": (slow_body, b"HTTP/1.1 408 "),
    "chunks of one byte": (slow_chunks, b"HTTP/1.1 408 "),
    "a body that nobody reads": (slow_body_that_nobody_asked_for, b"HTTP/1.1 404 "),
    "a second request that begins only": (second_head_slow, b"HTTP/1.1 200 "),
    "half a request, half closed": (half_open, b""),
    "nothing at all": (silent, b""),
    "no HTTP": (nonsense, b"HTTP/1.1 400 "),
}


async def test_clients_that_take_their_time(port: int) -> None:
    """A few of each kind at once; others are answered while they hang on, and after."""
    hanging = {name: [asyncio.create_task(fault(port)) for _ in range(5)] for name, (fault, _) in FAULTS.items()}
    while not all(task.done() for tasks in hanging.values() for task in tasks):
        assert await is_served(port)
        await asyncio.sleep(SCALE)
    for name, (_, expected) in FAULTS.items():
        heard = [said for said in (task.result() for task in hanging[name]) if said]
        # Whoever is still talking when the server hangs up may be cut off before it has heard why.
        assert bool(heard) == bool(expected), name
        assert all(said.startswith(expected) for said in heard), name
        assert all(b"urn:yimen:problem:" in said for said in heard if said[9:10] == b"4"), name
    assert b"HTTP/1.1 408 " in hanging["a second request that begins only"][0].result()


async def test_a_reader_that_does_not_read_is_cut_off(port: int) -> None:
    """Its kernel takes what it has room for; the rest is never sent."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    door.setblocking(False)
    await asyncio.get_running_loop().sock_connect(door, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=door, limit=1024)
    writer.write(b"GET /big HTTP/1.1\r\nHost: hall\r\n\r\n")
    async with asyncio.timeout(PATIENCE):
        assert await is_served(port)
        while await _connections(port) > 1:  # ours; the one that asks closes behind itself
            await asyncio.sleep(SCALE)
    with suppress(ConnectionResetError):
        assert len(await reader.read()) < PIECES * len(PIECE)
    writer.close()


async def _connections(port: int) -> int:
    """As the kernel sees them at the server's end: what waits to be taken by a reader included."""
    found = [one for one in psutil.net_connections("tcp4") if one.laddr and one.laddr.port == port]
    return sum(one.status == "ESTABLISHED" for one in found) + 1


async def test_idle_connections_make_room(port: int) -> None:
    """Twice as many as the server keeps."""
    async with AsyncExitStack() as stack:
        idle = [await stack.enter_async_context(connected(port)) for _ in range(2 * MOST)]
        assert await is_served(port)
        assert {await client.told_before_the_end() for client in idle} == {b""}
    assert await is_served(port)
