"""Papers' job: composed, rendered, put into the store, and only then said to be there.

Guarantees: what a paper says is fixed before it is rendered, so a job that is done again gives the same bytes; the bytes
are in the store before the row names them; a rendered paper never changes. What cannot be rendered is kept as failed,
and said.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, update

from services.notify.composing import compose
from services.notify.context import Context
from services.notify.queries import documents as stored
from services.notify.rendering import Unrenderable, render, template_version
from services.notify.tables import documents
from yimen.bus import Unit
from yimen.contracts.notify import DocumentFailed, DocumentRendered
from yimen.db import is_contention, is_unavailable
from yimen.errors import Permanent, Transient
from yimen.jobs import Job

LADDER = (0.2, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200, 6 * 3600, 12 * 3600)
"""Seconds between attempts: what a paper repeats of other subjects is often moments late; a store may be away a day."""


async def print_document(context: Context, job: Job) -> dict[str, Any]:
    async with context.database.read() as conn:
        row = await stored.document(conn, job.key)
    assert row is not None  # written with its job
    if row.state == "rendered":
        return {}
    data = row.data or await _fix_data(context, row)
    content = await asyncio.to_thread(render, row.kind, data)
    digest = sha256(content).hexdigest()
    await context.papers.put(digest, content)
    return {"sha256": digest, "size": len(content), "template_version": template_version(row.kind)}


async def _fix_data(context: Context, row: Row[Any]) -> dict[str, Any]:
    """What the paper says, from now on whatever is heard later."""
    async with context.database.read() as conn:
        said = await _composed(conn, row)
    data = {**said, **_frame(context, row, said["organ"])}
    async with context.database.write() as conn:
        await conn.execute(update(documents).where(documents.c.id == row.id).values(data=data))
    return data


async def _composed(conn: Any, row: Row[Any]) -> Mapping[str, Any]:
    """A field that is missing is a defect that trying again would not mend."""
    try:
        return await compose(conn, row)
    except (Transient, Permanent):
        raise
    except Exception as broken:
        if is_unavailable(broken) or is_contention(broken):
            raise
        raise Unrenderable(f"内容无法拟就：{broken!r}") from broken


def _frame(context: Context, row: Row[Any], organ: str) -> dict[str, Any]:
    """What stands on every paper. `organ` empty: the hall itself."""
    settings = context.settings
    paper = {
        "kind": row.kind,
        "title": row.title,
        "number": row.number,
        "dated": row.dated.isoformat(),
        "organ": organ or settings.hall_name,
        "hall": settings.hall_name,
        "demonstration": settings.demonstration,
    }
    base = f"{settings.public_url.rstrip('/')}/notify"
    check = {"document_id": row.id, "url": f"{base}/documents/check/{row.id}", "page": f"{base}/check"}
    return {"paper": paper, "check": check}


async def record_document(unit: Unit[Context], job: Job, answer: dict[str, Any] | None, error: str | None) -> None:
    row = await stored.document(unit.conn, job.key, lock=True)
    assert row is not None
    if row.state == "rendered":
        return
    about = {"document_id": row.id, "case_number": row.case_number, "kind": row.kind, "number": row.number}
    this = update(documents).where(documents.c.id == row.id)
    if answer is None:
        reason = error or ""
        await unit.execute(this.values(state="failed", error=reason))
        unit.emit(DocumentFailed(**about, reason=reason[:2000], failed_at=unit.now))
        return
    await unit.execute(this.values(state="rendered", rendered_at=unit.now, error=None, **answer))
    unit.emit(
        DocumentRendered(
            **about,
            event_id=str(row.event_id),
            title=row.title,
            department=row.department,
            dated=row.dated,
            rendered_at=unit.now,
            **answer,
        )
    )
