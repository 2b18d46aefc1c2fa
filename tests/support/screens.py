"""A hall full of screens: many readers of the live stream in one process, at little cost each.

Guarantees: each notes what it heard and when, and where it stands, so that it can resume. Does not: understand any other
server than ours (lines end with a bare newline, an event comes in one chunk).
"""

import asyncio
import re
import time
from collections import defaultdict
from typing import Any

import orjson

from tests.support.driving import until

TOLD = re.compile(rb"id: (\d+)\nevent: [^\n]*\ndata: ([^\n]*)\n\n")
PLACE = re.compile(rb"id: (\d+)\n(?:retry: \d+\n)?\n")
AT_ONCE = 50
"""Connections that are being made side by side: fewer than stand in line before the server's door (yimen.web.admission)."""

SENT_AWAY = b"HTTP/1.1 503 "
COME_AGAIN_SECONDS = 0.2


class Reader(asyncio.Protocol):
    """Notes when it heard which id; it reads its events' bodies only when somebody asks."""

    def __init__(self, request: bytes, after: int | None) -> None:
        self._request, self.last = request, after
        self._rest = b""
        self.heard: list[tuple[int, float, bytes]] = []
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        after = b"" if self.last is None else b"Last-Event-ID: %d\r\n" % self.last
        transport.write(self._request + after + b"\r\n")

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if data.startswith(SENT_AWAY):
            self.transport.abort()
        whole, cut, self._rest = (self._rest + data).rpartition(b"\n\n")
        whole += cut
        for told in TOLD.finditer(whole):
            self.last = int(told[1])
            self.heard.append((self.last, now, told[2]))
        if places := PLACE.findall(whole):
            self.last = max(self.last or 0, int(places[-1]))
            self.begun.set()


class Screens:
    """`open`: until so many are connected and told where they stand. `cut`: all connections end at once. `back`: all connect
    again, each after the last id that it saw. `hear`: until each has heard so many events since it was last asked."""

    def __init__(self, address: str, token: str) -> None:
        self._host, _, port = address.partition(":")
        self._port = int(port)
        self._request = (
            f"GET /stream HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\nAccept: text/event-stream\r\n"
        ).encode()
        self._readers: list[Reader] = []

    async def open(self, count: int) -> None:
        self._readers += await self._connected([None] * (count - len(self._readers)))

    async def cut(self) -> None:
        for reader in self._readers:
            reader.transport.abort()

    async def back(self) -> None:
        self._readers = await self._connected([reader.last for reader in self._readers])

    async def _connected(self, places: list[int | None]) -> list[Reader]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def connect(after: int | None) -> Reader:
            async with gate:
                while not (reader := await self._one(after)).begun.is_set():
                    await asyncio.sleep(COME_AGAIN_SECONDS)
            return reader

        return await asyncio.gather(*map(connect, places))

    async def _one(self, after: int | None) -> Reader:
        """Told where it stands, or sent away."""
        loop = asyncio.get_running_loop()
        _, reader = await loop.create_connection(lambda: Reader(self._request, after), self._host, self._port)
        either = [asyncio.ensure_future(event.wait()) for event in (reader.begun, reader.ended)]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        for one in either:
            one.cancel()
        return reader

    @property
    def readers(self) -> list[Reader]:
        return self._readers

    async def hear(self, count: int) -> dict[str, Any]:
        """`events`: subject, sequence and id of each; `heard`: by id, the instant of each reader."""

        async def all_heard() -> bool:
            return all(len(reader.heard) >= count for reader in self._readers)

        await until(all_heard, 240)
        heard = defaultdict(list)
        for reader in self._readers:
            for number, at, _body in reader.heard:
                heard[str(number)].append(round(at, 4))
        events = [[number, orjson.loads(body)] for number, _at, body in self._readers[0].heard]
        for reader in self._readers:
            reader.heard.clear()
        named = [[event["subject"], int(event["sequence"]), number] for number, event in events]
        return {"events": named, "heard": heard}
