"""The AsyncAPI 3.0 document: who speaks of what, under which keys, in which envelope. Payloads are the files of schemas/."""

import inspect
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from yimen import __version__
from yimen.bus.topology import EXCHANGE
from yimen.contracts.envelope import HEADER_PREFIX, Event

Node = dict[str, Any]

_INTRODUCTION = """\
The words that the hall's services speak, and that a department's own system may hear and answer.
One topic exchange; routing keys are <service>.<entity>.<event>.<scope>, the scope being a department code or `all`.
Bind service, entity and scope, never the event: `sequence` counts from 1 without a gap per (source, subject), so that a
follower of an entity can prove that it missed nothing. CloudEvents 1.0, AMQP binding, binary mode.
"""
_ANSWERS = ("approval", "review")
"""What a department's own system says in the place of ours."""


def asyncapi(events: Iterable[type[Event]]) -> Node:
    channels: dict[tuple[str, str], list[type[Event]]] = defaultdict(list)
    for event in sorted(events, key=lambda one: one.type):
        channels[event.speaker, event.entity].append(event)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Yimen 一门",
            "version": __version__,
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel_name(*key): _channel(*key, spoken) for key, spoken in channels.items()},
        "operations": {name: node for key in channels for name, node in _operations(*key)},
        "components": {
            "messages": {event.type: _message(event) for spoken in channels.values() for event in spoken},
            "schemas": {"Attributes": _attributes()},
        },
    }


def _channel_name(speaker: str, entity: str) -> str:
    return f"{speaker}.{entity}"


def _channel(speaker: str, entity: str, spoken: list[type[Event]]) -> Node:
    scoped = spoken[0].scope_field is not None
    return {
        "address": f"{speaker}.{entity}.{{event}}.{{scope}}",
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"} for event in spoken},
        "parameters": {
            "event": {"enum": sorted({event.action for event in spoken}), "description": "what happened; bind `*`"},
            "scope": {"description": "department code"} if scoped else {"enum": ["all"]},
        },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operations(speaker: str, entity: str) -> Iterable[tuple[str, Node]]:
    """Seen from the hall: it sends everything, and receives what departments' own systems answer."""
    channel = {"$ref": f"#/channels/{_channel_name(speaker, entity)}"}
    yield f"send.{speaker}.{entity}", {"action": "send", "channel": channel}
    if (speaker, entity) == _ANSWERS:
        yield f"receive.{speaker}.{entity}", {"action": "receive", "channel": channel}


def _message(event: type[Event]) -> Node:
    described = {"description": inspect.cleandoc(event.__doc__)} if event.__doc__ else {}
    return {
        "name": event.type,
        "title": event.__name__,
        **described,
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/Attributes"},
                {"type": "object", "properties": {f"{HEADER_PREFIX}type": {"const": event.type}}},
            ]
        },
        "payload": {"$ref": f"./schemas/{event.type}.json"},
        "correlationId": {
            "description": "the case number, where the event belongs to a case",
            "location": f"$message.header#/{HEADER_PREFIX}correlationid",
        },
        "bindings": {"amqp": {"contentEncoding": "utf-8", "messageType": event.type, "bindingVersion": "0.3.0"}},
    }


def _attributes() -> Node:
    """The CloudEvents attributes as AMQP headers; each value is text."""
    text = {"type": "string", "minLength": 1}
    attributes: dict[str, Node] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "type": text,
        "source": {"type": "string", "format": "uri-reference", "minLength": 1},
        "subject": {**text, "pattern": "^[a-z_]+/.+$"},
        "sequence": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "scope": text,
        "time": {"type": "string", "format": "date-time"},
        "correlationid": text,
        "causationid": text,
        "traceparent": {"type": "string", "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    }
    optional = ("correlationid", "causationid", "traceparent")
    return {
        "type": "object",
        "required": [HEADER_PREFIX + name for name in attributes if name not in optional],
        "properties": {HEADER_PREFIX + name: schema for name, schema in attributes.items()},
    }
