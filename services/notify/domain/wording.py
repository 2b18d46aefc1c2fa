"""Templates: Chinese sentences with named places, filled from one event's fields and from nothing else.

Guarantees: a place names a field of the event's model by a plain dotted path, and that field's type has a wording;
both are checked when the templates are loaded, so that no message can fail for want of a field when it is due. No
expression, index, call or conversion is understood, and what an event carries is never read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from yimen.contracts.envelope import Event, Instant
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Due, PauseKind, RequestedMaterial
from yimen.money import format_yuan
from yimen.terms import PROCEDURES, SUPERVISION
from yimen.worktime import SHANGHAI

SHORT = 120
"""Characters of a free text that a message quotes; the paper has the rest."""


_PATH = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")


class TemplateError(ValueError):
    """A template asks for what its event does not have. Raised when templates are loaded, never when a message is due."""


@dataclass(frozen=True, slots=True)
class Template:
    """`version` is raised with every change of the words; a message keeps the version that it was written by."""

    code: str
    version: int
    text: str

    def places(self) -> list[tuple[str, str]]:
        """(dotted path, form) of each place. Raises `TemplateError` for anything but a plain dotted path."""
        found = []
        for _, path, form, conversion in Formatter().parse(self.text):
            if path is None:
                continue
            if conversion or not _PATH.fullmatch(path):
                raise TemplateError(f"{self.code}: {path!r} is not a field's name")
            found.append((path, form or ""))
        return found

    def check(self, model: type[Event], given: Collection[str] = ()) -> None:
        """Every place has a field of `model` and a wording. `given` names the optional fields that are known to be there."""
        for path, form in self.places():
            kind = _field_type(self.code, model, path, given)
            if (kind, form) not in _WORDINGS:
                raise TemplateError(f"{self.code}: {model.__name__}.{path} has no wording ({kind}, {form!r})")

    def fill(self, event: Event) -> str:
        parts = []
        for literal, path, form, _ in Formatter().parse(self.text):
            parts.append(literal)
            if path is not None:
                parts.append(_word(_value(event, path), form or ""))
        return "".join(parts)


def _field_type(code: str, model: type[BaseModel], path: str, given: Collection[str]) -> Any:
    kind: Any = model
    for name in path.split("."):
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)) or name not in kind.model_fields:
            raise TemplateError(f"{code}: {model.__name__} has no field {path}")
        kind = kind.model_fields[name].annotation
        if get_origin(kind) in (Union, UnionType) and name in given:
            (kind,) = (one for one in get_args(kind) if one is not NoneType)
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
    return kind


def _value(event: Event, path: str) -> Any:
    value: Any = event
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _instant(instant: datetime) -> str:
    local = instant.astimezone(SHANGHAI)
    return f"{_day(local)}{local:%H:%M}"


def _due(due: Due) -> str:
    return _day(due.on) + ("（暂定）" if due.provisional else "")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else plain[:SHORT] + "……（全文见文书）"


def _names(materials: tuple[RequestedMaterial, ...]) -> str:
    return _short("、".join(material.name for material in materials))


_WORDINGS: dict[tuple[Any, str], Callable[[Any], str]] = {
    (str, ""): str,
    (str, "short"): _short,
    (int, ""): str,
    (int, "yuan"): format_yuan,
    (date, ""): _day,
    (Instant, ""): _instant,
    (datetime, ""): _instant,
    (Due, ""): _due,
    (PauseKind, ""): PROCEDURES.__getitem__,
    (Light, ""): SUPERVISION.__getitem__,
    (tuple[RequestedMaterial, ...], ""): _names,
}


def _word(value: Any, form: str) -> str:
    kind: Any = tuple[RequestedMaterial, ...] if isinstance(value, tuple) else type(value)
    return _WORDINGS[(kind, form)](value)
