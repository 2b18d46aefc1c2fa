"""How bans are found and kept: by number, and by whom they bind."""

from typing import Any

from sqlalchemy import Row, Text, or_, select, type_coerce, update

from services.intake.domain.bans import Ban
from services.intake.tables import bans
from yimen.bus import Unit, View
from yimen.sealed import mark, marks

_JSON = {"imposed_by", "lifted_by"}


async def bans_of(view: View[Any], id_number: str) -> list[Ban]:
    """Lifted and past ones too. One that a process of the version before entered meanwhile has no mark, and its number lies
    there as it is."""
    unmarked = bans.c.id_mark.is_(None) & (type_coerce(bans.c.id_number, Text) == id_number)
    found = or_(bans.c.id_mark.in_(marks(view.conn, id_number)), unmarked)
    return [_ban(row) for row in await view.execute(select(bans).where(found).order_by(bans.c.ban_id))]


async def page_of_bans(view: View[Any], after: str | None, limit: int) -> list[Ban]:
    """In the order in which they were imposed. `after`: the last id of the page before."""
    query = select(bans).order_by(bans.c.ban_id).limit(limit)
    if after is not None:
        query = query.where(bans.c.ban_id > after)
    return [_ban(row) for row in await view.execute(query)]


async def locked_ban(unit: Unit[Any], ban_id: str) -> Ban | None:
    row = (await unit.execute(select(bans).where(bans.c.ban_id == ban_id).with_for_update())).one_or_none()
    return None if row is None else _ban(row)


def add_ban(unit: Unit[Any], ban: Ban) -> None:
    unit.add(bans, _values(unit, ban))


async def keep_ban(unit: Unit[Any], ban: Ban) -> None:
    await unit.execute(update(bans).where(bans.c.ban_id == ban.ban_id).values(_values(unit, ban)))


def _ban(row: Row[Any]) -> Ban:
    return Ban.model_validate({name: value for name, value in row._asdict().items() if name != "id_mark"})


def _values(view: View[Any], ban: Ban) -> dict[str, Any]:
    found_by = {"id_mark": mark(view.conn, ban.id_number)}
    return found_by | ban.model_dump(exclude=_JSON) | ban.model_dump(mode="json", include=_JSON)
