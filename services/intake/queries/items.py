"""How editions of items are found and kept: each code with its versions."""

from datetime import date
from typing import Any

import orjson
from sqlalchemy import BindParameter, Date, bindparam, func, select, tuple_

from services.intake.domain.catalogue import Item
from services.intake.queries.calendar import REVISION, follow
from services.intake.queries.entry import ABOLISHED_BY, KEPT_OUT_ON
from services.intake.tables import items
from yimen.bus import Unit, View

Edition = tuple[str, int]
"""An item's code and version."""

_TODAY: BindParameter[date] = bindparam("today", type_=Date)
_WHICH: BindParameter[str] = bindparam("which")
_IN_FORCE = (
    select(items.c.code, func.max(items.c.version).label("version"), REVISION)
    .where(items.c.effective_from <= _TODAY, items.c.code.not_in(ABOLISHED_BY), items.c.code.not_in(KEPT_OUT_ON))
    .group_by(items.c.code)
    .order_by(items.c.code)
)
_ONE_IN_FORCE = _IN_FORCE.where(items.c.code == _WHICH)


async def known_items(view: View[Any], wanted: set[Edition]) -> dict[Edition, Item]:
    """Each edition is read from the database once in a process's life."""
    known: dict[Edition, Item] = view.context.items
    missing = wanted - known.keys()
    if missing:
        query = select(items).where(tuple_(items.c.code, items.c.version).in_(sorted(missing)))
        known |= {(row.code, row.version): _item(row.body) for row in await view.execute(query)}
    return known


def _item(body: Any) -> Item:
    return Item.model_validate_json(orjson.dumps(body))


async def current_items(view: View[Any], today: date, code: str | None = None) -> list[Item]:
    """The version in force of each item: the highest that has come into effect; none of what was abolished or kept out."""
    found = await view.execute(_IN_FORCE if code is None else _ONE_IN_FORCE, {"today": today, "which": code})
    rows = found.all()
    if rows:
        await follow(view, rows[0].calendar_revision)
    return await _in_order(view, [(row.code, row.version) for row in rows])


async def newest_items(view: View[Any]) -> list[Item]:
    """The newest version of every item, whether or not it is in force."""
    found = await view.execute(select(items.c.code, func.max(items.c.version).label("version")).group_by(items.c.code))
    return await _in_order(view, [(row.code, row.version) for row in found])


async def _in_order(view: View[Any], editions: list[Edition]) -> list[Item]:
    known = await known_items(view, set(editions))
    return [known[edition] for edition in editions]


async def newest_version(view: View[Any], code: str) -> Item | None:
    query = select(items.c.body).where(items.c.code == code).order_by(items.c.version.desc()).limit(1)
    body = (await view.execute(query)).scalar_one_or_none()
    return None if body is None else _item(body)


async def add_item(unit: Unit[Any], item: Item) -> bool:
    """False if another replica has just stored this version."""
    row = unit.insert(items).values(
        code=item.code,
        version=item.version,
        effective_from=item.effective_from,
        body=item.model_dump(mode="json"),
        published_at=unit.now,
    )
    added = await unit.execute(row.on_conflict_do_nothing())
    return added.rowcount == 1
