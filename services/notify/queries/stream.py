"""The live stream, by id."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.sight import Shown
from services.notify.tables import stream, stream_head

_OLDEST = select(func.coalesce(func.min(stream.c.id), 0)).scalar_subquery()
_BOUNDS = select(_OLDEST, stream_head.c.last)
_ROWS = (
    select(stream.c.id, stream.c.type, stream.c.scope, stream.c.circle, stream.c.case_number, stream.c.body)
    .where(stream.c.id > bindparam("after"), stream.c.id <= bindparam("until"))
    .order_by(stream.c.id)
    .limit(bindparam("most"))
)


async def stream_bounds(conn: AsyncConnection) -> tuple[int, int]:
    """The oldest id kept (0 when none) and the newest id given."""
    first, last = (await conn.execute(_BOUNDS)).one()
    return first, last


async def stream_rows(conn: AsyncConnection, after: int, until: int, most: int) -> list[Shown]:
    """What is kept of (after, until], the oldest `most` of it."""
    rows = await conn.execute(_ROWS, {"after": after, "until": until, "most": most})
    return [Shown(row.id, row.type, row.scope, tuple(row.circle), row.case_number, row.body) for row in rows]
