"""A furnished service behind a real HTTP server, in a thread with a loop of its own: for clients that know no asyncio."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager

import uvicorn

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
