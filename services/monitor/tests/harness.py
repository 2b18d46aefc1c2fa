"""The supervisor in a test's hands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import text

from services.monitor.app import build
from services.monitor.domain.views import Recorded
from services.monitor.settings import MonitorSettings
from services.monitor.tests.samples import at
from yimen.bus import Message
from yimen.clock import FrozenClock
from yimen.testing import Harness, start_service


@asynccontextmanager
async def supervisor(database_url: str, now: datetime | None = None) -> AsyncIterator[Harness]:
    settings = MonitorSettings(database_url=database_url)
    async with start_service(build, settings, clock=FrozenClock(now or at(3, 2, 12))) as harness:
        yield harness


def message(one: Recorded) -> Message:
    return Message(one.event.routing_key, one.meta.to_headers(), one.event.to_body())


async def tell(harness: Harness, *told: Recorded) -> None:
    await harness.process([message(one) for one in told])


async def rows(harness: Harness, query: str) -> list[dict[str, object]]:
    async with harness.units.view() as view:
        return [dict(row._mapping) for row in await view.execute(text(query))]


async def change(harness: Harness, statement: str) -> None:
    async with harness.units.begin() as unit:
        await unit.execute(text(statement))
