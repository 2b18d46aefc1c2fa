"""Who looked at personal data in the clear: written before they are shown it, read by those who supervise."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select

from yimen.bus import Unit, View
from yimen.bus.view import Look


async def record_looks(unit: Unit[Any], looks: Sequence[Look], who: str, name: str, route: str) -> None:
    seen = {"at": unit.now, "who": who[:200], "name": name[:400], "route": route[:200]}
    rows = [seen | {"about": look.about[:300], "what": list(look.what)} for look in looks]
    if rows:
        await unit.execute(insert(unit.table("personal_access")), rows)


async def looks(
    view: View[Any], *, who: str | None = None, about: str | None = None, before: int | None = None, limit: int = 100
) -> list[Row[Any]]:
    """Newest first; `before`: those with a smaller id."""
    table = view.table("personal_access")
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    for column, value in ((table.c.who, who), (table.c.about, about)):
        query = query if value is None else query.where(column == value)
    return list(await view.execute(query if before is None else query.where(table.c.id < before)))
