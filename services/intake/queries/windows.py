"""How the hall's windows are found and kept."""

from typing import Any

import orjson
from sqlalchemy import Row, select, update

from services.intake.domain.windows import Window
from services.intake.tables import windows
from yimen.bus import Unit, View
from yimen.contracts.parts import Staff

_OF_THE_ROW = {"window", "version"}


async def all_windows(view: View[Any]) -> list[Window]:
    return [_window(row) for row in await view.execute(select(windows).order_by(windows.c.window))]


async def locked_windows(unit: Unit[Any]) -> list[Window]:
    """All of them, held until the unit ends: whose duty it is concerns the other windows too."""
    query = select(windows).order_by(windows.c.window).with_for_update()
    return [_window(row) for row in await unit.execute(query)]


async def keep_window(unit: Unit[Any], window: Window, by: Staff) -> bool:
    """Version 1 is added, a later one replaces. False if another has just added it."""
    body = window.model_dump(mode="json", exclude=_OF_THE_ROW)
    row = {"body": body, "version": window.version, "changed_by": by.model_dump(mode="json"), "changed_at": unit.now}
    if window.version > 1:
        await unit.execute(update(windows).where(windows.c.window == window.window).values(row))
        return True
    added = unit.insert(windows).values(row | {"window": window.window}).on_conflict_do_nothing()
    return (await unit.execute(added)).rowcount == 1


def _window(row: Row[Any]) -> Window:
    own = {"window": row.window, "version": row.version}
    return Window.model_validate_json(orjson.dumps(row.body | own))
