"""What papers repeat."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.papers import Fact
from services.notify.tables import paper_facts
from yimen.contracts import read_event


async def of_case(conn: AsyncConnection, case_number: str) -> list[Fact]:
    return await _facts(conn, paper_facts.c.case_number == case_number)


async def of_items(conn: AsyncConnection, codes: Iterable[str]) -> list[Fact]:
    """Every version of each."""
    return await _facts(conn, paper_facts.c.subject.in_([f"item/{code}" for code in sorted(codes)]))


async def _facts(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Fact]:
    t = paper_facts.c
    query = select(t.source, t.sequence, t.type, t.body).where(which).order_by(t.source, t.subject, t.sequence)
    rows = await conn.execute(query)
    return [Fact(row.source, row.sequence, read_event(row.type, row.body.encode())) for row in rows]
