"""How much waits, read from the database, so that every replica says the same whoever did the work.

Where several replicas are scraped, take the maximum and never the sum.
"""

from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from yimen.bus import Units
from yimen.bus.metrics import BusMetrics
from yimen.bus.relay import backlog


async def measure(units: Units[Any], metrics: BusMetrics) -> None:
    """Raises what the driver raises; the gauges then keep what they said last."""
    depth, oldest = await backlog(units)
    metrics.outbox_depth.set(depth)
    metrics.outbox_oldest.set(oldest)
    tables = units.metadata.tables
    outgoing = tables["outgoing"]
    counted = {
        metrics.waiting: _count(tables["inbox_deferred"]),
        metrics.open: _count(tables["inbox_parked"], tables["inbox_parked"].c.resolution.is_(None)),
        metrics.given_up: _count(outgoing, outgoing.c.state == "given_up"),
        metrics.unsettled: _count(outgoing, outgoing.c.state == "unsettled"),
        metrics.timers_parked: _count(tables["timers"], tables["timers"].c.parked.is_(True)),
    }
    async with units.view() as view:
        row = (await view.execute(select(*counted.values()))).one()
    for gauge, number in zip(counted, row, strict=True):
        gauge.set(number)


def _count(table: Table, *which: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(*which).scalar_subquery()
