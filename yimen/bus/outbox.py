"""The outbox: events wait in the transaction's own database until the carrier has them.

Sequences are gapless per (source, subject): the counter's row is locked until commit, so a rolled back unit leaves no
hole, and within a subject the order of sequences is the order of `seq`.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from yimen.bus.describing import described
from yimen.bus.view import View
from yimen.contracts import Event, Meta
from yimen.contracts.envelope import MAX_BODY_BYTES
from yimen.errors import Permanent
from yimen.tracing import Kind, past


class EventTooLarge(Permanent):
    """A body over 256 KiB does not belong on the bus."""


@dataclass(frozen=True, slots=True)
class Emission:
    event: Event
    causation_id: str | None
    traceparent: str | None


async def _take_sequences(unit: View[Any], source: str, counts: Counter[str]) -> dict[str, int]:
    """The last sequence used before this unit, by subject. Rows are locked in sorted order, against deadlocks."""
    table = unit.table("outbox_sequence")
    rows = [{"source": source, "subject": subject, "last": counts[subject]} for subject in sorted(counts)]
    statement = unit.insert(table)  # rows as parameters: a statement that holds them would be compiled each time
    statement = statement.on_conflict_do_update(
        index_elements=["source", "subject"], set_={"last": table.c.last + statement.excluded.last}
    ).returning(table.c.subject, table.c.last)
    result = await unit.execute(statement, rows)
    return {row.subject: row.last - counts[row.subject] for row in result}


def _row(unit: View[Any], source: str, emission: Emission, sequence: int) -> dict[str, Any]:
    event = emission.event
    body = event.to_body()
    if len(body) > MAX_BODY_BYTES:
        raise EventTooLarge(f"{event.type} of {event.subject} has {len(body)} bytes")
    meta = Meta.of(event, source, sequence, id=uuid4(), time=unit.now, causation_id=emission.causation_id)
    told = described(meta, event.routing_key, "create")
    meta = replace(meta, traceparent=past(Kind.PRODUCER, f"create {meta.type}", emission.traceparent, told))
    return {
        "id": meta.id,
        "key": event.routing_key,
        "subject": meta.subject,
        "headers": meta.to_headers(),
        "body": body,
        "created_at": unit.now,
    }


async def write_outbox(unit: View[Any], source: str, emissions: list[Emission]) -> None:
    """Raises `EventTooLarge`; then the whole unit rolls back."""
    last = await _take_sequences(unit, source, Counter(emission.event.subject for emission in emissions))
    rows = []
    for emission in emissions:
        last[emission.event.subject] += 1
        rows.append(_row(unit, source, emission, last[emission.event.subject]))
    await unit.execute(insert(unit.table("outbox")), rows)
