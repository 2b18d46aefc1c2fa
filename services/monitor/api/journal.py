"""The journal and its verification."""

from typing import Annotated

from fastapi import Query

from services.monitor import queries
from services.monitor.api.parts import Limit, Reading
from services.monitor.shapes import EntryShape, JournalPage, Verification
from yimen.web import Role, allow, new_router

router = new_router(tags=["journal"])


@router.get("/journal", dependencies=[allow(Role.SUPERVISOR)])
async def read_journal(
    view: Reading, after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Limit = 100
) -> JournalPage:
    entries = await queries.journal_page(view, after, limit)
    following = entries[-1].position if len(entries) == limit else None
    return JournalPage(items=[EntryShape.of(entry) for entry in entries], next=following)


@router.get("/journal/verification", dependencies=[allow(Role.SUPERVISOR)])
async def verify_journal(view: Reading) -> Verification:
    """Walks the whole chain. Write the head down elsewhere: against it even a rewritten journal can be told."""
    head, altered = await queries.verify_journal(view)
    return Verification(sound=altered is None, checked=head.position, head=head.hash, first_altered=altered)
