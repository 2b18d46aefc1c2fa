"""The journal's chain: whoever changes, removes or inserts a row has to change every hash after it.

hash_n = sha256(hash_{n-1} || canonical bytes of meta and body), hexadecimal; the first follows 64 zeros. Guarantees:
the same event gives the same bytes on every database and in every zone; the same bytes are the leaves of the journal's
tree (`domain.audit`). Does not: keep somebody who rewrites the whole chain from being believed; that is what seals are for.
"""

import json
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


def link(head: Head, data: bytes) -> Head:
    """The head after the event of these canonical bytes."""
    return Head(head.position + 1, sha256(bytes.fromhex(head.hash) + data).hexdigest())
