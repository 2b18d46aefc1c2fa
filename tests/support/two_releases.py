"""A hall in the middle of a roll-out: yesterday's processes and today's on the same databases, queues and bus.

`python -m tests.support.two_releases`, told like deploy.real, and by YESTERDAY the folder of the release before. Of each
service yesterday's process comes first, works on yesterday's schema, and goes on when today's has migrated it.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy import real
from deploy.outside import Outside, free_port

WORK_ON = {
    "fees": ("old speaks", "new"),
    "monitor": ("old", "new speaks"),
    "notify": ("old speaks", "new"),
    "approval_fire": ("old speaks",),
    "approval_window": ("old", "new speaks"),
    "intake": ("old speaks", "new"),
}
"""Who runs, in this order. `speaks`: carries the outbox to the broker, whoever of the two wrote into it."""

READY_SECONDS = 500
ALONE = ("fire",)
"""Fewer windows than usual: each costs a process or two."""

WITHOUT_RELAY, WITH_RELAY = "api,worker", "api,worker,relay"


async def _start(house: real.House, process: real.Process, part: str) -> str:
    release, speaks = part.split(" ", maxsplit=1)[0], part.endswith("speaks")
    tree = Path(os.environ["YESTERDAY"]) if release == "old" else Path.cwd()
    port = process.port or free_port()
    told = {"YIMEN_PORT": str(port), "YIMEN_PARTS": WITH_RELAY if speaks else WITHOUT_RELAY}
    environment = {**os.environ, **process.environment, **told, "PYTHONPATH": str(tree)}
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", process.module, cwd=tree, env=environment)
    house.running.append(child)
    return f"http://127.0.0.1:{port}"


async def start_house(house: real.House, outside: Outside) -> Mapping[str, list[str]]:
    """Yesterday's listeners; then today's beside them, and yesterday's intake; then today's intake."""
    chosen = real.processes(house, outside)
    await real.make_databases(house, [process.name for process in chosen])
    upstreams: dict[str, list[str]] = {}
    *listeners, intake = chosen
    groups = (
        [(real.bank(house, outside), "new speaks"), *((one, part) for one in listeners for part in _parts(one, "old"))],
        [*((one, part) for one in listeners for part in _parts(one, "new")), (intake, WORK_ON["intake"][0])],
        [(intake, WORK_ON["intake"][1])],
    )
    for group in groups:
        addresses = [await _start(house, process, part) for process, part in group]
        await real._until_ready(house, addresses)
        for (process, _part), address in zip(group, addresses, strict=True):
            for path in process.paths:
                upstreams.setdefault(path, []).append(address)
    return upstreams


def _parts(process: real.Process, release: str) -> list[str]:
    return [part for part in WORK_ON[process.name] if part.startswith(release)]


if __name__ == "__main__":
    real.READY_SECONDS, real.ALONE = READY_SECONDS, ALONE
    real.start_house = start_house
    real.main()
