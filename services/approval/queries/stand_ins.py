"""Stand-ins of a department's chief representative."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approval.domain.stand_ins import StandIn
from services.approval.tables import stand_ins
from yimen.bus import Unit


async def of_department(conn: AsyncConnection, department: str) -> Sequence[StandIn]:
    """All who were ever named, by their first day."""
    chosen = select(stand_ins).where(stand_ins.c.department == department)
    rows = (await conn.execute(chosen.order_by(stand_ins.c.from_on, stand_ins.c.staff_id))).mappings()
    return [_stand_in(row) for row in rows]


async def find_locked(unit: Unit[Any], department: str, staff_id: str) -> StandIn | None:
    mine = (stand_ins.c.department == department) & (stand_ins.c.staff_id == staff_id)
    row = (await unit.execute(select(stand_ins).where(mine).with_for_update())).mappings().one_or_none()
    return None if row is None else _stand_in(row)


async def add(unit: Unit[Any], department: str, named: StandIn) -> bool:
    """False if somebody else has just named the same person."""
    new = unit.insert(stand_ins).values(department=department, **_columns(named)).on_conflict_do_nothing()
    return (await unit.execute(new)).rowcount == 1


async def keep(unit: Unit[Any], department: str, named: StandIn) -> None:
    mine = (stand_ins.c.department == department) & (stand_ins.c.staff_id == named.staff_id)
    await unit.execute(update(stand_ins).where(mine).values(**_columns(named)))


def _columns(named: StandIn) -> dict[str, Any]:
    return {**dict(named), "named_by": named.named_by.model_dump(mode="json")}


def _stand_in(row: RowMapping) -> StandIn:
    return StandIn.model_validate(dict(row), strict=False, extra="ignore")
