"""What the integrators' guide shows is what the code reads."""

import json
import re
from pathlib import Path

from yimen.contracts import Meta, event_types, read_event

GUIDE = Path(__file__).parents[3] / "docs" / "integrators" / "README.md"


def test_the_message_in_the_guide_is_read_by_todays_models() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    message = json.loads(shown)
    meta = Meta.from_headers(message["headers"])
    event = read_event(meta.type, json.dumps(message["body"]).encode())
    assert (event.subject, event.scope, event.correlation_id) == (meta.subject, meta.scope, meta.correlation_id)
    assert event.routing_key == message["routing_key"]


def test_the_guide_names_every_attribute_of_the_envelope() -> None:
    text = GUIDE.read_text("utf-8")
    for attribute in ("id", "type", "source", "subject", "sequence", "scope", "time", "correlationid", "causationid"):
        assert f"| `{attribute}` |" in text


def test_every_word_that_the_guide_lets_a_department_say_is_an_event() -> None:
    said = re.findall(r"^\| [a-z ]+ \| ((?:`[a-z_]+`(?:, )?)+)", GUIDE.read_text("utf-8"), re.MULTILINE)
    words = {word for row in said for word in re.findall(r"`([a-z_]+)`", row)}
    assert {"received", "paused", "resumed", "forwarded", "fee_listed", "decided"} <= words
    assert words <= {event.action for event in event_types().values() if event.entity == "review"}
