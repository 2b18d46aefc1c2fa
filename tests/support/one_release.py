"""Several services of one release in one process, so that a test of two releases costs two processes and not twelve.

`python one_release.py '[[module, socket, environment], …]'` with PYTHONPATH at the release's tree. They start in this
order, each once the one before it is ready; SIGTERM ends all. Sockets are bound by
whoever starts it: a port that is only chosen may be taken meanwhile. Knows only what both releases have.
"""

import asyncio
import importlib
import inspect
import json
import os
import signal
import socket
import sys
from typing import Any

import httpx
import uvicorn

from yimen import telemetry
from yimen.running import _served, parts_of, server_of
from yimen.settings import KitSettings, ServiceSettings


def server_for(module: str, environment: dict[str, str]) -> uvicorn.Server:
    os.environ.update(environment)
    found = inspect.getmembers(importlib.import_module(f"{module}.settings"), inspect.isclass)
    [settings] = [
        kind for _name, kind in found if issubclass(kind, ServiceSettings) and kind.__module__.startswith(module)
    ]
    kit = KitSettings()
    service = importlib.import_module(f"{module}.app").build(parts_of(kit), settings())
    return server_of(_served(service), kit.host, 0)


async def ready(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def serve(services: list[Any]) -> None:
    servers: list[uvicorn.Server] = []
    tasks: list[asyncio.Task[None]] = []
    going_on = True

    def end() -> None:
        nonlocal going_on
        going_on = False
        for server in servers:
            server.should_exit = True

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    for module, number, environment in services:
        if going_on:
            own = socket.socket(fileno=number)
            servers.append(server_for(module, environment))
            tasks.append(asyncio.create_task(servers[-1]._serve([own])))
            watching = asyncio.create_task(ready(own.getsockname()[1]))
            await asyncio.wait({watching, tasks[-1]}, return_when=asyncio.FIRST_COMPLETED)
            watching.cancel()
    await asyncio.gather(*tasks)
    if not all(server.started for server in servers):
        raise SystemExit(3)


if __name__ == "__main__":
    telemetry.configure(os.environ.get("YIMEN_LOG_LEVEL", "WARNING"))
    asyncio.run(serve(json.loads(sys.argv[1])))
