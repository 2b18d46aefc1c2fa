"""Wires one window's instance: its departments' requests in, its desk out."""

from collections.abc import Iterable
from pathlib import Path

from services.approval.api import routers
from services.approval.context import Context
from services.approval.handlers import handlers
from services.approval.settings import ApprovalSettings
from services.approval.tables import metadata
from yimen.service import Blueprint, Parts, Service

BLUEPRINT = Blueprint(
    name="approval",
    title="部门窗口与后台",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=routers,
    handlers=handlers,
)


def build(parts: Parts, settings: ApprovalSettings) -> Service[Context]:
    return Service(
        BLUEPRINT,
        parts,
        settings,
        context=Context(settings.departments, settings.extension_notice_days),
        instance=f"approval.{settings.desk}",
        source=f"/approval/{settings.desk}",
        bindings=bindings(settings.departments),
    )


def bindings(departments: Iterable[str]) -> tuple[str, ...]:
    """Each department's reviews and lists; the yearly plans, which move every limit (decision 0026)."""
    own = (binding for one in departments for binding in (f"intake.review.*.{one}", f"fees.list.*.{one}"))
    return ("intake.calendar.#", *own)
