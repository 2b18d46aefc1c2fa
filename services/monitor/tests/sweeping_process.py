"""A sweeper to be killed: `python -m services.monitor.tests.sweeping_process DATABASE INSTANT claimed|committed`.

Takes ten rungs, says the word when it has come that far, and waits for its end: with its transaction open, or done.
"""

import asyncio
import sys
from datetime import datetime

from services.monitor.app import blueprint
from services.monitor.context import Context
from services.monitor.settings import MonitorSettings
from services.monitor.sweeping import claim, sweep
from yimen.bus import Units
from yimen.clock import FrozenClock
from yimen.db import Database


async def main(database_url: str, instant: str, moment: str) -> None:
    context = Context.of(MonitorSettings(database_url=database_url))
    clock = FrozenClock(datetime.fromisoformat(instant))
    units = Units(Database(database_url), clock, context, blueprint.metadata, "/monitor")
    async with units.begin() as unit:
        await sweep(unit, await claim(unit, 10))
        await unit.flush()
        if moment == "claimed":
            await _wait(moment)
    await _wait(moment)


async def _wait(moment: str) -> None:
    print(moment, flush=True)
    await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
