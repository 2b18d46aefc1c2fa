"""The supervisor's heavy work, as a process: `python -m bench.sweeping sweep|recompute DATABASE INSTANT`.

Says `{"ready": true}`, waits for a line, does all that is due at that instant, and says `{"seconds": …, "done": …}`.
"""

import asyncio
import sys
import time
from datetime import datetime

import orjson

from services.monitor.app import BINDINGS, blueprint
from services.monitor.context import Context
from services.monitor.settings import MonitorSettings
from services.monitor.sweeping import Sweeper
from yimen.bus import Units
from yimen.clock import FrozenClock
from yimen.db import Database
from yimen.timers import TimerRunner


def units_on(database_url: str, instant: str) -> Units[Context]:
    """What a supervisor works with, at that instant."""
    assert BINDINGS  # the whole service is there, with every handler and timer
    context = Context.of(MonitorSettings(database_url=database_url))
    clock = FrozenClock(datetime.fromisoformat(instant))
    return Units(Database(database_url), clock, context, blueprint.metadata, "/monitor")


async def main(work: str, database_url: str, instant: str) -> None:
    units = units_on(database_url, instant)
    due = {"sweep": Sweeper(units).run_due, "recompute": TimerRunner(units, blueprint.timers).run_due}[work]
    await units.database.check()
    print(orjson.dumps({"ready": True}).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    started = time.perf_counter()
    done = await due()
    print(orjson.dumps({"seconds": time.perf_counter() - started, "done": done}).decode(), flush=True)
    await units.database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
