"""Writing into the journal: one chain, whoever writes.

Guarantees: positions run from 1 without a gap, each row is linked to the one before, and two replicas on one PostgreSQL
never fork the chain: a unit of work takes the chain for itself before it reads the head (a lock of the transaction; on
SQLite there is one writer anyway) and keeps the head at hand for the rest of its batch. Writers of one journal therefore
take turns; that is the price of one chain.
"""

from typing import Final

from sqlalchemy import func, select

from services.monitor import queries
from services.monitor.context import Context
from services.monitor.domain.chain import Head, canonical, link
from services.monitor.tables import journal
from yimen.bus import Unit
from yimen.contracts import Event, Meta

_CHAIN: Final = 0x4A4F5552  # "JOUR"
_HEAD: Final = "journal head"


async def take_chain(unit: Unit[Context]) -> Head:
    """The journal's head; nobody else can move it, nor write a case's row, until this unit ends."""
    if _HEAD not in unit.notes:
        if unit.conn.dialect.name == "postgresql":
            # A statement of its own: the next one's snapshot must be taken after the lock.
            await unit.execute(select(func.pg_advisory_xact_lock(_CHAIN)))
        unit.notes[_HEAD] = await queries.journal_head(unit)
    head: Head = unit.notes[_HEAD]
    return head


async def append(unit: Unit[Context], event: Event, meta: Meta) -> None:
    body = event.to_body().decode()
    head = link(await take_chain(unit), canonical(meta, body))
    row = {
        "position": head.position,
        "event_id": meta.id,
        "type": meta.type,
        "source": meta.source,
        "subject": meta.subject,
        "sequence": meta.sequence,
        "scope": meta.scope,
        "time": meta.time,
        "case_number": meta.correlation_id,
        "causation_id": meta.causation_id,
        "traceparent": meta.traceparent,
        "body": body,
        "hash": head.hash,
    }
    unit.add(journal, row)
    unit.notes[_HEAD] = head
