"""A TCP proxy that stands between a program and its broker or database, and does to the line what networks do.

It cuts, refuses, delays and stalls; it never alters or reorders a byte. What it read before a stall waits in it: `resume`
lets it go on its way, `cut` loses it. Lives in the test's own event loop: a test that blocks the loop stalls the line.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from urllib.parse import urlsplit


class Way(Enum):
    UP = "to the server"
    DOWN = "to the client"


class _Link:
    def __init__(self, writers: list[asyncio.StreamWriter]) -> None:
        self.writers = writers
        self.pumps: list[asyncio.Task[None]] = []

    def end(self, *, lose: bool) -> None:
        """Nothing more is forwarded. `lose`: what waits to be sent is lost too."""
        for pump in self.pumps:
            pump.cancel()
        for writer in self.writers:
            writer.transport.abort() if lose else writer.close()


class Proxy:
    """One listening port before one server. Made by `proxied`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._server: asyncio.Server | None = None
        self._links: dict[_Link, asyncio.Task[None] | None] = {}
        self._flows = {way: asyncio.Event() for way in Way}
        self._delay = 0.0
        self.held = 0  # bytes that came to a stalled line, since it was stalled
        self.port = 0
        self.resume()

    def address(self, url: str) -> str:
        """The same address, by way of this proxy."""
        parts = urlsplit(url)
        account = parts.netloc[: parts.netloc.rfind("@") + 1]
        return parts._replace(netloc=f"{account}127.0.0.1:{self.port}").geturl()

    async def accept(self) -> None:
        """New connections are taken; always on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """New connections are refused; those that stand go on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """Every connection breaks at once; what was under way in the proxy is lost."""
        for link in list(self._links):
            link.end(lose=True)

    async def close(self) -> None:
        self.refuse()
        self.cut()
        await asyncio.gather(*(serving for serving in self._links.values() if serving), return_exceptions=True)

    def stall(self, *ways: Way) -> None:
        """Connections stand, nothing passes: in these directions, or in both."""
        self.held = 0
        for way in ways or Way:
            self._flows[way].clear()

    def resume(self) -> None:
        for flow in self._flows.values():
            flow.set()

    def delay(self, seconds: float) -> None:
        """Each piece of up to 64 KiB waits so long on its way, and those behind it wait for it."""
        self._delay = seconds

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link([writer, far_writer])
        link.pumps = [
            asyncio.create_task(self._pump(reader, far_writer, Way.UP)),
            asyncio.create_task(self._pump(far_reader, writer, Way.DOWN)),
        ]
        self._links[link] = asyncio.current_task()
        await asyncio.wait(link.pumps, return_when=asyncio.FIRST_COMPLETED)
        link.end(lose=False)
        await asyncio.gather(*link.pumps, return_exceptions=True)
        del self._links[link]

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        while piece := await reader.read(65536):
            await asyncio.sleep(self._delay)
            self.held += 0 if self._flows[way].is_set() else len(piece)
            await self._flows[way].wait()
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(url)
    await proxy.accept()
    try:
        yield proxy
    finally:
        await proxy.close()
