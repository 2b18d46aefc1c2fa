"""Papers' desk: which papers an event calls for. They are rendered after the commit, one job each."""

from uuid import uuid5

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.domain.documents import number_key
from services.notify.domain.papers import drafts
from services.notify.tables import documents
from yimen.bus import Unit
from yimen.jobs import send_later


async def draw_up_papers(unit: Unit[Context], told: Told) -> None:
    """One paper for an event and kind, however often the event is told."""
    for draft in drafts(told.event):
        document_id = str(uuid5(told.meta.id, draft.kind))
        row = {
            "id": document_id,
            "event_id": told.meta.id,
            "type": told.meta.type,
            "kind": draft.kind,
            "number": draft.number,
            "number_key": number_key(draft.number),
            "title": draft.title,
            "department": draft.department,
            "case_number": draft.case_number,
            "dated": draft.dated,
            "event": told.body,
            "state": "waiting",
            "created_at": unit.now,
        }
        await unit.execute(unit.insert(documents).on_conflict_do_nothing(), row)
        await send_later(unit, "document", key=document_id, payload={})
