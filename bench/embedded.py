"""The hall in one process (`python -m deploy.embedded`): lives per second, resident memory, and how fast it starts.

SQLite on disk with a commit for each answer, the bus in process. The second start finds the databases of the first.
"""

import tempfile
import time
from contextlib import AsyncExitStack

import psutil

from bench.lives import lives_at, ready
from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from tests.support.sandbox import free_port

MEGABYTE = 1024 * 1024


def _resident(process: Process) -> float:
    """Megabytes."""
    return float(psutil.Process(process.pid).memory_info().rss) / MEGABYTE


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    count, rounds = (4, 1) if quick else (20, rig.rounds)
    starts: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        for life in range(2):
            port = free_port()
            base = f"http://127.0.0.1:{port}"
            began = time.monotonic()
            async with AsyncExitStack() as stack:
                hall = await stack.enter_async_context(
                    rig.process("deploy.embedded", PORT=str(port), YIMEN_HOME=home, YIMEN_LOG_LEVEL="WARNING", DEMO="0")
                )
                await ready(f"{base}/intake/readyz")
                starts.append(time.monotonic() - began)
                if life == 0:
                    idle = _resident(hall)
                    lives = await stack.enter_async_context(lives_at(base))
                    rates = [await lives.rate(count) for _ in range(rounds)]
                    after = _resident(hall)
    return [
        Figure("embedded hall, whole lives", rates, None, "/s", Wanted()),
        Figure("embedded hall, resident memory once ready", [idle], None, "MB", Wanted()),
        Figure(f"embedded hall, resident memory after {count * rounds} lives", [after], None, "MB", Wanted()),
        Figure("embedded hall, first start until ready", starts[:1], None, "s", Wanted()),
        Figure("embedded hall, second start until ready", starts[1:], None, "s", Wanted()),
    ]
