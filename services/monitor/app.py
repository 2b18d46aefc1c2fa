"""Wires the supervisor: everything that is said comes in, contacts excepted; requests read, and answer alerts."""

from pathlib import Path

from services.monitor.api import router
from services.monitor.context import Context
from services.monitor.handlers import handlers, timers
from services.monitor.settings import MonitorSettings
from services.monitor.tables import metadata
from yimen.service import Blueprint, Parts, Service

BINDINGS = (
    *("intake.item.#", "intake.case.#", "intake.review.#", "intake.calendar.#"),
    *("intake.agency.#", "intake.project.#", "intake.ban.#", "intake.announcement.#"),
    *("approval.#", "fees.#", "notify.#", "monitor.#"),
)
"""Its own words come back to it like everyone's, to stand in the journal; nothing follows from them."""

blueprint = Blueprint(
    name="monitor",
    title="电子监察",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=(router,),
    handlers=handlers,
    timers=timers,
    bindings=BINDINGS,
)


def build(parts: Parts, settings: MonitorSettings) -> Service[Context]:
    return Service(blueprint, parts, settings, context=Context.of(settings))
