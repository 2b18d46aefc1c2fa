"""A subscriber that costs next to nothing: it notes when a webhook was whole, answers 204, and reads it afterwards.

One that sleeps answers so many seconds later."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
END = b"\r\n\r\n"


class Receiver:
    """`calls`: each request's instant and its bytes, as they came."""

    def __init__(self, sleeps: float = 0) -> None:
        self.sleeps = sleeps
        self.calls: list[tuple[float, bytes]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.get_running_loop().create_server(lambda: _Call(self), "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    def first_arrivals(self) -> dict[tuple[str, int], float]:
        """When each (subject, sequence) came; of one that came twice, the first time."""
        found: dict[tuple[str, int], float] = {}
        for at, body in self.calls:
            event = orjson.loads(body)
            found.setdefault((event["subject"], int(event["sequence"])), at)
        return found


class _Call(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._got = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(END)
        if head < 0:
            return
        length = _length(bytes(self._got[:head]))
        whole = head + len(END) + length
        if len(self._got) >= whole:
            self._receiver.calls.append((time.time(), bytes(self._got[head + len(END) : whole])))
            del self._got[:whole]
            self._answer()

    def _answer(self) -> None:
        if self._receiver.sleeps:
            asyncio.get_running_loop().call_later(self._receiver.sleeps, self._transport.write, ANSWER)
        else:
            self._transport.write(ANSWER)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
