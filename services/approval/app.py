"""Wires one window's instance: its departments' requests in, its desk out."""

from pathlib import Path

from services.approval.api import router
from services.approval.context import Context
from services.approval.handlers import handlers
from services.approval.settings import ApprovalSettings
from services.approval.tables import metadata
from yimen.service import Blueprint, Parts, Service
from yimen.worktime import Calendar

BLUEPRINT = Blueprint(
    name="approval",
    title="部门窗口与后台",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=(router,),
    handlers=handlers,
)


def build(parts: Parts, settings: ApprovalSettings) -> Service[Context]:
    return Service(
        BLUEPRINT,
        parts,
        settings,
        context=Context(calendar=Calendar.seeded()),
        instance=f"approval.{settings.desk}",
        source=f"/approval/{settings.desk}",
        bindings=tuple(
            binding for one in settings.departments for binding in (f"intake.review.*.{one}", f"fees.list.*.{one}")
        ),
    )
