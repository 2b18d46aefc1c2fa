"""A furnished service behind a real HTTP server, in a thread with a loop of its own: for clients that know no asyncio."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.rooms import Room


class Served:
    """`room` belongs to the server's thread: touch it by `renew` only."""

    def __init__(self, room: Room, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self.room = room
        self.address = address
        self._loop = loop

    def renew(self, label: str) -> dict[str, str]:
        """Another thing, ready for that operation; the ids that now fill the paths."""
        asyncio.run_coroutine_threadsafe(self.room.renew(label), self._loop).result(30)
        return dict(self.room.ids)


@contextmanager
def serving(opening: AbstractAsyncContextManager[Room]) -> Iterator[Served]:
    ready: Future[Served] = Future()
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            async with opening as room:
                config = uvicorn.Config(room.harness.service.app, log_config=None, access_log=False, lifespan="off")
                servers.append(uvicorn.Server(config))
                port = door.getsockname()[1]
                ready.set_result(Served(room, f"http://127.0.0.1:{port}", asyncio.get_running_loop()))
                await servers[0]._serve([door])

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run, name="served")
    thread.start()
    try:
        yield ready.result(60)
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(30)


@contextmanager
def doors(make: Callable[[], ASGIApp], names: Sequence[str]) -> Iterator[dict[str, str]]:
    """One application behind a port for each name, in a thread; it finds the name as `door` in its scope."""
    with ExitStack() as stack:
        opened = {name: stack.enter_context(socket.create_server(("127.0.0.1", 0))) for name in names}
        name_of = {door.getsockname()[1]: name for name, door in opened.items()}
        app = make()

        async def named(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "door": name_of[scope["server"][1]]}, receive, send)

        server = uvicorn.Server(uvicorn.Config(named, log_config=None, access_log=False, lifespan="off"))
        serving = threading.Thread(target=server.run, kwargs={"sockets": list(opened.values())}, name="doors")
        serving.start()
        try:
            yield {name: f"http://127.0.0.1:{port}" for port, name in name_of.items()}
        finally:
            server.should_exit = True
            serving.join(30)
