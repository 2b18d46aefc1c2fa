"""A hall in the middle of a roll-out: yesterday's processes and today's on the same databases, queues and bus.

`python -m tests.support.two_releases`, told like deploy.real, and by YESTERDAY the folder of the release before. Of each
service yesterday's process comes first, works on yesterday's schema, and goes on when today's has migrated it.
"""

import asyncio
import os
import sys
from pathlib import Path

from deploy import real
from deploy.outside import free_port

WORK_ON = {
    "fees": ("old speaks", "new"),
    "monitor": ("old", "new speaks"),
    "notify": ("old speaks", "new"),
    "approval_planning": ("old speaks",),
    "approval_environment": ("new speaks",),
    "approval_fire": ("old", "new speaks"),
    "approval_window": ("old speaks",),
    "intake": ("old speaks", "new"),
}
"""Who runs, in this order. `speaks`: carries the outbox to the broker, whoever of the two wrote into it."""

WITHOUT_RELAY, WITH_RELAY = "api,worker", "api,worker,relay"


async def _start(house: real.House, process: real.Process) -> list[str]:
    addresses = []
    for part in WORK_ON.get(process.name, ("new speaks",)):
        release, speaks = part.split(" ")[0], part.endswith("speaks")
        tree = Path(os.environ["YESTERDAY"]) if release == "old" else Path.cwd()
        port = process.port or free_port()
        told = {"YIMEN_PORT": str(port), "YIMEN_PARTS": WITH_RELAY if speaks else WITHOUT_RELAY}
        environment = {**os.environ, **process.environment, **told, "PYTHONPATH": str(tree)}
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", process.module, cwd=tree, env=environment)
        house.running.append(child)
        addresses.append(f"http://127.0.0.1:{port}")
        await real._until_ready(house, addresses)
    return addresses


if __name__ == "__main__":
    real.READY_SECONDS = 240
    real._start = _start
    real.main()
