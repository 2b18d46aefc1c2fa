"""A message of an event type, every field filled in, the same each time: headers, routing key and body as on the wire.

A sample is made once, when its shape is released, and kept for ever; tests read them all with today's models.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from yimen.asyncapi.schemas import Schema
from yimen.contracts.envelope import Event, Meta

_TIME = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
_CASE = "45072120260928J0000012"
_PLAUSIBLE: dict[str, Any] = {
    "case_number": _CASE,
    "item_code": "11450721MB155808114000104002000",
    "item_name": "固定资产投资项目节能审查",
    "department": "fire",
    "departments": ["planning", "fire"],
    "review_id": f"{_CASE}.1.fire",
    "list_id": f"{_CASE}.1.fire-1",
    "notice_number": f"N{_CASE}",
    "masked_id": "4507**********0016",
    "phone": "13800000000",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "year": 2027,
    "id": "u-1",
    "unit": "件",
    "receiver": "张三",
    "place": "三楼会议室",
    "superior": "市民族宗教事务局",
    "month": "2026-09",
    "quarter": "2026-Q3",
    **dict.fromkeys(("root", "head", "digest", "sha256", "leaf"), "9f" * 32),
}
_FORMATS = {"date": "2026-09-28", "date-time": "2026-09-28T01:30:00Z"}


def sample(event: type[Event], schema: Schema) -> dict[str, Any]:
    body = _value(schema, schema.get("$defs", {}), "")
    spoken = event.from_body(json.dumps(body).encode())
    meta = Meta(
        id=uuid5(NAMESPACE_URL, f"urn:yimen:sample:{event.type}"),
        type=event.type,
        source="/approval/fire" if event.speaker == "approval" else f"/{event.speaker}",
        subject=spoken.subject,
        sequence=1,
        scope=spoken.scope,
        time=_TIME,
        correlation_id=spoken.correlation_id,
        causation_id=str(uuid5(NAMESPACE_URL, "urn:yimen:sample:cause")),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    return {"routing_key": spoken.routing_key, "headers": meta.to_headers(), "body": body}


def _value(schema: Schema, definitions: Schema, name: str) -> Any:
    if "$ref" in schema:
        return _value(definitions[schema["$ref"].rpartition("/")[2]], definitions, name)
    if "anyOf" in schema:
        chosen = next(one for one in schema["anyOf"] if one.get("type") != "null")
        return _value(chosen, definitions, name)
    if "enum" in schema:
        return schema["enum"][0]
    if name in _PLAUSIBLE:
        return _PLAUSIBLE[name]
    return _MAKERS[schema["type"]](schema, definitions, name)


def _object(schema: Schema, definitions: Schema, _name: str) -> Any:
    """A map of names that the schema leaves open shows one of them."""
    if "properties" not in schema:
        return {"example": _value(schema["additionalProperties"], definitions, "example")}
    return {name: _value(one, definitions, name) for name, one in schema["properties"].items()}


def _array(schema: Schema, definitions: Schema, name: str) -> Any:
    return [_value(schema["items"], definitions, name.removesuffix("s"))]


def _string(schema: Schema, _definitions: Schema, name: str) -> Any:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    return f"{name.replace('_', '-')}-1" if "pattern" in schema else "示例"


def _integer(schema: Schema, _definitions: Schema, _name: str) -> Any:
    return max(1, schema.get("minimum", 1))


def _boolean(_schema: Schema, _definitions: Schema, _name: str) -> Any:
    return True


_MAKERS = {"object": _object, "array": _array, "string": _string, "integer": _integer, "boolean": _boolean}
