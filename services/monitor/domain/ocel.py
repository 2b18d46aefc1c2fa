"""The journal as OCEL 2.0 in JSON: every event beside the objects that it speaks of.

Guarantees: an object is told once, and every object that an event names is told; the same event gives the same
relationships whoever reads it. Does not: keep objects in memory: whoever writes the file keeps them until its end
(`exporting`), for the format wants them apart from the events.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import orjson

from services.monitor.domain.facets import Facet, Pseudonyms, Value, department_of, facets, staff_of, told
from services.monitor.domain.labels import label_of
from services.monitor.domain.views import Recorded
from yimen.contracts import Event, event_types

REFERENCES: Final = {
    "case_number": "case",
    "item_code": "item",
    "review_id": "review",
    "list_id": "list",
    "notice_number": "notice",
    "replaces": "",  # another one of the event's own kind
    "alert_id": "alert",
    "order_number": "order",
    "complaint_number": "complaint",
    "consultation_number": "consultation",
    "rating_id": "rating",
    "appeal_number": "appeal",
    "finding_number": "inspection",
    "violation_number": "violation",
    "exception_id": "exception",
    "import_id": "import",
    "agency_id": "agency",
    "project_number": "project",
    "window": "window",
}
"""Which fields name an object, and of what type; the field is the qualifier."""
SEVERAL: Final = {
    "lists": "list",
    "fee_lists": "list",
    "item_codes": "item",
    "departments": "department",
    "present": "department",
    "absent": "department",
}
DESCRIBING: Final = frozenset({"kind", "department", "item_code", "amount", "lead", "promised_days", "statutory_days"})
"""What an event says of its subject that is worth keeping with the object."""
TYPES: Final = {"string": "string", "integer": "integer", "boolean": "boolean", "time": "time"}
Attribute = tuple[str, str, Value]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An object as one event speaks of it: `attributes` by name, time, value."""

    id: str
    type: str
    attributes: tuple[Attribute, ...] = ()


def mentioned(one: Recorded, names: Pseudonyms) -> dict[str, tuple[Mentioned, str]]:
    """The objects of an event by identity, each with its first qualifier: readers keep one for an event and an object."""
    found: dict[str, tuple[Mentioned, str]] = {}
    for qualifier, thing in _mentioned(one, names):
        found.setdefault(thing.id, (thing, qualifier))
    return found


def _mentioned(one: Recorded, names: Pseudonyms) -> Iterator[tuple[str, Mentioned]]:
    event, subject = one.event, names.subject(one.meta.subject)
    yield "subject", Mentioned(subject, subject.partition("/")[0], tuple(_describing(one)))
    if one.meta.correlation_id:
        yield "case", _object("case", one.meta.correlation_id)
    if department := department_of(event):
        yield "department", _object("department", department)
    for name, kind in REFERENCES.items():
        if value := getattr(event, name, None):
            yield name, _object(kind or event.entity, value)
    for name, kind in SEVERAL.items():
        yield from ((name, _object(kind, value)) for value in getattr(event, name, ()))
    for part, staff in staff_of(event):
        yield part, _object("staff", names.of(staff.id))


def _object(kind: str, own: str) -> Mentioned:
    return Mentioned(f"{kind}/{own}", kind)


def _describing(one: Recorded) -> Iterator[Attribute]:
    for facet, value in told(one.event):
        if facet.name in DESCRIBING:
            yield facet.name, _text(one.meta.time), value


def types() -> bytes:
    """The head of the file: every type that an event or an object can be of, and the events' opening."""
    events = [{"name": kind, "attributes": _declared(model)} for kind, model in event_types().items()]
    known = {name: {facet.name: facet.kind for facet in content} for name, content in _object_types().items()}
    objects = [{"name": name, "attributes": _typed(content.items())} for name, content in sorted(known.items())]
    return b'{"objectTypes":' + orjson.dumps(objects) + b',"eventTypes":' + orjson.dumps(events) + b',"events":['


def _declared(model: type[Event]) -> list[dict[str, str]]:
    own = [("label", "string"), ("source", "string"), ("sequence", "integer")]
    return _typed((*own, *((facet.name, facet.kind) for facet in facets(model))))


def _typed(declared: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "type": TYPES[kind]} for name, kind in declared]


@cache
def _object_types() -> dict[str, tuple[Facet, ...]]:
    """By name, with what may describe an object of it."""
    named: dict[str, dict[str, Facet]] = {name: {} for name in (*REFERENCES.values(), *SEVERAL.values(), "staff")}
    for model in event_types().values():
        described = named.setdefault(model.entity, {})
        described |= {facet.name: facet for facet in facets(model) if facet.name in DESCRIBING}
    del named[""]
    return {name: tuple(content.values()) for name, content in named.items()}


def event(one: Recorded, objects: Iterable[tuple[Mentioned, str]]) -> bytes:
    meta = one.meta
    attributes: list[tuple[str, Value]] = [
        ("label", label_of(type(one.event))),
        ("source", meta.source),
        ("sequence", meta.sequence),
        *((facet.name, value) for facet, value in told(one.event)),
    ]
    return orjson.dumps(
        {
            "id": str(meta.id),
            "type": meta.type,
            "time": _text(meta.time),
            "attributes": [{"name": name, "value": _text(value)} for name, value in attributes],
            "relationships": [{"objectId": thing.id, "qualifier": qualifier} for thing, qualifier in objects],
        }
    )


def thing(own: str, kind: str, attributes: Iterable[Attribute]) -> bytes:
    """One object, with what was said of it and when."""
    said = [{"name": name, "time": time, "value": value} for name, time, value in attributes]
    return orjson.dumps({"id": own, "type": kind, "attributes": said, "relationships": []})


def _text(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
