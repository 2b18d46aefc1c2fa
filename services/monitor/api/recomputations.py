"""What changed calendars moved (R35): the dates of each case before and after."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select

from services.monitor.api.parts import OVERSEERS, Limit, Reading
from services.monitor.tables import recomputations
from yimen.web import allow, new_router

router = new_router(tags=["calendar"])


class MovedCase(BaseModel):
    """A date is absent where the clock stood, or no case was accepted yet."""

    year: int
    version: int
    case_number: str
    old_promised: date | None
    new_promised: date | None
    old_statutory: date | None
    new_statutory: date | None
    at: datetime


class MovedPage(BaseModel):
    items: list[MovedCase]
    next: str | None


@router.get("/recomputations", dependencies=[allow(*OVERSEERS)])
async def read_recomputations(
    view: Reading,
    year: Annotated[int, Query(ge=2000, le=2200)],
    version: Annotated[int, Query(ge=0, le=2**31 - 1)],
    after: Annotated[str, Query(max_length=80, description="`next` of the page before")] = "",
    limit: Limit = 100,
) -> MovedPage:
    """The cases that one version of a year's plan moved, by their number."""
    table = recomputations
    query = (
        select(table)
        .where(table.c.year == year, table.c.version == version, table.c.case_number > after)
        .order_by(table.c.case_number)
        .limit(limit)
    )
    items = [MovedCase(**row._mapping) for row in await view.execute(query)]
    return MovedPage(items=items, next=items[-1].case_number if len(items) == limit else None)
