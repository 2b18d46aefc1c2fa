"""Which department is behind, for whoever watches the hall by metrics: departments and counts, no case and no person.

Guarantees: the same in each process that tells it (take `max`); as of the last half minute.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Row, case, func, select

from services.monitor.context import Context
from services.monitor.tables import alerts, cases, rungs
from yimen.bus import Units, View
from yimen.service import Loop
from yimen.waiting import rest_until

log = structlog.get_logger()

LOOK_SECONDS = 30.0


class Gauges:
    """Registered where the service has its registry; measured by a loop of its own."""

    def __init__(self) -> None:
        labels = ["department", "light"]
        self.open_cases = Gauge("yimen_monitor_open_cases", "Cases that run, by lead", labels, registry=None)
        self.unanswered = Gauge("yimen_monitor_unanswered_alerts", "Alerts not answered yet", labels, registry=None)
        self.overdue_rungs = Gauge("yimen_monitor_overdue_rungs", "Alerts due and not yet raised", registry=None)

    def register(self, registry: CollectorRegistry) -> None:
        for gauge in (self.open_cases, self.unanswered, self.overdue_rungs):
            registry.register(gauge)

    async def measure(self, view: View[Any]) -> None:
        light = case(
            (cases.c.red_at <= view.now, "red"),
            (cases.c.yellow_at <= view.now, "yellow"),
            (cases.c.blue_at <= view.now, "blue"),
            else_="green",
        ).label("light")
        running = select(cases.c.department, light, func.count().label("n"))
        running = running.where(cases.c.stopped_at.is_(None), cases.c.department.is_not(None))
        waits = (alerts.c.answered_at.is_(None), alerts.c.lifted_at.is_(None), alerts.c.order_number.is_(None))
        asked = select(alerts.c.department, alerts.c.level.label("light"), func.count().label("n")).where(*waits)
        due = select(func.count()).select_from(rungs).where(rungs.c.run_at <= view.now)
        _tell(self.open_cases, (await view.execute(running.group_by(cases.c.department, light))).all())
        _tell(self.unanswered, (await view.execute(asked.group_by(alerts.c.department, alerts.c.level))).all())
        self.overdue_rungs.set((await view.execute(due)).scalar_one())

    def loop(self, units: Units[Context]) -> Loop:
        stopping = asyncio.Event()

        async def run() -> None:
            while not stopping.is_set():
                try:
                    async with units.view() as view:
                        await self.measure(view)
                except Exception as error:
                    log.debug("gauges_not_measured", reason=repr(error))
                await rest_until(stopping, LOOK_SECONDS)

        return Loop(run, stopping.set)


def _tell(gauge: Gauge, rows: Iterable[Row[Any]]) -> None:
    """Who has none any more is told no more: nobody is asked between these lines."""
    gauge.clear()
    for row in rows:
        gauge.labels(row.department, row.light).set(row.n)
