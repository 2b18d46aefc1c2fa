"""The journal's chain: whoever changes, removes or inserts a row has to change every hash after it.

hash_n = sha256(hash_{n-1} || canonical bytes of meta and body), hexadecimal; the first follows 64 zeros. Guarantees:
the same event gives the same bytes on every database and in every zone. Does not: keep somebody who rewrites the whole
journal from being believed; for that the head has to be written down outside.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

from yimen.contracts import Meta

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal."""

    position: int
    meta: Meta
    body: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    position: int = 0
    hash: str = GENESIS


def canonical(meta: Meta, body: str) -> bytes:
    attributes = {
        "id": str(meta.id),
        "type": meta.type,
        "source": meta.source,
        "subject": meta.subject,
        "sequence": meta.sequence,
        "scope": meta.scope,
        "time": meta.time.astimezone(UTC).isoformat(timespec="microseconds"),
        "correlation_id": meta.correlation_id,
        "causation_id": meta.causation_id,
        "traceparent": meta.traceparent,
    }
    return json.dumps(attributes, sort_keys=True, separators=(",", ":")).encode() + b"\n" + body.encode()


def link(head: Head, meta: Meta, body: str) -> Head:
    """The head after this event."""
    return Head(head.position + 1, sha256(bytes.fromhex(head.hash) + canonical(meta, body)).hexdigest())


def first_broken(head: Head, entries: Iterable[Entry]) -> tuple[Head, int | None]:
    """Walk on from `head`: the last sound head, and the position of the first row that does not follow from it.

    A row that was taken out shows at the next one, which carries the wrong position.
    """
    for entry in entries:
        expected = link(head, entry.meta, entry.body)
        if expected != Head(entry.position, entry.hash):
            return head, min(entry.position, expected.position)
        head = expected
    return head, None
