"""Who complained, asked or rated, and how to reach them, is forgotten some time after the matter has ended. What was said
of the service, and what was done about it, stays."""

from typing import Any

from sqlalchemy import Column, or_, select, update

from services.monitor.context import Context
from services.monitor.tables import complaints, consultations, ratings
from yimen.bus import Unit
from yimen.housekeeping import Chore


def _forget(ended: Column[Any], *names: str) -> Chore:
    table, key = ended.table, list(ended.table.primary_key)
    known = or_(*(table.c[name].is_not(None) for name in names))

    async def forget(unit: Unit[Context], limit: int) -> int:
        before = unit.now - unit.context.voice_keep
        query = select(*key).where(ended <= before, known).order_by(ended, *key).limit(limit)
        rows = (await unit.execute(query.with_for_update(skip_locked=True))).all()
        for row in rows:
            mine = (column == value for column, value in zip(key, row, strict=True))
            await unit.execute(update(table).where(*mine).values(dict.fromkeys(names)))
        return len(rows)

    return forget


chores = (
    _forget(complaints.c.ended_at, "complainant", "contact"),
    _forget(consultations.c.answered_at, "asker", "contact"),
    _forget(ratings.c.given_at, "rater", "contact"),
)
