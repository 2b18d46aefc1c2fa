"""The feed: what departments may hear, by cursor, by position, for a replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.filters import Filters
from services.notify.tables import deliveries, feed, stream_head

Rows = Sequence[Any]
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: the cursor to go on from; nothing that was asked for lies between the last row and it."""

    rows: Rows
    next: int


async def head(conn: AsyncConnection) -> int:
    """The newest number given. All up to it are committed: its row stays locked until the commit that raised it."""
    newest: int = (await conn.execute(select(stream_head.c.last))).scalar_one()
    return newest


async def page(conn: AsyncConnection, filters: Filters, after: int, limit: int) -> Page:
    """What matches in (after, head], oldest first. A cursor from beyond the head (a database was restored) begins at it."""
    newest = await head(conn)
    if newest <= after:
        return Page((), newest)
    query = select(feed.c.id, feed.c.body).where(matching(filters), feed.c.id > after, feed.c.id <= newest)
    rows = (await conn.execute(query.order_by(feed.c.id).limit(limit))).all()
    return Page(rows, rows[-1].id if len(rows) == limit else newest)


async def positions(conn: AsyncConnection, filters: Filters, after: Place | None, until: int, limit: int) -> Rows:
    """Of each (source, subject) the first and the last sequence known up to the cursor `until`."""
    place = (feed.c.scope, feed.c.source, feed.c.subject)
    sequences = func.min(feed.c.sequence).label("first"), func.max(feed.c.sequence).label("last")
    query = select(*place, *sequences).where(matching(filters), feed.c.id <= until)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return (await conn.execute(query.group_by(*place).order_by(*place).limit(limit))).all()


def matching(filters: Filters) -> ColumnElement[bool]:
    """The same choice as `Filters.take`, made by the database."""
    chosen = [feed.c.scope.in_(filters.departments)]
    by_column = (
        (feed.c.entity, filters.entities),
        (feed.c.item_code, filters.items),
        (feed.c.case_number, filters.cases),
    )
    chosen += [column.in_(values) for column, values in by_column if values is not None]
    return and_(*chosen)


# -- what a replay may ask for ------------------------------------------------------------------------------------------


def after_cursor(cursor: int) -> ColumnElement[bool]:
    return feed.c.id > cursor


def since(instant: datetime) -> ColumnElement[bool]:
    return feed.c.time >= instant


def until(instant: datetime) -> ColumnElement[bool]:
    return feed.c.time <= instant


def of_subject(subject: str, source: str | None, sequence: int) -> ColumnElement[bool]:
    """From this number on; of each source its own, where none is named."""
    chosen = (feed.c.subject == subject) & (feed.c.sequence >= sequence)
    return chosen if source is None else chosen & (feed.c.source == source)


def exhausted(subscription_id: str) -> ColumnElement[bool]:
    """Tried in vain to the end, and not queued again since."""
    later = deliveries.alias("later")
    again = exists().where(
        later.c.subscription_id == deliveries.c.subscription_id,
        later.c.event_id == deliveries.c.event_id,
        later.c.replay > deliveries.c.replay,
    )
    return feed.c.event_id.in_(_delivered(subscription_id).where(deliveries.c.state == "exhausted", ~again))


def by_delivery(subscription_id: str, ids: Sequence[int]) -> ColumnElement[bool]:
    return feed.c.event_id.in_(_delivered(subscription_id).where(deliveries.c.id.in_(ids)))


def _delivered(subscription_id: str) -> Select[UUID]:
    return select(deliveries.c.event_id).where(deliveries.c.subscription_id == subscription_id)


async def to_replay(conn: AsyncConnection, filters: Filters, chosen: Sequence[ColumnElement[bool]], limit: int) -> Rows:
    """In the order in which they happened here."""
    columns = (feed.c.id, feed.c.event_id, feed.c.type, feed.c.subject, feed.c.body)
    query = select(*columns).where(matching(filters), *chosen).order_by(feed.c.id).limit(limit)
    return (await conn.execute(query)).all()
