"""Wires the rooms together."""

from pathlib import Path

from services.intake.api import routers
from services.intake.context import Context
from services.intake.erasing import erase_due
from services.intake.handlers import handlers
from services.intake.publishing import publish_catalogue
from services.intake.queries import calendar
from services.intake.settings import IntakeSettings
from services.intake.silence import timers
from services.intake.tables import metadata
from yimen.bus import Unit
from yimen.objects import Objects
from yimen.service import Blueprint, Parts, Service

blueprint = Blueprint(
    name="intake",
    title="收件与办件",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=routers,
    handlers=handlers,
    timers=timers,
    chores=(erase_due,),
    bindings=("approval.review.#", "fees.notice.#", "notify.document.#"),
)


async def _greet(unit: Unit[Context]) -> None:
    await calendar.follow_newest(unit)
    await publish_catalogue(unit)


def build(parts: Parts, settings: IntakeSettings) -> Service[Context]:
    context = Context(
        area=settings.area,
        catalogue=settings.catalogue,
        rules=settings.rules(),
        settings=settings,
        materials=Objects.at(settings.materials_url),
    )
    limits = {"/files": settings.file_limit}
    return Service(blueprint, parts, settings, context=context, on_start=_greet, body_limits=limits)
