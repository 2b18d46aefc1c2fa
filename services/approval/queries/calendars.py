"""The yearly plans as intake told them, over those that the kit knows (R35)."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approval.tables import calendar_plans
from yimen.bus import Unit
from yimen.contracts.intake import CalendarRevised
from yimen.worktime import Calendar, YearPlan

REVISION = select(func.coalesce(func.sum(calendar_plans.c.version + 1), 0))
"""Grows with every plan that is kept; 0 while there is none."""

_GUARD = 35
"""Of the advisory lock between those who reckon by the plans and the one who changes them."""


async def revision(conn: AsyncConnection) -> int:
    return int(await conn.scalar(REVISION) or 0)


async def load(conn: AsyncConnection) -> Calendar:
    calendar = Calendar.seeded()
    for row in await conn.execute(select(calendar_plans).order_by(calendar_plans.c.year)):
        calendar = calendar.with_plan(
            YearPlan(
                row.year,
                days_off=frozenset(map(date.fromisoformat, row.days_off)),
                worked_weekends=frozenset(map(date.fromisoformat, row.worked_weekends)),
                version=row.version,
            )
        )
    return calendar


async def hold(unit: Unit[Any]) -> None:
    """Until the unit ends no plan changes. On SQLite there is one writer anyway."""
    if unit.conn.dialect.name == "postgresql":
        await unit.execute(select(func.pg_advisory_xact_lock_shared(_GUARD)))


async def lock(unit: Unit[Any]) -> None:
    """Until the unit ends nobody else reckons a date that is to be kept."""
    if unit.conn.dialect.name == "postgresql":
        await unit.execute(select(func.pg_advisory_xact_lock(_GUARD)))


async def keep(unit: Unit[Any], event: CalendarRevised) -> bool:
    """False for a version that is not newer than the one at hand."""
    plan = event.model_dump(mode="json", include={"days_off", "worked_weekends"})
    new = unit.insert(calendar_plans).values(
        year=event.year, version=event.version, revised_at=event.revised_at, **plan
    )
    changed = {name: new.excluded[name] for name in ("version", "revised_at", *plan)}
    newer = calendar_plans.c.version < event.version
    done = await unit.execute(new.on_conflict_do_update(index_elements=["year"], set_=changed, where=newer))
    return done.rowcount == 1
