"""Who complained, asked or rated, and how to reach them, is forgotten some time after the matter has ended, or when they ask
for it (个人信息保护法 47). What was said of the service, and what was done about it, stays.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Table, or_, select, update

from services.monitor.context import Context
from services.monitor.domain.ratings import is_bad
from services.monitor.tables import complaints, consultations, ratings
from yimen.bus import Unit
from yimen.errors import NotNow
from yimen.housekeeping import Chore
from yimen.operations.acts import By, record

PEOPLE: Final = {
    complaints: ("complainant", "contact"),
    consultations: ("asker", "contact"),
    ratings: ("rater", "contact"),
}


async def forget_on_request(unit: Unit[Context], table: Table, row: Row[Any], by: By) -> None:
    """Raises `NotNow` until the matter has ended, for until then they have to be reached, and where nobody is known."""
    if not _has_ended(table, row):
        raise NotNow("matter-not-ended", "事项尚未办结", "办理期间需要联系本人，办结后方可删除姓名和联系方式。")
    if all(getattr(row, name) is None for name in PEOPLE[table]):
        raise NotNow("nobody-known", "没有可以删除的个人信息", "本件匿名提交，或者姓名和联系方式已经删除。")
    (key, *_) = table.primary_key
    await record(unit, by, "erase", table.name, getattr(row, key.name), {})
    await _forget(unit, table, row)


def _has_ended(table: Table, row: Row[Any]) -> bool:
    """A rating: unless somebody still has to call about it and put it right (R96)."""
    if table is ratings:
        return not (row.named and is_bad(row.stars)) or (row.rectified_at or row.voided_at) is not None
    return (row.ended_at if table is complaints else row.answered_at) is not None


def _chore(ended: ColumnElement[Any], table: Table) -> Chore:
    key = list(table.primary_key)
    known = or_(*(table.c[name].is_not(None) for name in PEOPLE[table]))

    async def forget(unit: Unit[Context], limit: int) -> int:
        before = unit.now - unit.context.voice_keep
        query = select(*key).where(ended <= before, known).order_by(ended, *key).limit(limit)
        rows = (await unit.execute(query.with_for_update(skip_locked=True))).all()
        for row in rows:
            await _forget(unit, table, row)
        return len(rows)

    return forget


async def _forget(unit: Unit[Context], table: Table, row: Row[Any]) -> None:
    one = (column == getattr(row, column.name) for column in table.primary_key)
    await unit.execute(update(table).where(*one).values(dict.fromkeys(PEOPLE[table])))


chores = (
    _chore(complaints.c.ended_at, complaints),
    _chore(consultations.c.answered_at, consultations),
    _chore(ratings.c.given_at, ratings),
)
