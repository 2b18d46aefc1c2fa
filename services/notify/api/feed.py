"""The feed, for departments' systems that cannot be called, and what proves that they missed nothing.

Guarantees: whoever reads from cursor to cursor gets every event that matches, once, in one order that never changes.
The cursor is the event's number among all that the messenger was told. That number is taken from one row that stays
locked until the commit, so numbers are seen in the order of commits: a slower transaction cannot commit a smaller one
later, and a reader who has passed a number has passed all before it. (An identity column would not do: its values are
given before the commit, in any order of commits.)
"""

import asyncio
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from services.notify.api.integrators import Asked, Cursor
from services.notify.api.parts import Read
from services.notify.context import Context
from services.notify.domain.filters import Filters
from services.notify.queries import feed as stored
from yimen.waiting import rest_until
from yimen.web import Invalid, new_router

router = new_router(tags=["feed"])

BATCH = "application/cloudevents-batch+json"
LONGEST_WAIT = 30

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "CloudEvents JSON batch, oldest first; empty where there is nothing new",
        "content": {BATCH: {"schema": {"type": "array", "items": {"type": "object"}}}},
        "headers": {
            "Link": {
                "description": '`<?after=…>; rel="next"` (RFC 8288): the same question from where this answer ended',
                "required": True,
                "schema": {"type": "string"},
            }
        },
    }
}


class Position(BaseModel):
    department: str
    source: str
    subject: str
    first: int = Field(description="lowest sequence kept: 1, unless the subject began before the feed did")
    last: int = Field(description="highest sequence heard so far; none between the two is missing")


class Positions(BaseModel):
    positions: list[Position]
    cursor: int = Field(description="counted up to here; what came later is in the feed after it")
    next: str | None = Field(description="pass as `after` for the next page")


@router.get("/feed", response_class=Response, responses=_ANSWER)
async def read_feed(
    request: Request,
    filters: Asked,
    after: Cursor = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for something new")] = 0,
) -> Response:
    """Go on with the `next` link, also after an empty answer."""
    page = await _look(request.app.state.units.context, filters, after, limit, wait)
    link = f'<?{request.url.include_query_params(after=page.next).query}>; rel="next"'
    batch = "[" + ",".join(row.body for row in page.rows) + "]"
    return Response(batch, media_type=BATCH, headers={"Link": link})


async def _look(context: Context, filters: Filters, after: int, limit: int, wait: float) -> stored.Page:
    """While nothing happens no connection is held. A service that stops lets its waiting readers go."""
    loop = asyncio.get_running_loop()
    end = loop.time() + wait
    while True:
        ear = context.hub.ear()
        async with context.database.read() as conn:
            page = await stored.page(conn, filters, after, limit)
        left = end - loop.time()
        if page.rows or left <= 0 or not context.hub.is_open:
            return page
        after = page.next
        await rest_until(ear, min(left, context.settings.stream_poll))


@router.get("/feed/positions")
async def list_positions(
    filters: Asked,
    view: Read,
    after: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Positions:
    """How far each subject has come here. A department's system compares its own numbers, and asks for what it lacks."""
    cursor = await stored.head(view.conn)
    rows = await stored.positions(view.conn, filters, _place(after), cursor, limit)
    shown = [
        Position(department=row.scope, source=row.source, subject=row.subject, first=row.first, last=row.last)
        for row in rows
    ]
    last = shown[-1] if len(shown) == limit else None
    following = None if last is None else "~".join((last.department, last.source, last.subject))
    return Positions(positions=shown, cursor=cursor, next=following)


def _place(text: str | None) -> stored.Place | None:
    if text is None:
        return None
    parts = text.split("~", 2)
    if len(parts) != 3:
        raise Invalid("invalid-place", "翻页位置不正确", "请从第一页重新查询。")
    return parts[0], parts[1], parts[2]
