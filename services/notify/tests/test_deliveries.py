"""What a department's system sees of its own deliveries: each attempt, and when the next one comes."""

from datetime import timedelta
from typing import Any

import pytest

from services.notify.tests import samples
from services.notify.tests.asking import System
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from yimen.web import Role


async def tell(messenger: Messenger, *reviews: str) -> None:
    for review in reviews:
        await messenger.harness.deliver(samples.review_received(review=review), source="/approval/fire")
    await messenger.work()


async def shown(system: System, delivery: dict[str, Any]) -> dict[str, Any]:
    answer = await system.ask("GET", f"/deliveries/{delivery['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_attempt_is_shown_with_its_outcome_and_the_next_with_its_hour(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    listener.answers = [503]
    await tell(messenger, "R1")
    (delivery,) = await system.deliveries(made)
    failed = await shown(system, delivery)
    assert (failed["state"], failed["settled_at"]) == ("sending", None)
    assert failed["attempts"][0]["status"] == 503
    assert "503" in failed["attempts"][0]["error"]
    assert failed["next_attempt_at"] > failed["attempts"][0]["at"]
    messenger.harness.clock.advance(timedelta(seconds=6))
    await messenger.work()
    done = await shown(system, delivery)
    assert (done["state"], done["next_attempt_at"]) == ("delivered", None)
    assert [one["attempt"] for one in done["attempts"]] == [1, 2]
    assert (done["attempts"][1]["status"], done["attempts"][1]["error"]) == (204, None)
    assert all(one["milliseconds"] >= 0 for one in done["attempts"])
    assert done["event"]["subject"] == "review/R1"
    assert done["event"]["id"] == done["event_id"] == listener.calls[0][0]["webhook-id"]


async def test_deliveries_are_found_by_state_by_subject_and_by_their_time(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    for answers, review in (([], "R1"), ([500], "R2"), ([], "R3")):
        listener.answers = answers
        await tell(messenger, review)
    messenger.harness.clock.advance(timedelta(seconds=3))
    now = messenger.harness.clock.now().isoformat()
    await tell(messenger, "R3")

    async def subjects(**chosen: Any) -> list[str]:
        return [one["subject"] for one in await system.deliveries(made, **chosen)]

    assert await subjects() == ["review/R1", "review/R2", "review/R3", "review/R3"]
    assert await subjects(state="sending") == ["review/R2"]
    assert await subjects(state="delivered", subject="review/R3") == ["review/R3"] * 2
    assert await subjects(since=now) == ["review/R3"]
    assert await subjects(state="exhausted") == []


async def test_pages_of_deliveries_follow_one_another(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await tell(messenger, *(f"R{number}" for number in range(5)))
    found, after = [], 0
    while after is not None:
        path = f"/subscriptions/{made['id']}/deliveries"
        page = (await system.ask("GET", path, params={"after": after, "limit": 2})).json()
        found += [one["subject"] for one in page["deliveries"]]
        after = page["next"]
    assert found == [f"review/R{number}" for number in range(5)]


async def test_nobody_sees_another_departments_deliveries(messenger: Messenger, listener: Listener) -> None:
    system, foreign = System(messenger), System(messenger, "health")
    made = await system.subscribe(listener.url)
    await tell(messenger, "R1")
    (delivery,) = await system.deliveries(made)
    assert (await foreign.ask("GET", f"/deliveries/{delivery['id']}")).status_code == 403
    assert (await foreign.ask("GET", f"/subscriptions/{made['id']}/deliveries")).status_code == 403
    assert (await system.ask("GET", "/deliveries/999999")).status_code == 404


@pytest.mark.parametrize(
    "wrong", ["state=lost", "since=2026-03-02T01:00:00", "since=yesterday", "limit=501", "after=x"]
)
async def test_what_is_asked_of_deliveries_is_checked(messenger: Messenger, listener: Listener, wrong: str) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    assert (await system.ask("GET", f"/subscriptions/{made['id']}/deliveries?{wrong}")).status_code == 422


async def test_an_operator_sees_every_departments_deliveries_and_changes_none(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await tell(messenger, "R1")
    operator = messenger.harness.as_(Role.OPERATOR)
    client = messenger.harness.client
    (subscription,) = (await client.get("/subscriptions", headers=operator)).json()
    assert (subscription["id"], "secret" in subscription) == (made["id"], False)
    listed = await client.get(f"/subscriptions/{made['id']}/deliveries", headers=operator)
    (delivery,) = listed.json()["deliveries"]
    assert (await client.get(f"/deliveries/{delivery['id']}", headers=operator)).status_code == 200
    asked = operator | {"Idempotency-Key": "k", "If-Match": '"1"'}
    for method, path, body in (
        ("PATCH", "", {"state": "paused"}),
        ("DELETE", "", None),
        ("POST", "/ping", None),
        ("POST", "/replays", {"after": 0}),
        ("POST", "/key-rotations", {}),
    ):
        answer = await client.request(method, f"/subscriptions/{made['id']}{path}", headers=asked, json=body)
        assert answer.status_code == 403, (method, path)
