"""Papers."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import documents


async def document(conn: AsyncConnection, document_id: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(documents).where(documents.c.id == document_id)
    return (await conn.execute(query.with_for_update() if lock else query)).one_or_none()
