"""The words and the choices that are kept, and what nobody was told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import choices, skipped, templates

Rows = Sequence[Row[Any]]

_HOW_MANY = select(
    select(func.count()).select_from(templates).scalar_subquery(),
    select(func.count()).select_from(choices).scalar_subquery(),
)
_TEMPLATES = select(templates).order_by(templates.c.code, templates.c.language, templates.c.version)
_CHOICES = select(choices).order_by(choices.c.rule_id, choices.c.version)


async def how_many(conn: AsyncConnection) -> tuple[int, int]:
    """Versions of templates, and of choices. Nothing of them is ever taken away, so their number tells whether something
    came to be: the newest id would not, as one that is smaller may commit later."""
    words, chosen = (await conn.execute(_HOW_MANY)).one()
    return words, chosen


async def template_versions(conn: AsyncConnection, code: str | None = None) -> Rows:
    """The oldest of each code and language first."""
    query = _TEMPLATES if code is None else _TEMPLATES.where(templates.c.code == code)
    return (await conn.execute(query)).all()


async def choices_made(conn: AsyncConnection, rule_id: str | None = None) -> Rows:
    """The oldest of each rule first."""
    query = _CHOICES if rule_id is None else _CHOICES.where(choices.c.rule_id == rule_id)
    return (await conn.execute(query)).all()


async def skipped_list(
    conn: AsyncConnection,
    *,
    type: str | None,
    reason: str | None,
    since: datetime | None,
    after: int | None,
    limit: int,
) -> Rows:
    """Newest first. `after`: the id of the last one seen."""
    query = select(skipped).order_by(skipped.c.id.desc()).limit(limit)
    if type is not None:
        query = query.where(skipped.c.type == type)
    if reason is not None:
        query = query.where(skipped.c.reason == reason)
    if since is not None:
        query = query.where(skipped.c.at >= since)
    if after is not None:
        query = query.where(skipped.c.id < after)
    return (await conn.execute(query)).all()


async def skipped_counts(conn: AsyncConnection, since: datetime) -> Rows:
    """By type and reason, the most first."""
    number = func.count().label("count")
    query = select(skipped.c.type, skipped.c.reason, number).where(skipped.c.at >= since)
    query = query.group_by(skipped.c.type, skipped.c.reason)
    return (await conn.execute(query.order_by(number.desc(), skipped.c.type, skipped.c.reason))).all()
