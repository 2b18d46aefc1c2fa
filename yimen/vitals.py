"""How full a process is, what it is, and whether it can work: for whoever scrapes its metrics.

Guarantees: told by every process, whatever its part; nothing in here asks the database more often than readiness does.
"""

import asyncio
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from yimen import __version__
from yimen.db import Database
from yimen.waiting import rest_until
from yimen.web.health import Check

LAG_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
LOOK_SECONDS = 0.5


class Vitals:
    """`lag`: how much later than asked the event loop turned to this; then requests and handlers wait as long."""

    def __init__(self, registry: CollectorRegistry, database: Database, service: str, instance: str) -> None:
        self.lag = Histogram(
            "event_loop_lag_seconds", "Seconds by which a wake-up came late", registry=registry, buckets=LAG_SECONDS
        )
        in_use = Gauge("database_connections_in_use", "Connections of the pool that are in use", registry=registry)
        in_use.set_function(lambda: database.in_use)
        waiting = Gauge("database_connections_waited_for", "Units that wait for a connection", registry=registry)
        waiting.set_function(lambda: database.waiting)
        self.checks = Gauge("service_check", "1 while this check of readiness holds", ["check"], registry=registry)
        told = {"version": __version__, "service": service, "unit": instance}
        Info("yimen_build", "Which program this is", registry=registry).info(told)
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)

    async def look(self, checks: Mapping[str, Check]) -> None:
        for name, check in checks.items():
            holds, _why = await check()
            self.checks.labels(name).set(holds)

    async def watch(self, stopping: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while not stopping.is_set():
            due = loop.time() + LOOK_SECONDS
            await rest_until(stopping, LOOK_SECONDS)
            if not stopping.is_set():
                self.lag.observe(max(0.0, loop.time() - due))
