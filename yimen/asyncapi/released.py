"""Every shape ever released, and whether today's events still honour it.

Two promises, each checked against each released shape by jsoncompat: what is written today can be read by readers of
then, who ignore what they do not know; what was written then, and waits in a queue or an archive, can be read today.
"""

import json
from collections.abc import Iterator, Mapping

from jsoncompat import check_compat

from yimen.asyncapi.schemas import Schema, closed, opened

_ENVELOPE = {"x-subject": "subject", "x-scope": "scope"}
_NEXT = "Leave the released version as it is and add a new one beside it."


def broken_promises(event_type: str, then: Schema, now: Schema) -> Iterator[str]:
    """A sentence for each promise of a released shape that today's breaks."""
    for attribute, word in _ENVELOPE.items():
        if then[attribute] != now[attribute]:
            yield f"{event_type}: its {word} was {then[attribute]} and is {now[attribute]}. {_NEXT}"
    old, new = _plain(then), _plain(now)
    differing = ", ".join(_differing(old, new))
    if not check_compat(json.dumps(opened(old)), json.dumps(closed(new)), role="serializer"):
        yield f"{event_type}: readers of the released shape cannot read what is written now ({differing}). {_NEXT}"
    if not check_compat(json.dumps(closed(old)), json.dumps(opened(new)), role="deserializer"):
        yield f"{event_type}: messages of the released shape cannot be read any more ({differing}). {_NEXT}"


def gone(event_type: str) -> str:
    return f"{event_type}: it was released and is gone. Consumers still hold messages of it; keep the model."


def _plain(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _ENVELOPE}


def _differing(old: Schema, new: Schema) -> list[str]:
    """Top-level fields whose meaning changed, as a hint to who reads the fault."""

    def fields(schema: Schema) -> Mapping[str, object]:
        required = schema.get("required", ())
        definitions = schema.get("$defs", {})
        return {n: (n in required, _resolved(s, definitions)) for n, s in schema.get("properties", {}).items()}

    before, after = fields(old), fields(new)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _resolved(node: object, definitions: Schema) -> object:
    if isinstance(node, list):
        return [_resolved(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(definitions[str(node["$ref"]).rpartition("/")[2]], definitions)
    return {key: _resolved(value, definitions) for key, value in node.items()}
