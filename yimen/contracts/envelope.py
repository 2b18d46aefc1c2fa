"""What every event has: its model, and the CloudEvents attributes around it.

The body is the model as JSON; the attributes travel as AMQP headers `cloudEvents_*` (CloudEvents AMQP binding, binary
mode). `sequence` counts from 1 without a gap per (source, subject): that is the ordering contract, not the broker.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

HEADER_PREFIX = "cloudEvents_"
EVERYONE = "all"
MAX_BODY_BYTES = 256 * 1024
MOST_CHARACTERS = {"source": 100, "subject": 200}
"""What a consumer's position has room for; of any other attribute `LONG`."""

LONG = 400
LARGEST = 2**63 - 1
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of characters: no database takes them."""

Instant = AwareDatetime
Name = Annotated[str, Field(min_length=1, max_length=400)]
Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._\-]+$")]
Text = Annotated[str, Field(max_length=8000)]
Fen = Annotated[int, Field(ge=0, le=10**13, description="integer 分")]


class Unreadable(ValueError):
    """The message cannot be understood at all: no id, no sequence, bad JSON, unknown type."""


class Part(BaseModel):
    """A value inside an event: frozen, strict when written, tolerant when read."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_TYPES: dict[str, type["Event"]] = {}


class Event(Part):
    """One thing that happened, in the past tense.

    A concrete event names its type, `class Accepted(CaseEvent, type="intake.case.accepted.v1")`. A released version
    only ever gains optional fields; anything else is a new version beside it.
    """

    type: ClassVar[str]
    speaker: ClassVar[str]
    entity: ClassVar[str]
    action: ClassVar[str]
    scope_field: ClassVar[str | None] = None
    id_field: ClassVar[str]
    case_field: ClassVar[str | None] = "case_number"

    def __init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if type is None:
            return
        if type in _TYPES:
            raise TypeError(f"{type} is declared twice")
        cls.type = type
        cls.speaker, cls.entity, cls.action, _version = type.split(".")
        _TYPES[type] = cls

    @property
    def subject(self) -> str:
        return f"{self.entity}/{getattr(self, self.id_field)}"

    @property
    def scope(self) -> str:
        """Department code, or `all`. Never changes within a subject, or a scoped subscriber would see gaps."""
        return EVERYONE if self.scope_field is None else str(getattr(self, self.scope_field))

    @property
    def correlation_id(self) -> str | None:
        """The case number, where the event belongs to a case."""
        return None if self.case_field is None else getattr(self, self.case_field)

    @property
    def routing_key(self) -> str:
        return f"{self.speaker}.{self.entity}.{self.action}.{self.scope}"

    def to_body(self) -> bytes:
        return self.model_dump_json().encode()

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        return cls.model_validate_json(body, extra="ignore")


@dataclass(frozen=True, slots=True)
class Meta:
    """The CloudEvents attributes of one event."""

    id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    scope: str
    time: datetime
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None

    @classmethod
    def of(
        cls, event: Event, source: str, sequence: int, *, id: UUID, time: datetime, causation_id: str | None = None
    ) -> Self:
        """Of an event that `source` says as its word number `sequence` on the subject."""
        return cls(
            id=id,
            type=event.type,
            source=source,
            subject=event.subject,
            sequence=sequence,
            scope=event.scope,
            time=time,
            correlation_id=event.correlation_id,
            causation_id=causation_id,
        )

    def to_headers(self) -> dict[str, str]:
        """AMQP headers. Text only: byte values raise in brokers, and AMQP timestamps know only whole seconds."""
        attributes = {
            "specversion": "1.0",
            "id": str(self.id),
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "sequence": str(self.sequence),
            "scope": self.scope,
            "time": self.time.isoformat(),
            "correlationid": self.correlation_id,
            "causationid": self.causation_id,
            "traceparent": self.traceparent,
        }
        return {HEADER_PREFIX + name: value for name, value in attributes.items() if value is not None}

    @classmethod
    def from_headers(cls, headers: Mapping[str, Any]) -> Self:
        """Raises `Unreadable` naming the attribute that is missing or wrong."""
        found = {k.removeprefix(HEADER_PREFIX): str(v) for k, v in headers.items() if k.startswith(HEADER_PREFIX)}
        _refuse_unstorable(found)
        try:
            meta = cls(
                id=UUID(found["id"]),
                type=found["type"],
                source=found["source"],
                subject=found["subject"],
                sequence=int(found["sequence"]),
                scope=found.get("scope", EVERYONE),
                time=_instant(found["time"]),
                correlation_id=found.get("correlationid"),
                causation_id=found.get("causationid"),
                traceparent=found.get("traceparent"),
            )
        except KeyError as missing:
            raise Unreadable(f"attribute {missing.args[0]} is missing") from missing
        except (ValueError, OverflowError) as wrong:
            raise Unreadable(f"an attribute cannot be read: {wrong}") from wrong
        if not 1 <= meta.sequence <= LARGEST:
            raise Unreadable("sequence is not a count from 1")
        return meta


Windows = Mapping[str, Collection[str]]
"""By its name, the departments for which each instance of approval that serves several of them speaks."""


def read_meta(key: str, headers: Mapping[str, Any], windows: Windows | None = None) -> Meta:
    """The attributes of what came under this key, by which alone the broker knows who may speak.

    Raises `Unreadable` where one is missing or wrong, or where they tell of other words or of another speaker than the key.
    With `windows`, an instance speaks for the department of its name and for those that `windows` names."""
    meta = Meta.from_headers(headers)
    if key != f"{meta.type.rpartition('.')[0]}.{meta.scope}":
        raise Unreadable(f"key {key} does not carry {meta.type} of {meta.scope}")
    service, of, instance = meta.source.removeprefix("/").partition("/")
    if not meta.source.startswith("/") or service != key.partition(".")[0]:
        raise Unreadable(f"source {meta.source} does not say {meta.type}")
    if windows is not None and of and meta.scope not in {instance, *windows.get(instance, ())}:
        raise Unreadable(f"source {meta.source} does not speak for {meta.scope}")
    return meta


def check_body(event: Event, meta: Meta) -> None:
    """Raises `Unreadable` where the body is of another subject, or under another department's name, than the headers."""
    if (event.subject, event.scope) != (meta.subject, meta.scope):
        told = f"{meta.subject} of {meta.scope}"
        raise Unreadable(f"the body is of {event.subject} of {event.scope}, not of {told}")


def storable(text: str) -> str:
    """The text with a mark in place of what no database takes."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _refuse_unstorable(attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if len(name) > LONG or len(value) > MOST_CHARACTERS.get(name, LONG):
            raise Unreadable(f"attribute {storable(name[:LONG])} is too long")
        if _UNSTORABLE.search(name) or _UNSTORABLE.search(value):
            raise Unreadable(f"attribute {storable(name)} holds what is no character")


def _instant(text: str) -> datetime:
    """Raises ValueError without a zone, OverflowError where UTC cannot say it."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("time carries no zone")
    time.astimezone(UTC)
    return time


def event_types() -> dict[str, type[Event]]:
    """Every released event by its type."""
    return dict(sorted(_TYPES.items()))


def read_event(event_type: str, body: bytes) -> Event:
    """The event of a body. Raises `Unreadable` for an unknown type or a body that does not fit it."""
    model = _TYPES.get(event_type)
    if model is None:
        raise Unreadable(f"unknown type {event_type}")
    if len(body) > MAX_BODY_BYTES:
        raise Unreadable(f"a body of {len(body)} bytes, of which {MAX_BODY_BYTES} are allowed")
    try:
        return model.from_body(body)
    except ValidationError as wrong:
        raise Unreadable(f"{event_type} does not fit its schema: {wrong.error_count()} fault(s), {wrong}") from wrong
