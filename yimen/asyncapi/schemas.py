"""JSON Schemas (2020-12) of events.

The published schema is the reader's: open, because a released version may gain optional fields. Who writes keeps to
the closed one. The shape is what matters to compatibility: no titles, no descriptions, no order.
"""

from collections.abc import Callable
from typing import Any

from yimen.contracts.envelope import EVERYONE, Event

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORDS = frozenset({"$schema", "$id", "title", "description"})
_NAMED = ("properties", "$defs")
"""Keywords whose keys are names that we chose, not keywords."""
_VALUES = ("default", "const", "examples", "enum", "required")
"""Keywords whose values are no schemas."""


def reading_schema(event: type[Event]) -> Schema:
    """What a message of this type looks like to a reader, now and after fields were gained."""
    schema = opened(event.model_json_schema(mode="validation"))
    return {
        "$schema": DIALECT,
        "$id": f"urn:yimen:event:{event.type}",
        "x-subject": f"{event.entity}/{{{event.id_field}}}",
        "x-scope": EVERYONE if event.scope_field is None else f"{{{event.scope_field}}}",
        **schema,
    }


def opened(schema: Schema) -> Schema:
    """Unknown fields are ignored."""
    return _each(schema, lambda node: {k: v for k, v in node.items() if k != "additionalProperties" or v is not False})


def closed(schema: Schema) -> Schema:
    """Unknown fields are refused."""
    return _each(schema, lambda node: {**node, "additionalProperties": False} if "properties" in node else node)


def shape(schema: Schema) -> Schema:
    """The schema without words and without order."""
    return _each(schema, _bare)


def _bare(node: Schema) -> Schema:
    kept = {key: value for key, value in sorted(node.items()) if key not in _WORDS}
    for unordered in ("required", "enum"):
        if unordered in kept:
            kept[unordered] = sorted(kept[unordered])
    return kept


def _each(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with `change` made to every schema in it; names of properties and definitions are left alone."""
    changed: Schema = {}
    for key, value in change(schema).items():
        if key in _NAMED:
            changed[key] = {name: _each(one, change) for name, one in value.items()}
        elif key in _VALUES:
            changed[key] = value
        else:
            changed[key] = _within(value, change)
    return changed


def _within(value: Any, change: Callable[[Schema], Schema]) -> Any:
    if isinstance(value, list):
        return [_within(one, change) for one in value]
    return _each(value, change) if isinstance(value, dict) else value
