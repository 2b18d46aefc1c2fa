"""The live stream's desk: what happened, and who may see it."""

import orjson
from sqlalchemy import delete

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.tables import case_departments, stream
from yimen.bus import Unit

SWEEP = 64
"""The stream's oldest rows are let go at every so many new ones."""


async def show_in_stream(unit: Unit[Context], told: Told) -> None:
    meta, number = told.meta, told.number
    row = {
        "id": number,
        "event_id": meta.id,
        "type": meta.type,
        "scope": meta.scope,
        "case_number": meta.correlation_id,
        "body": orjson.dumps(told.body).decode(),
    }
    unit.add(stream, row)
    if number % SWEEP == 0:
        await unit.execute(delete(stream).where(stream.c.id <= number - unit.context.settings.stream_keep))
    unit.after_commit(unit.context.tail.wake)


async def remember_department(unit: Unit[Context], told: Told) -> None:
    """Who works on a case may follow it in the stream."""
    event = told.event
    department = getattr(event, "department", None)
    if department is None or event.correlation_id is None:
        return
    row = {"case_number": event.correlation_id, "department": department}
    await unit.execute(unit.insert(case_departments).on_conflict_do_nothing(), row)
