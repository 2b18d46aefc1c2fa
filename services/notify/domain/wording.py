"""Templates: sentences with named places, filled from one event's fields and from nothing else.

Guarantees: a place names a field of the event's model by a plain dotted path, and that field's type can be read in the
template's language; both are checked before a template is in force, so that no message can fail for want of a field when
it is due. No expression, index, call or conversion is understood, and what an event carries is never read as a template.
A message is read on other people's screens too: no place may hold a password, an identification or a phone number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from services.notify.domain.values import DEFAULT, READERS, read
from yimen.contracts.envelope import Event

NEVER: Final = frozenset({"phone", "masked_id", "id_number", "password", "query_password", "password_hash", "email"})

_PATH = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")


class TemplateError(ValueError):
    """A template asks for what its event does not have, or what no message may say. `place`: the one that is wrong, as
    it stands between the braces. Raised when templates are loaded or written, never when a message is due."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True)
class Template:
    """One version of one template's words in one language. `subject`: a mail's subject line."""

    code: str
    version: int
    text: str
    subject: str | None = None
    language: str = DEFAULT

    def places(self) -> list[tuple[str, str]]:
        """(dotted path, form) of each place, those of the subject first. Raises `TemplateError` for anything but a plain
        dotted path."""
        return [place for words in (self.subject or "", self.text) for place in self._places(words)]

    def _places(self, words: str) -> Iterator[tuple[str, str]]:
        try:
            parsed = list(Formatter().parse(words))
        except ValueError as broken:
            raise TemplateError(f"{self.code}: {broken}") from broken
        for _, path, form, conversion in parsed:
            if path is None:
                continue
            if conversion or not _PATH.fullmatch(path):
                raise TemplateError(f"{self.code}: {path!r} is not a field's name", path)
            yield path, form or ""

    def check(self, model: type[Event], given: Collection[str] = ()) -> None:
        """Every place has a field of `model` and a reader. `given` names the optional fields that are known to be there."""
        for path, form in self.places():
            place = f"{path}:{form}" if form else path
            if not NEVER.isdisjoint(path.split(".")):
                raise TemplateError(f"{self.code}: {path} stands in no message", place)
            kind = _field_type(self.code, model, path, given)
            if (kind, form) not in READERS[self.language]:
                raise TemplateError(f"{self.code}: {model.__name__}.{path} has no wording ({kind}, {form!r})", place)

    def fill(self, event: Event) -> str:
        return self._fill(self._parsed, event)

    def fill_subject(self, event: Event) -> str | None:
        return None if self.subject is None else self._fill(Formatter().parse(self.subject), event)

    @cached_property
    def _parsed(self) -> list[tuple[str, str | None, str | None, str | None]]:
        return list(Formatter().parse(self.text))

    def _fill(self, parsed: Any, event: Event) -> str:
        parts = []
        for literal, path, form, _ in parsed:
            parts.append(literal)
            if path is not None:
                parts.append(read(self.language, _value(event, path), form or ""))
        return "".join(parts)


def places_of(model: type[Event], given: Collection[str], language: str) -> set[str]:
    """Every place that a template of this event may name, with its form."""
    return set(_places_of(model, given, language, "", nested=False))


def _places_of(
    model: type[BaseModel], given: Collection[str], language: str, before: str, nested: bool
) -> Iterator[str]:
    for name, info in model.model_fields.items():
        kind = _plain(info.annotation, name in given and not nested)
        if name in NEVER:
            continue
        for readable, form in READERS[language]:
            if readable == kind:
                yield f"{before}{name}:{form}" if form else f"{before}{name}"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _places_of(kind, given, language, f"{before}{name}.", nested=True)


def _field_type(code: str, model: type[BaseModel], path: str, given: Collection[str]) -> Any:
    kind: Any = model
    for name in path.split("."):
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)) or name not in kind.model_fields:
            raise TemplateError(f"{code}: {model.__name__} has no field {path}", path)
        kind = _plain(kind.model_fields[name].annotation, name in given)
    return kind


def _plain(kind: Any, given: bool) -> Any:
    """A field's type without its bounds; of an optional field that is known to be there, without its absence."""
    if given and get_origin(kind) in (Union, UnionType):
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _value(event: Event, path: str) -> Any:
    value: Any = event
    for name in path.split("."):
        value = getattr(value, name)
    return value
