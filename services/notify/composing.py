"""What each paper says: plain JSON from the event that it puts into writing, and from what was heard before.

Guarantees: composed again, at any later time, it says the same (`domain/papers/facts.py`).
"""

from typing import Any

import orjson
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.papers import Fact, Known, content
from services.notify.queries import facts as stored
from yimen.contracts import read_event
from yimen.contracts.intake import CaseSubmitted, ProjectRegistered


async def compose(conn: AsyncConnection, document: Row[Any]) -> dict[str, Any]:
    """Raises `Transient` while something that it needs has not been heard."""
    told = document.event
    event = read_event(told["type"], orjson.dumps(told["data"]))
    about = Fact(told["source"], int(told["sequence"]), event)
    heard = await stored.of_case(conn, event.correlation_id) if event.correlation_id else []
    heard += await stored.of_items(conn, _items(about, heard))
    return content(event, Known.of(about, heard))


def _items(about: Fact, heard: list[Fact]) -> set[str]:
    """Whose catalogue entries the paper may repeat."""
    if isinstance(about.event, ProjectRegistered):
        return set(about.event.item_codes)
    return {fact.event.item_code for fact in (*heard, about) if isinstance(fact.event, CaseSubmitted)}
