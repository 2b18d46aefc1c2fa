"""A lean HTTP/1.1 load generator, in a process of its own: kept-alive connections, prepared bytes, the least of parsing.

One job per line of standard input, a JSON object: `port`, `clients`, `requests` (each the whole text of one request). Each
client sends the next request when its last one was answered; with a `rate`, each request is sent at its own instant, so many
a second, and its latency counts from that instant, whether or not a client was free. One line out per job: `seconds` from
the first request to the last answer, `latencies` in seconds, `refused` (how many answers were not 2xx; the text of the
first in `first`). Does not: chunked answers, redirects, TLS.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

END_OF_HEAD = b"\r\n\r\n"


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(
        self,
        requests: Iterator[bytes],
        latencies: list[float],
        refused: list[str],
        answered: Callable[["Client"], None] | None = None,
    ) -> None:
        """`answered`: told after each answer, instead of sending the next request."""
        self._requests = requests
        self._answered = answered
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
            self.close()
        else:
            self.send(request, time.perf_counter())

    def send(self, request: bytes, began: float) -> None:
        self._began = began
        self._transport.write(request)

    def close(self) -> None:
        self.done.set_result(None)
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(END_OF_HEAD)
        if end < 0 or len(self._buffer) < end + 4 + _length(self._buffer[:end]):
            return
        self._latencies.append(time.perf_counter() - self._began)
        if self._buffer[9:10] != b"2":
            self._refused.append(self._buffer.decode("utf-8", "replace")[:2000])
        self._buffer = b""
        if self._answered is None:
            self.next()
        else:
            self._answered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"the server hung up: {exc!r}"))


def _length(head: bytes) -> int:
    """Of the body; a 204 has none and says nothing of it."""
    lowered = head.lower()
    at = lowered.find(b"content-length:") + 15
    if at < 15:
        return 0
    end = lowered.find(b"\r\n", at)
    return int(lowered[at : end if end > 0 else len(lowered)])


async def run(port: int, clients: int, requests: list[str], rate: float | None = None) -> dict[str, Any]:
    if rate is not None:
        return await _paced(port, clients, requests, rate)
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


async def _paced(port: int, clients: int, requests: list[str], rate: float) -> dict[str, Any]:
    latencies: list[float] = []
    refused: list[str] = []
    loop, free = asyncio.get_running_loop(), asyncio.Queue[Client]()
    nothing = iter(())
    for _ in range(clients):
        made = loop.create_connection(lambda: Client(nothing, latencies, refused, free.put_nowait), "127.0.0.1", port)
        free.put_nowait((await made)[1])
    began = time.perf_counter()
    for number, request in enumerate(requests):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        (await free.get()).send(request.encode(), due)
    opened = [await free.get() for _ in range(clients)]
    seconds = time.perf_counter() - began
    for client in opened:
        client.close()
    return {"seconds": seconds, "latencies": latencies, "refused": len(refused), "first": refused[:1]}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asyncio.run(run(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
