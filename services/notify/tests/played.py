"""A department's own system, played by a real HTTP server on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.notify.context import Context


class Listener:
    """Keeps what was posted to it; `answers` are given in turn, then 204."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=hall"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.calls.append((dict(request.headers), await request.body()))
        status = self.answers.pop(0) if self.answers else 204
        headers = {"location": "http://127.0.0.1:1/"} if status in (301, 302) else None
        await Response(status_code=status, headers=headers)(scope, receive, send)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        async with serving(self, self.port) as port:
            self.port = port
            yield self


@asynccontextmanager
async def serving(app: Any, port: int = 0) -> AsyncIterator[int]:
    """The port on 127.0.0.1 on which `app` answers; 0 asks for any."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
    )
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@dataclass
class Subscriber:
    """A department's system without a socket, for days that pass in a moment. `heard`: (id, subject, sequence), twice too.

    `answers` are given in turn, then 204. `deaf`: nobody answers. `mute`: the event is taken in, and the answer lost.
    `asleep`: the answer comes when it is woken."""

    heard: list[tuple[str, str, int]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    deaf: bool = False
    mute: bool = False
    asleep: asyncio.Event | None = None
    calls: int = 0

    async def called(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.deaf:
            raise httpx.ConnectError("down", request=request)
        event = orjson.loads(await request.aread())
        self.heard.append((request.headers["webhook-id"], event["subject"], int(event["sequence"])))
        if self.asleep is not None:
            await self.asleep.wait()
        if self.mute:
            raise httpx.ReadTimeout("lost", request=request)
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b""))

    def story(self, subject: str) -> list[int]:
        """The sequences of a subject, each where it was first heard."""
        return list(dict.fromkeys(sequence for _id, about, sequence in self.heard if about == subject))

    def is_once_for_each_id(self) -> bool:
        """Whether who drops what came under an id before has taken in each event once."""
        first = {event_id: (subject, sequence) for event_id, subject, sequence in self.heard}
        return len(set(self.heard)) == len(first) == len(set(first.values()))


class Town(httpx.AsyncBaseTransport):
    """Subscribers by their host's name."""

    def __init__(self, **subscribers: Subscriber) -> None:
        self._by_host = {f"{name}.test": subscriber for name, subscriber in subscribers.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._by_host[request.headers["host"]].called(request)

    async def resolve(self, host: str, port: int) -> list[str]:
        return ["8.8.8.8"]

    def stands_around(self, context: Context) -> None:
        """From here on the messenger calls these and nobody else."""
        context.webhooks = httpx.AsyncClient(transport=self)
        context.resolve = self.resolve
