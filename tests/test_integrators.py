"""The examples of the integrators' guide, on a real broker: killed anywhere, told twice, told nonsense, told too late.

The hall is played here: each of these is about what a department's own system does with its queue and its own words.
"""

import json
import signal
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid4

import pytest

from tests.support.department import LANGUAGES, ROOT, Department, PlayedHall, account_of_fire
from tests.support.parts import RealParts
from tests.support.sandbox import wait_until
from yimen.contracts import Event, Meta, event_types

STEPS = ("uncommitted", "unacknowledged", "unpublished", "unforgotten")
QUEUE = "dept.fire"
_numbers = count(1)
"""Of the processes, each with a folder of its own."""


@pytest.fixture
def account(amqp_vhost_url: str, real_parts: RealParts) -> str:
    return account_of_fire(real_parts.broker.get(), amqp_vhost_url)


@pytest.fixture
def hall(amqp_vhost_url: str, account: str) -> Iterator[PlayedHall]:
    played = PlayedHall(amqp_vhost_url)
    yield played
    played.close()


@pytest.fixture(params=LANGUAGES)
def fire(request: pytest.FixtureRequest, account: str, real_parts: RealParts) -> Iterator[Department]:
    kind = LANGUAGES[request.param]
    department = kind(real_parts.sandbox, f"fire-{request.param}-{next(_numbers)}", account)
    yield department
    department.kill()


def released(kind: str, review: str) -> Event:
    """The newest released sample of the type, of this review."""
    newest = max((ROOT / "contracts" / "samples").glob(f"{kind}*.json"), key=lambda path: (len(path.name), path.name))
    body = json.dumps(json.loads(newest.read_text("utf-8"))["body"]).encode()
    return event_types()[kind].from_body(body).model_copy(update={"review_id": review})


def requested(review: str) -> Event:
    return released("intake.review.requested.v1", review)


def urged(review: str) -> Event:
    return released("intake.review.urged.v1", review)


def meta_of(event: Event, sequence: int) -> Meta:
    now = datetime.now(UTC)
    return Meta(uuid4(), event.type, "/intake", event.subject, sequence, event.scope, now, event.correlation_id)


def answered(hall: PlayedHall, *reviews: str) -> bool:
    said = {(meta.subject, meta.type) for meta, _body in hall.listen()}
    return {(f"review/{one}", "approval.review.decided.v1") for one in reviews} <= said


def one_story_each(hall: PlayedHall, *reviews: str) -> bool:
    """Every word of each review is readable, under one id for one number, and the numbers count from 1."""
    ids: dict[tuple[str, int], set[UUID]] = defaultdict(set)
    story: dict[str, dict[int, str]] = defaultdict(dict)
    for meta, body in hall.listen():
        assert event_types()[meta.type].from_body(body).subject == meta.subject
        ids[meta.subject, meta.sequence].add(meta.id)
        story[meta.subject][meta.sequence] = meta.type.split(".")[2]
    assert all(len(one) == 1 for one in ids.values()), ids
    return dict(story) == {f"review/{one}": {1: "received", 2: "decided"} for one in reviews}


def test_killed_at_any_step_it_hears_each_event_once_and_says_each_word_under_one_number(
    hall: PlayedHall, fire: Department
) -> None:
    fire.start()
    fire.stop()
    for step in STEPS:
        event = requested(step)
        hall.say(event, meta_of(event, 1))
        assert fire.killed_at(step) == -signal.SIGKILL
    fire.start()
    wait_until(lambda: answered(hall, *STEPS), 30, lambda: f"{hall.words}")
    fire.wait(lambda: len(fire.positions()) == 2 * len(STEPS), "its own words")
    assert one_story_each(hall, *STEPS)
    assert (set(fire.heard().values()), fire.waiting()) == ({1}, 0)
    assert len(hall.words) > 2 * len(STEPS), "no word was published twice: the last step was not what it says"


def test_an_event_that_comes_twice_late_or_unreadable_changes_nothing_and_stops_nothing(
    hall: PlayedHall, fire: Department
) -> None:
    fire.start()
    event, later = requested("R1"), urged("R1")
    first, second = meta_of(event, 1), meta_of(later, 2)
    hall.say(later, second)
    junk = {"cloudEvents_type": event.type}
    headers = first.to_headers()
    for told, body in ((junk, b"{}"), (headers, b"\xff{"), (headers, b"[1]"), (headers | junk, b"")):
        hall.send("", QUEUE, told, body)
    fire.wait(lambda: fire.unreadable() == 4, "what it cannot read")
    assert not fire.heard(), "the second was handled before the first"
    hall.say(event, first)
    for _ in range(2):
        hall.say(event, first)
        hall.say(later, second)
    hall.say(requested("R2"), meta_of(requested("R2"), 1))
    wait_until(lambda: answered(hall, "R1", "R2"), 30, lambda: f"{hall.words}")
    fire.wait(lambda: len(fire.positions()) == 4, "its own words")
    assert one_story_each(hall, "R1", "R2")
    assert (set(fire.heard().values()), fire.waiting()) == ({1}, 0)
    assert fire.positions()["/intake", "review/R1"] == 2
