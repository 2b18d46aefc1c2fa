"""What nobody was told, and why: for those who ask whether a message is missing."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from services.notify.api.parts import Read
from services.notify.desks.skipping import REASONS
from services.notify.queries import wording as stored
from yimen.contracts.envelope import Code
from yimen.web import Role, allow, new_router

router = new_router(tags=["wording"])

LOOK_BACK: Final = timedelta(days=1)
Since = Annotated[AwareDatetime | None, Query(description="from this instant on")]


class SkippedShape(BaseModel):
    id: int
    event_id: UUID
    type: str
    subject: str
    case_number: str | None
    template: str | None = Field(description="the one letter that was not sent; null: the event is told to nobody")
    recipient: str | None
    reason: str
    reason_text: str
    at: datetime


class SkippedPage(BaseModel):
    skipped: list[SkippedShape]
    next: int | None = Field(description="pass as `after` for the next page")


class SkippedCount(BaseModel):
    type: str
    reason: str
    reason_text: str
    count: int


class SkippedCounts(BaseModel):
    since: datetime
    counts: list[SkippedCount]


@router.get("/skipped", dependencies=[allow(Role.SUPERVISOR, Role.OPERATOR)])
async def list_skipped(
    view: Read,
    type: Annotated[Code | None, Query()] = None,
    reason: Annotated[Code | None, Query()] = None,
    since: Since = None,
    after: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SkippedPage:
    """Newest first."""
    rows = await stored.skipped_list(view.conn, type=type, reason=reason, since=since, after=after, limit=limit)
    shown = [SkippedShape.model_validate({**row._mapping, "reason_text": in_words(row.reason)}) for row in rows]
    return SkippedPage(skipped=shown, next=shown[-1].id if len(shown) == limit else None)


@router.get("/skipped/counts", dependencies=[allow(Role.SUPERVISOR, Role.OPERATOR)])
async def count_skipped(view: Read, since: Since = None) -> SkippedCounts:
    """By type and reason, the most first; of the last day unless `since` says another beginning."""
    begin = since or view.now - LOOK_BACK
    counts = [
        SkippedCount(type=row.type, reason=row.reason, reason_text=in_words(row.reason), count=row.count)
        for row in await stored.skipped_counts(view.conn, begin)
    ]
    return SkippedCounts(since=begin, counts=counts)


def in_words(reason: str) -> str:
    return REASONS.get(reason, reason)
