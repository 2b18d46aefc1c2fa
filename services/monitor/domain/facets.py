"""What may be told of an event to those who study processes: codes, numbers, truth values, dates; never a person.

Guarantees: whatever is free text (reasons, places, names) stays behind, as does every number that opens something (a
payment code) or is made of somebody's identity; whoever acted is told by a pseudonym that holds within one export and
cannot be computed back without its salt, which nobody keeps. What a type can tell is read from its model, so that a new
field of these kinds is told by itself. Does not: hide case numbers, by which the hall itself has to find a case again.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from yimen.contracts import Event
from yimen.contracts.envelope import EVERYONE
from yimen.contracts.parts import Due, Staff

Kind = Literal["string", "integer", "boolean", "time"]
Value = str | int | bool | datetime

UNTOLD: Final = frozenset(
    {
        "payment_code", "bank_serial",  # open a notice, name a payer's transfer
        "signature", "sha256", "root", "head", "key_id", "digest", "record",  # proofs, which say nothing of the process
        "party", "score_id", "attendance_id", "target_id",  # may be made of a person's identity
    }
)  # fmt: skip
PERSONAL: Final = frozenset({"score", "attendance"})
"""Entities whose numbers may be made of a person's identity: told by a pseudonym."""


@dataclass(frozen=True)
class Facet:
    """One thing that an event can tell."""

    name: str
    kind: Kind

    def of(self, event: Event) -> Value | None:
        value = getattr(event, self.name)
        if isinstance(value, Due):
            value = value.on
        if isinstance(value, datetime) or value is None:
            return value
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, StrEnum) else value


@cache
def facets(model: type[Event]) -> tuple[Facet, ...]:
    """What this type can tell, in the order of its model."""
    found = []
    for name, told in model.model_fields.items():
        kind = _kind(told.annotation, told.metadata)
        if kind and name not in UNTOLD:
            found.append(Facet(name, kind))
    return tuple(found)


def told(event: Event) -> Iterator[tuple[Facet, Value]]:
    """What this one does tell."""
    for facet in facets(type(event)):
        value = facet.of(event)
        if value is not None:
            yield facet, value


def _kind(annotation: Any, metadata: list[Any]) -> Kind | None:
    if get_origin(annotation) in (Union, UnionType):
        present = [one for one in get_args(annotation) if one is not NoneType]
        return _kind(present[0], metadata) if len(present) == 1 else None
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _kind(inner, [*metadata, *(fact for one in more for fact in getattr(one, "metadata", [one]))])
    if not isinstance(annotation, type):
        return None
    if annotation is str:
        return "string" if any(getattr(one, "pattern", None) for one in metadata) else None
    return next((kind for types, kind in _KINDS if issubclass(annotation, types)), None)


_KINDS: Final[tuple[tuple[type | tuple[type, ...], Kind], ...]] = (
    (bool, "boolean"),
    (int, "integer"),
    (StrEnum, "string"),
    ((datetime, AwareDatetime), "time"),
    ((date, Due), "string"),
)


def staff_of(event: Event) -> Iterator[tuple[str, Staff]]:
    """Who acted, by the field that says in what part."""
    for name in type(event).model_fields:
        value = getattr(event, name)
        several = value if isinstance(value, tuple) else (value,)
        yield from ((name, one) for one in several if isinstance(one, Staff))


def department_of(event: Event) -> str | None:
    """Whose event it is, where it is a department's."""
    named = getattr(event, "department", None)
    if isinstance(named, str):
        return named
    return event.scope if event.scope != EVERYONE else None


@dataclass(frozen=True)
class Pseudonyms:
    """Names that stand for others within one export."""

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def of(self, identity: str) -> str:
        return "p-" + blake2b(identity.encode("utf-8", "surrogatepass"), key=self.salt, digest_size=8).hexdigest()

    def subject(self, subject: str) -> str:
        """`entity/id`, the id by a pseudonym where it may be somebody's."""
        entity, _, own = subject.partition("/")
        return f"{entity}/{self.of(own)}" if entity in PERSONAL else subject
