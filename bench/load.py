"""A lean HTTP/1.1 load generator, in a process of its own: kept-alive connections, prepared bytes, the least of parsing.

One job per line of standard input, a JSON object: `port`, `clients`, `requests` (each the whole text of one request). Each
client sends the next request when its last one was answered. One line out per job: `seconds` from the first request to
the last answer, `latencies` in seconds, `refused` (how many answers were not 2xx; the text of the
first in `first`). Does not: chunked answers, redirects, TLS.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

END_OF_HEAD = b"\r\n\r\n"


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], refused: list[str]) -> None:
        self._requests = requests
        self._latencies = latencies
        self._refused = refused
        self._began = 0.0
        self._buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(END_OF_HEAD)
        if end < 0 or len(self._buffer) < end + 4 + _length(self._buffer[:end]):
            return
        self._latencies.append(time.perf_counter() - self._began)
        if self._buffer[9:10] != b"2":
            self._refused.append(self._buffer.decode("utf-8", "replace")[:2000])
        self._buffer = b""
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"the server hung up: {exc!r}"))


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.index(b"content-length:") + 15
    end = lowered.find(b"\r\n", at)
    return int(lowered[at : end if end > 0 else len(lowered)])


async def run(port: int, clients: int, requests: list[str]) -> dict[str, Any]:
    waiting = iter([request.encode() for request in requests])
    latencies: list[float] = []
    refused: list[str] = []
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Client(waiting, latencies, refused), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    began = time.perf_counter()
    for client in opened:
        client.next()
    await asyncio.gather(*(client.done for client in opened))
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "latencies": latencies, "refused": len(refused), "first": refused[:1]}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asyncio.run(run(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
