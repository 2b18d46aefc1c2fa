"""What changed calendars moved (R35): the dates of each case before and after."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, literal, select, tuple_

from services.monitor.api.parts import OVERSEERS, Cursor, Limit, Reading, unreadable_place
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
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    version: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    after: Cursor = None,
    limit: Limit = 100,
) -> MovedPage:
    """By year, version and case number; of one year or one version where they are given."""
    table = recomputations
    place = tuple_(table.c.year, table.c.version, table.c.case_number)
    query = select(table).order_by(table.c.year, table.c.version, table.c.case_number).limit(limit)
    for column, wanted in ((table.c.year, year), (table.c.version, version)):
        query = query if wanted is None else query.where(column == wanted)
    if after is not None:
        query = query.where(place > _place(after))
    items = [MovedCase(**row._mapping) for row in await view.execute(query)]
    last = items[-1] if len(items) == limit else None
    return MovedPage(items=items, next=f"{last.year}~{last.version}~{last.case_number}" if last else None)


def _place(text: str) -> ColumnElement[Any]:
    year, version, number = (*text.split("~"), "", "")[:3]
    if not (year.isdecimal() and version.isdecimal() and len(year) <= 4 and len(version) <= 9 and number):
        raise unreadable_place()
    return tuple_(*(literal(part) for part in (int(year), int(version), number)))
