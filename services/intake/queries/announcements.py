"""How announcements are found and kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, select, tuple_, update

from services.intake.domain.disclosure import Announcement
from services.intake.tables import announcements
from yimen.bus import Unit, View
from yimen.db import Instant

_JSON = {"published_by", "withdrawn_by"}


def add_announcement(unit: Unit[Any], announcement: Announcement) -> None:
    unit.add(announcements, _values(announcement))


async def locked_announcement(unit: Unit[Any], announcement_id: str) -> Announcement | None:
    query = select(announcements).where(announcements.c.announcement_id == announcement_id).with_for_update()
    row = (await unit.execute(query)).one_or_none()
    return None if row is None else Announcement.model_validate(row._asdict())


async def standing_announcement(view: View[Any], announcement_id: str) -> Row[Any] | None:
    which = announcements.c.announcement_id == announcement_id
    return (
        await view.execute(select(announcements).where(which, announcements.c.withdrawn_at.is_(None)))
    ).one_or_none()


async def keep_announcement(unit: Unit[Any], announcement: Announcement) -> None:
    which = announcements.c.announcement_id == announcement.announcement_id
    await unit.execute(update(announcements).where(which).values(_values(announcement)))


async def page_of_announcements(view: View[Any], after: tuple[datetime, str] | None, limit: int) -> Sequence[Row[Any]]:
    """Those that stand, newest first. `after` is the last key of the page before."""
    key = (announcements.c.published_at, announcements.c.announcement_id)
    query = select(announcements).where(announcements.c.withdrawn_at.is_(None))
    if after is not None:
        query = query.where(tuple_(*key) < tuple_(literal(after[0], Instant), literal(after[1])))
    return (await view.execute(query.order_by(*(column.desc() for column in key)).limit(limit))).all()


def _values(announcement: Announcement) -> dict[str, Any]:
    return announcement.model_dump(exclude=_JSON) | announcement.model_dump(mode="json", include=_JSON)
