"""A service's life: from its rooms to a running whole, and down again without losing anything.

Start: migrate, run `on_start` in a unit, then the loops (worker, relay, timers, senders, the service's own). A broker that
is down is not waited for: requests are answered, and the relay starts when the queue stands. Stop: take nothing new, finish
what is in hand within `DRAIN_SECONDS`. Crash-only: a killed process starts the same way.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData

from yimen import __version__
from yimen.bus import Carrier, Handlers, Queue, Unit, Units
from yimen.bus.inbox import Inbox
from yimen.bus.metrics import BusMetrics
from yimen.bus.relay import Relay, backlog
from yimen.bus.worker import Worker
from yimen.clock import Clock, MovableClock
from yimen.contracts.envelope import Windows
from yimen.db import Database
from yimen.errors import CarrierDown
from yimen.housekeeping import Chore, House
from yimen.jobs import Senders
from yimen.keys import Keys
from yimen.migrating import upgrade
from yimen.operations.levels import measure
from yimen.sealed import NO_KEYS
from yimen.sender import SenderRunner
from yimen.settings import Part, ServiceSettings
from yimen.timers import TimerRunner, Timers
from yimen.vitals import Vitals
from yimen.waiting import rest_until
from yimen.web import clock, operations, personal
from yimen.web.app import Shell, create_app
from yimen.web.tokens import TokenVerifier

log = structlog.get_logger()
C = TypeVar("C")
DRAIN_SECONDS = 18.0  # with the 5 s that the server gives to open requests, below the 25 s of bus.md §4
DECLARE_REST_SECONDS, STUCK_SECONDS, GAUGES_SECONDS = 1.0, 30.0, 5.0


@dataclass(frozen=True)
class Parts:
    """What a service is given from outside: the only things that differ between embedded, test and production."""

    carrier: Carrier
    clock: Clock
    verifier: TokenVerifier
    does: frozenset[Part] = frozenset(Part)
    migrates: bool = True
    shell: Shell = field(default_factory=Shell)
    keys: Keys = NO_KEYS
    "Under which personal data lies in the database (yimen.keys); without any it lies there as it is."
    windows: Windows | None = None
    "Who may speak for which departments (yimen.contracts.envelope.read_meta); None: a source is believed."


@dataclass(frozen=True)
class Blueprint:
    """What a service is made of, the same in every way to run."""

    name: str
    title: str
    metadata: MetaData
    migrations: Path
    routers: Sequence[APIRouter]
    handlers: Handlers = field(default_factory=Handlers)
    timers: Timers = field(default_factory=Timers)
    senders: Senders = field(default_factory=Senders)
    bindings: tuple[str, ...] = ()
    chores: Sequence[Chore] = ()


@dataclass(frozen=True)
class Loop:
    """Something that runs until it is told to stop. `run_due`: all that it would do at this instant, and how much it was."""

    run: Callable[[], Awaitable[None]]
    stop: Callable[[], None]
    run_due: Callable[[], Awaitable[int]] | None = None


class Service(Generic[C]):
    """One running instance. `instance` also names its queue and, unless `source` is given, the source of its events.

    `loops` run in every process, `workers` where a process handles events and timers. `on_stop`: closes what the
    service opened itself, when nothing runs any more."""

    def __init__(
        self,
        blueprint: Blueprint,
        parts: Parts,
        settings: ServiceSettings,
        *,
        context: C,
        instance: str | None = None,
        source: str | None = None,
        bindings: tuple[str, ...] | None = None,
        on_start: Callable[[Unit[C]], Awaitable[None]] | None = None,
        on_stop: Sequence[Callable[[], Awaitable[None]]] = (),
        loops: Sequence[Loop] = (),
        workers: Sequence[Callable[[Units[C]], Loop]] = (),
        body_limits: Mapping[str, int] | None = None,
    ) -> None:
        self.blueprint, self.parts = blueprint, parts
        self.context = context
        self.instance = instance or blueprint.name
        self.queue = Queue(self.instance, blueprint.bindings if bindings is None else bindings)
        self.registry = CollectorRegistry()
        self.metrics = BusMetrics(self.registry)
        self.database = Database(settings.database_url, keys=parts.keys)
        self.vitals = Vitals(self.registry, self.database, blueprint.name, self.instance)
        self._checks = {"database": self._check_database, "bus": self._check_bus, "loops": self._check_loops}
        said_by = source or f"/{blueprint.name}"
        self.units: Units[C] = Units(self.database, parts.clock, context, blueprint.metadata, said_by, parts.windows)
        self.inbox = Inbox(self.units, blueprint.handlers, self.instance, self.metrics)
        self.worker = Worker(parts.carrier, self.queue, self.inbox, self.metrics)
        self.relay = Relay(self.units, parts.carrier, self.metrics)
        self.timers = TimerRunner(self.units, blueprint.timers)
        self.senders = SenderRunner(self.units, blueprint.senders)
        self.house = House(self.units, self.instance, blueprint.chores)
        self._on_start = on_start
        self._on_stop, self._own_loops = tuple(on_stop), tuple(loops)
        self._own_workers = tuple(make(self.units) for make in workers)
        self._stopping = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._loops: list[Loop] = []
        self.app = self._make_app(body_limits)

    def _make_app(self, body_limits: Mapping[str, int] | None) -> FastAPI:
        routers = [*self.blueprint.routers, operations.router, personal.router]
        if isinstance(self.parts.clock, MovableClock):
            routers.append(clock.router)
        return create_app(
            title=self.blueprint.title,
            version=__version__,
            routers=routers,
            units=self.units,
            verifier=self.parts.verifier,
            checks=self._checks,
            registry=self.registry,
            body_limits=body_limits,
            shell=self.parts.shell,
        )

    # -- life -----------------------------------------------------------------------------------------------------------
    async def prepare(self) -> None:
        """The database at its newest revision, the queue declared: from now on nothing meant for us is missed.

        Waits for the broker. Where several services share a process, all are prepared before the first one starts."""
        await upgrade(self.database, self.blueprint.migrations, allowed=self.parts.migrates)
        if self.queue.bindings:
            await self._declare()

    async def begin(self) -> None:
        """Everything but the loops."""
        await self.prepare()
        await self._greet()

    async def _greet(self) -> None:
        if self._on_start is not None:
            async with self.units.begin() as unit:
                await self._on_start(unit)

    async def start(self) -> None:
        await upgrade(self.database, self.blueprint.migrations, allowed=self.parts.migrates)
        await self._greet()
        for name, loop in self._chosen_loops().items():
            self._loops.append(loop)
            self._tasks[name] = asyncio.create_task(self._supervise(name, loop), name=f"{self.instance}:{name}")
        if "worker" not in self._tasks:
            self.registry.unregister(self.metrics.connected)  # its 0 would say that a session is missing
        log.info("service_started", instance=self.instance, loops=sorted(self._tasks))

    @property
    def loops(self) -> frozenset[str]:
        """The names of the loops that this process runs."""
        return frozenset(self._tasks)

    def _chosen_loops(self) -> dict[str, Loop]:
        does = self.parts.does
        loops: dict[str, Loop] = {}
        if Part.WORKER in does:
            if self.queue.bindings:
                loops["worker"] = Loop(self.worker.run, self.worker.stop)
            if self.blueprint.timers:
                loops["timers"] = Loop(self.timers.run, self.timers.stop)
            if self.blueprint.senders:
                loops["senders"] = Loop(self.senders.run, self.senders.stop)
            loops |= {f"worker{n}": loop for n, loop in enumerate(self._own_workers)}
        if Part.RELAY in does:
            loops["relay"] = Loop(self._relay_on, self.relay.stop)
        if Part.WORKER in does:
            loops["housekeeping"] = Loop(lambda: self.house.keep(self._stopping), lambda: None)
        loops["gauges"] = Loop(self._measure, lambda: None)
        return loops | {f"own{n}": loop for n, loop in enumerate(self._own_loops)}

    async def run_due(self) -> int:
        """All that timers and the service's own workers would do at this instant; returns how much that was."""
        done = await self.timers.run_due()
        for loop in self._own_workers:
            done += await loop.run_due() if loop.run_due else 0
        return done

    async def _supervise(self, name: str, loop: Loop) -> None:
        """A loop that falls over is a defect: said loudly, and readiness fails until a new process takes over."""
        try:
            await loop.run()
        except Exception:
            log.exception("loop_failed", instance=self.instance, loop=name)
            raise

    async def _measure(self) -> None:
        """In every process, whatever it does: each is asked for its metrics, and must not answer with zero."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.vitals.watch(self._stopping))
            while not self._stopping.is_set():
                try:
                    await self.vitals.look(self._checks)
                    await measure(self.units, self.metrics)
                except Exception as error:
                    log.debug("gauges_not_measured", instance=self.instance, reason=repr(error))
                await rest_until(self._stopping, GAUGES_SECONDS)

    async def _relay_on(self) -> None:
        """Our own queue first: nobody hears of us before we can hear the answer."""
        if self.queue.bindings:
            await self._declare()
        await self.relay.run()

    async def _declare(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.parts.carrier.declare(self.queue)
            except CarrierDown as down:
                log.warning("broker_awaited", queue=self.queue.name, reason=str(down))
                await rest_until(self._stopping, DECLARE_REST_SECONDS)
            else:
                return

    async def stop(self) -> None:
        self._stopping.set()
        for loop in self._loops:
            loop.stop()
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks.values(), timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for close in self._on_stop:
            await close()
        await self.database.close()
        log.info("service_stopped", instance=self.instance)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service[C]"]:
        try:
            await self.start()
            yield self
        finally:
            await self.stop()

    # -- readiness tells the truth ---------------------------------------------------------------------------------------

    async def _check_database(self) -> tuple[bool, str]:
        try:
            await self.database.check()
        except Exception as error:
            return False, f"{type(error).__name__}"
        return True, "answers"

    async def _check_bus(self) -> tuple[bool, str]:
        """A standby relay is healthy: another replica leads. Old rows in the outbox mean that nobody carries them.

        A process that only answers requests can do so without the broker: it reports, and stays ready."""
        try:
            count, oldest = await backlog(self.units)
        except Exception as error:
            return False, f"{type(error).__name__}"
        if "worker" in self._tasks and not self.worker.connected:
            return False, "the consuming session is down"
        carried = oldest < STUCK_SECONDS or "relay" not in self._tasks
        return carried, f"{count} events wait, the oldest for {oldest:.0f} s"

    async def _check_loops(self) -> tuple[bool, str]:
        fallen = sorted(name for name, task in self._tasks.items() if task.done())
        return not fallen, f"fallen: {', '.join(fallen)}" if fallen else f"{len(self._tasks)} run"


Build = Callable[[Parts, Any], Service[Any]]
