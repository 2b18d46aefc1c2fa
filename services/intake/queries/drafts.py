"""How drafts are found and kept: only ever by their writer, and only as long as they are to be kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update

from services.intake.tables import drafts
from yimen.bus import Unit, View
from yimen.timers import cancel_timer, set_timer

KEPT_UNTIL = "draft_kept_until"


async def drafts_of(view: View[Any], account: str) -> Sequence[Row[Any]]:
    """The latest first."""
    order = (drafts.c.saved_at.desc(), drafts.c.draft_id)
    return (await view.execute(_own(view, account).order_by(*order))).all()


async def count_for_one_more(unit: Unit[Any], account: str) -> int:
    """How many there are. The writer's rows are held first, so that two who add at once count one after the other."""
    await unit.execute(_own(unit, account).with_for_update())
    counted = select(func.count()).select_from(_own(unit, account).subquery())
    return int((await unit.execute(counted)).scalar_one())


async def find_draft(view: View[Any], draft_id: str, account: str, *, lock: bool = False) -> Row[Any] | None:
    query = _own(view, account).where(drafts.c.draft_id == draft_id)
    return (await view.execute(query.with_for_update() if lock else query)).one_or_none()


async def keep_draft(unit: Unit[Any], draft_id: str, account: str, body: dict[str, Any], until: datetime) -> None:
    """A new one, at version 1."""
    row = {"draft_id": draft_id, "account": account, "version": 1, "body": body}
    unit.add(drafts, row | {"saved_at": unit.now, "kept_until": until})
    await set_timer(unit, KEPT_UNTIL, key=draft_id, due_at=until)


async def change_draft(unit: Unit[Any], draft_id: str, version: int, body: dict[str, Any], until: datetime) -> None:
    """The caller holds the row."""
    values = {"version": version, "body": body, "saved_at": unit.now, "kept_until": until}
    await unit.execute(update(drafts).where(drafts.c.draft_id == draft_id).values(values))
    await set_timer(unit, KEPT_UNTIL, key=draft_id, due_at=until)


async def drop_draft(unit: Unit[Any], draft_id: str) -> None:
    """The caller holds the row."""
    await unit.execute(delete(drafts).where(drafts.c.draft_id == draft_id))
    await cancel_timer(unit, KEPT_UNTIL, key=draft_id)


async def forget(unit: Unit[Any], draft_id: str) -> None:
    """Its time is over. Does not wait for one who holds the row and waits for the timer."""
    held = select(drafts.c.draft_id).where(drafts.c.draft_id == draft_id).with_for_update(nowait=True)
    if (await unit.execute(held)).one_or_none() is not None:
        await unit.execute(delete(drafts).where(drafts.c.draft_id == draft_id, drafts.c.kept_until <= unit.now))


def _own(view: View[Any], account: str) -> Select[Any]:
    return select(drafts).where(drafts.c.account == account, drafts.c.kept_until > view.now)
