"""查阅记录: who looked at whose personal data in this service. Mounted for every service.

Guarantees: a route that says `view.looked(…)` has its record committed before the answer is sent; where the record cannot
be written, nothing is shown. Who reads the records is not recorded in them.
"""

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel

from yimen.bus import View
from yimen.contracts.envelope import Instant
from yimen.operations.looks import looks
from yimen.web.identity import Role, allow
from yimen.web.routing import current_view, new_router

router = new_router(prefix="/personal-access", tags=["operations"])

Text = Annotated[str | None, Query(min_length=1, max_length=300)]


class PersonalAccess(BaseModel):
    """`about`: e.g. case/<number>, complaint/<number>; `what`: the fields that were shown in the clear."""

    id: int
    at: Instant
    who: str
    name: str
    route: str
    about: str
    what: list[str]


class AccessList(BaseModel):
    """Newest first; `next`: give it as `before` for those further back."""

    items: list[PersonalAccess]
    next: int | None


@router.get("", dependencies=[allow(Role.SUPERVISOR, Role.DISCIPLINE_OFFICER)])
async def list_personal_access(
    view: Annotated[View[Any], Depends(current_view)],
    who: Text = None,
    about: Text = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> AccessList:
    """Of one person by their identity, about one thing, or all."""
    rows = await looks(view, who=who, about=about, before=before, limit=limit + 1)
    items = [PersonalAccess(**row._mapping) for row in rows[:limit]]
    return AccessList(items=items, next=items[-1].id if len(rows) > limit else None)
