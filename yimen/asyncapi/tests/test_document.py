"""The AsyncAPI document: the required structure of 3.0, every reference resolved, every event in its channel."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from yimen.asyncapi.document import asyncapi
from yimen.asyncapi.samples import sample
from yimen.asyncapi.schemas import closed, reading_schema
from yimen.contracts import Event, event_types

EVENTS = event_types()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi(EVENTS.values())


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    return {node["$ref"]} if "$ref" in node else set().union(*map(references, node.values()))


def resolve(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_it_has_what_asyncapi_3_requires(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert document.keys() <= allowed
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert "address" in resolve(document, operation["channel"]["$ref"])
    for channel in document["channels"].values():
        named = {part[1:-1] for part in channel["address"].split(".") if part.startswith("{")}
        assert named == channel["parameters"].keys() == {"event", "scope"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        if reference.startswith("#/"):
            assert resolve(document, reference)
        else:
            assert Path(reference).name.removesuffix(".json") in EVENTS


def test_every_event_stands_in_the_channel_of_its_routing_key(document: dict[str, Any]) -> None:
    told = {t: name for name, channel in document["channels"].items() for t in channel["messages"]}
    assert told == {t: f"{event.speaker}.{event.entity}" for t, event in EVENTS.items()}
    for channel in document["channels"].values():
        assert set(channel["parameters"]["event"]["enum"]) == {EVENTS[t].action for t in channel["messages"]}


def test_a_department_may_answer_reviews_and_nothing_else(document: dict[str, Any]) -> None:
    receives = [name for name, one in document["operations"].items() if one["action"] == "receive"]
    assert receives == ["receive.approval.review"]


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_message_fits_its_schema_and_its_headers(event: type[Event], document: dict[str, Any]) -> None:
    schema = reading_schema(event)
    Draft202012Validator.check_schema(schema)
    made = sample(event, schema)
    Draft202012Validator(closed(schema)).validate(made["body"])
    attributes = Draft202012Validator(document["components"]["schemas"]["Attributes"])
    attributes.validate(made["headers"])
    assert not attributes.is_valid(made["headers"] | {"cloudEvents_sequence": "0"})
    assert made == sample(event, schema)


def test_the_published_schema_lets_a_reader_meet_fields_gained_later() -> None:
    schema = reading_schema(EVENTS["approval.review.decided.v1"])
    body = sample(EVENTS["approval.review.decided.v1"], schema)["body"] | {"remark": "later"}
    Draft202012Validator(schema).validate(body)
    assert not Draft202012Validator(closed(schema)).is_valid(body)
