"""Wires the supervisor: everything that is said comes in, contacts excepted; requests read, and answer alerts."""

from pathlib import Path

from services.monitor import deadlines, recomputing, rulebooks
from services.monitor import detecting as _detecting  # noqa: F401 - they add themselves to the registry
from services.monitor import handlers as _handlers  # noqa: F401
from services.monitor import stations as _stations  # noqa: F401
from services.monitor import tasks as _tasks  # noqa: F401 - and these to the worklist
from services.monitor.api import routers
from services.monitor.api.imports import BODY_LIMITS
from services.monitor.context import Context
from services.monitor.registry import handlers, timers
from services.monitor.settings import MonitorSettings
from services.monitor.sweeping import Sweeper
from services.monitor.tables import metadata
from yimen.bus import Unit, Units
from yimen.service import Blueprint, Loop, Parts, Service

BINDINGS = (
    *("intake.item.#", "intake.case.#", "intake.review.#", "intake.calendar.#", "intake.credential.#"),
    *("intake.agency.#", "intake.project.#", "intake.ban.#", "intake.announcement.#"),
    *("approval.#", "fees.#", "notify.#", "monitor.#"),
)
"""Its own words come back to it like everyone's, to stand in the journal; nothing follows from them."""

blueprint = Blueprint(
    name="monitor",
    title="电子监察",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=routers,
    handlers=handlers,
    timers=timers,
    bindings=BINDINGS,
)


def build(parts: Parts, settings: MonitorSettings) -> Service[Context]:
    return Service(
        blueprint,
        parts,
        settings,
        context=Context.of(settings),
        on_start=get_ready,
        workers=(sweep,),
        body_limits=BODY_LIMITS,
    )


def sweep(units: Units[Context]) -> Loop:
    sweeper = Sweeper(units)
    return Loop(sweeper.run, sweeper.stop, sweeper.run_due)


async def get_ready(unit: Unit[Context]) -> None:
    """The first rulebook, what an older supervisor kept otherwise, and the sweep of each midnight."""
    await rulebooks.begin(unit)
    await recomputing.begin_refolding(unit)
    await deadlines.begin(unit)
