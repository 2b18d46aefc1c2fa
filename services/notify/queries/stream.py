"""The live stream."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import case_departments, stream, stream_head

Rows = Sequence[Row[Any]]


async def stream_bounds(conn: AsyncConnection) -> tuple[int, int]:
    """The oldest id kept (0 when none) and the newest id given."""
    oldest = select(func.coalesce(func.min(stream.c.id), 0)).scalar_subquery()
    first, last = (await conn.execute(select(oldest, stream_head.c.last))).one()
    return first, last


async def stream_rows(
    conn: AsyncConnection, after: int, until: int, departments: Collection[str] | None, fees: bool, limit: int
) -> Rows:
    """Rows in (after, until]. `departments` None sees all; else what is theirs, their cases', or nobody's in particular."""
    query = select(stream).where(stream.c.id > after, stream.c.id <= until)
    if departments is not None:
        query = _seen_by(query, departments, fees)
    return (await conn.execute(query.order_by(stream.c.id).limit(limit))).all()


def _seen_by(query: Select[Any], departments: Collection[str], fees: bool) -> Select[Any]:
    on_the_case = (
        select(case_departments.c.case_number)
        .where(case_departments.c.case_number == stream.c.case_number, case_departments.c.department.in_(departments))
        .exists()
    )
    mine = stream.c.scope.in_(departments) | stream.c.case_number.is_(None) & (stream.c.scope == "all")
    mine |= (stream.c.scope == "all") & on_the_case
    return query.where(mine | stream.c.type.like("fees.%") if fees else mine)
