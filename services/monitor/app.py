"""Wires the supervisor: everything that is said comes in, contacts excepted; requests read, and answer alerts."""

from pathlib import Path

from services.monitor import (  # some are imported only because they add themselves to the registry
    appeal_tasks,
    appealing,
    complaining,
    consulting,
    counting,
    credentials,
    deadlines,
    detecting,
    forgetting,
    handlers,
    publishing,
    rating,
    recomputing,
    registry,
    rulebooks,
    sealing,
    silences,
    stations,
    tasks,
    voice_tasks,
)
from services.monitor.api import routers
from services.monitor.api.imports import BODY_LIMITS
from services.monitor.context import Context
from services.monitor.gauges import Gauges
from services.monitor.settings import MonitorSettings
from services.monitor.sweeping import Sweeper
from services.monitor.tables import metadata
from yimen.bus import Unit, Units
from yimen.service import Blueprint, Loop, Parts, Service

AREAS = (
    *(handlers, credentials, rulebooks, recomputing, sealing),
    *(silences, tasks, publishing, appealing, appeal_tasks, detecting),
    *(deadlines, complaining, rating, consulting, voice_tasks, stations),
)

BINDINGS = (
    *("intake.item.#", "intake.case.#", "intake.review.#", "intake.calendar.#", "intake.credential.#"),
    *("intake.agency.#", "intake.project.#", "intake.ban.#", "intake.announcement.#"),
    *("approval.#", "fees.#", "notify.#", "monitor.#"),
)
"""Its own words come back to it like everyone's, to stand in the journal; nothing follows from them."""

BEGINNINGS = (
    *(rulebooks.begin, counting.begin, recomputing.begin_refolding),
    *(sealing.begin_sealing, silences.begin, publishing.begin),
)
"""What stands from the first start: the first rulebook, what an older supervisor kept otherwise, each day's own timer."""

blueprint = Blueprint(
    name="monitor",
    title="电子监察",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=routers,
    handlers=registry.handlers,
    timers=registry.timers,
    chores=forgetting.chores,
    bindings=BINDINGS,
)


def build(parts: Parts, settings: MonitorSettings) -> Service[Context]:
    gauges = Gauges()
    service = Service(
        blueprint,
        parts,
        settings,
        context=Context.of(settings),
        on_start=get_ready,
        workers=(sweep, gauges.loop),
        body_limits=BODY_LIMITS,
    )
    gauges.register(service.registry)
    return service


def sweep(units: Units[Context]) -> Loop:
    sweeper = Sweeper(units)
    return Loop(sweeper.run, sweeper.stop, sweeper.run_due)


async def get_ready(unit: Unit[Context]) -> None:
    for begin in BEGINNINGS:
        await begin(unit)
