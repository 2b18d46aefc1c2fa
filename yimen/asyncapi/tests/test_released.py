"""What was released stays readable, in both directions; each way of breaking it is caught."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from yimen.asyncapi.released import broken_promises
from yimen.asyncapi.schemas import Schema, reading_schema, shape
from yimen.contracts import Meta, event_types, read_event

CONTRACTS = Path(__file__).parents[3] / "contracts"
RELEASED = sorted((CONTRACTS / "released").glob("*.json"))
SAMPLES = sorted((CONTRACTS / "samples").glob("*.json"))
EVENTS = event_types()


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def type_of(path: Path) -> str:
    stem = path.stem
    return stem if stem in EVENTS else stem.rpartition(".")[0]


def now(event_type: str) -> Schema:
    return shape(reading_schema(EVENTS[event_type]))


def broken(then: Schema, current: Schema) -> str:
    return "\n".join(broken_promises("x", then, current))


@pytest.fixture(params=sorted(EVENTS))
def released(request: pytest.FixtureRequest) -> Schema:
    return now(request.param)


def test_every_event_is_released_with_a_sample() -> None:
    assert {path.stem for path in RELEASED} >= set(EVENTS)
    assert [path.name for path in RELEASED] == [path.name for path in SAMPLES]


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_todays_events_keep_every_released_shape(path: Path) -> None:
    assert list(broken_promises(type_of(path), load(path), now(type_of(path)))) == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_of_a_released_shape_is_read_by_todays_models(path: Path) -> None:
    sample = load(path)
    meta = Meta.from_headers(sample["headers"])
    event = read_event(meta.type, json.dumps(sample["body"]).encode())
    assert meta.type == type_of(path)
    assert (event.subject, event.scope, event.correlation_id) == (meta.subject, meta.scope, meta.correlation_id)
    assert event.routing_key == sample["routing_key"]


def test_an_unchanged_event_breaks_nothing(released: Schema) -> None:
    assert broken(released, copy.deepcopy(released)) == ""


def test_a_gained_optional_field_breaks_nothing(released: Schema) -> None:
    gained = copy.deepcopy(released)
    gained["properties"]["remark"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    assert broken(released, gained) == ""


def test_a_gained_required_field_makes_old_messages_unreadable(released: Schema) -> None:
    gained = copy.deepcopy(released)
    gained["properties"]["remark"] = {"type": "string"}
    gained["required"].append("remark")
    assert "messages of the released shape cannot be read any more (remark)" in broken(released, gained)


def test_any_removed_field_is_caught(released: Schema) -> None:
    for name in released["required"]:
        removed = copy.deepcopy(released)
        del removed["properties"][name]
        removed["required"].remove(name)
        assert f"cannot read what is written now ({name})" in broken(released, removed)


def test_a_required_field_made_optional_is_caught(released: Schema) -> None:
    for name in released["required"]:
        loosened = copy.deepcopy(released)
        loosened["required"].remove(name)
        assert f"cannot read what is written now ({name})" in broken(released, loosened)


def test_a_field_of_another_type_is_caught(released: Schema) -> None:
    for name in released["properties"]:
        retyped = copy.deepcopy(released)
        retyped["properties"][name] = {"type": "null"}
        assert "cannot" in broken(released, retyped)


def test_an_optional_field_made_required_is_caught() -> None:
    then = now("approval.review.fee_listed.v1")
    tightened = copy.deepcopy(then)
    tightened["required"].append("replaces")
    assert "cannot be read any more (replaces)" in broken(then, tightened)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda values: values.remove("refuse"), "messages of the released shape cannot be read any more (opinion)"),
        (lambda values: values.append("abstain"), "cannot read what is written now (opinion)"),
    ],
)
def test_an_enumeration_neither_narrows_nor_widens(change: Any, said: str) -> None:
    then = now("approval.review.decided.v1")
    changed = copy.deepcopy(then)
    change(changed["$defs"]["Opinion"]["enum"])
    assert said in broken(then, changed)


def test_a_longer_or_shorter_bound_is_caught() -> None:
    then = now("approval.review.paused.v1")
    for bound in (100, 500):
        changed = copy.deepcopy(then)
        changed["properties"]["planned_days"]["maximum"] = bound
        assert "planned_days" in broken(then, changed)


@pytest.mark.parametrize(("attribute", "word"), [("x-subject", "subject"), ("x-scope", "scope")])
def test_a_changed_subject_or_scope_is_caught(attribute: str, word: str) -> None:
    then = now("approval.review.decided.v1")
    assert f"x: its {word} was" in broken(then, then | {attribute: "other"})
