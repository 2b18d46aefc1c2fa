"""A hall in the middle of a roll-out: yesterday's services and today's on the same databases, queues and bus.

`python -m tests.support.two_releases`, told like deploy.real, and by YESTERDAY the folder of the release before. Each
release is one process (`one_release`). Yesterday's comes first, works on yesterday's schema, and goes on when today's has
migrated it.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy import real
from deploy.outside import Outside

SPEAKS = {
    "fees": "old",
    "monitor": "new",
    "notify": "old",
    "approval_window": "new",
    "intake": "old",
    "approval_fire": "old",
}
"""Whose relay carries the outbox to the broker, whoever of the two wrote into it."""

ALONE = ("fire",)
OLD_ONLY = ("approval_fire",)
"""Today's has not got there yet."""

WITHOUT_RELAY, WITH_RELAY = "api,worker", "api,worker,relay"
READY_SECONDS = 400
RUNNER = Path(__file__).with_name("one_release.py")


async def _start(house: real.House, release: str, tree: Path, chosen: list[real.Process]) -> dict[str, str]:
    """Each service's address, once all answer."""
    told, addresses, sockets = [], {}, []
    for process in chosen:
        sockets.append(socket.create_server(("127.0.0.1", 0), backlog=2048))
        parts = WITH_RELAY if SPEAKS[process.name] == release else WITHOUT_RELAY
        # Until nobody of yesterday is left, today's writes what yesterday's can read.
        keys = f"plain,{process.environment['YIMEN_DATA_KEYS']}"
        environment = process.environment | {"YIMEN_PARTS": parts, "YIMEN_DATA_KEYS": keys}
        told.append((process.module, sockets[-1].fileno(), environment))
        addresses[process.name] = f"http://127.0.0.1:{sockets[-1].getsockname()[1]}"
    command = [sys.executable, str(RUNNER), json.dumps(told)]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    numbers = [one.fileno() for one in sockets]
    house.running.append(await asyncio.create_subprocess_exec(*command, cwd=tree, env=environment, pass_fds=numbers))
    for one in sockets:
        one.close()
    await real._until_ready(house, list(addresses.values()))
    return addresses


async def start_house(house: real.House, outside: Outside) -> Mapping[str, list[str]]:
    chosen = real.processes(house, outside)
    await real.make_databases(house, [process.name for process in chosen])
    [bank] = await real._start(house, the_bank := real.bank(house, outside))
    upstreams = {path: [bank] for path in the_bank.paths}
    for release, tree, part in (
        ("old", Path(os.environ["YESTERDAY"]), chosen),
        ("new", Path.cwd(), [process for process in chosen if process.name not in OLD_ONLY]),
    ):
        addresses = await _start(house, release, tree, part)
        for process in part:
            for path in process.paths:
                upstreams.setdefault(path, []).append(addresses[process.name])
    return upstreams


if __name__ == "__main__":
    real.READY_SECONDS, real.ALONE = READY_SECONDS, ALONE
    real.start_house = start_house
    real.main()
