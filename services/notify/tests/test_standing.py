"""Subscriptions are changed, paused, disabled by 410 and enabled again: nothing is lost, and order is kept."""

import asyncio

import pytest
from standardwebhooks import Webhook

from services.notify.tests import samples
from services.notify.tests.asking import System, heard
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.played import Listener

STORY = [("review/R1", 1), ("review/R1", 2), ("review/R1", 3)]


async def tell(messenger: Messenger, *, before: int = 1) -> None:
    """R1's story goes on."""
    events = [samples.review_received() if before == 1 else samples.review_decided()]
    await messenger.harness.deliver(*events, source="/approval/fire")
    await messenger.work()


async def test_a_paused_subscription_keeps_its_deliveries_and_gets_them_in_order(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    assert (await system.change(made, state="paused")).json()["state"] == "paused"
    for number in (1, 2):
        await tell(messenger, before=number)
    assert listener.calls == []
    assert [row["state"] for row in await messenger.deliveries()] == ["held", "waiting"]
    assert (await system.change(made, state="active")).json()["state"] == "active"
    await tell(messenger, before=3)
    assert heard(listener) == STORY


async def test_pausing_in_the_middle_of_a_lane_holds_the_next_one(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await tell(messenger)
    await system.change(made, state="paused")
    await tell(messenger, before=2)
    await system.change(made, state="active")
    await system.change(made, state="paused")
    await tell(messenger, before=3)
    assert heard(listener) == STORY[:1]
    await system.change(made, state="active")
    await messenger.work()
    assert heard(listener) == STORY


async def test_a_disabled_subscription_is_enabled_by_its_owner_and_gets_what_waited(messenger: Messenger) -> None:
    gone, system = Listener(), System(messenger)
    gone.answers = [410]
    async with gone.listening(), Listener().listening() as moved:
        made = await system.subscribe(gone.url)
        for number in (1, 2, 3):
            await tell(messenger, before=number)
        shown = (await system.ask("GET", f"/subscriptions/{made['id']}")).json()
        assert (shown["state"], shown["deliveries"]) == ("disabled", {"held": 1, "waiting": 2})
        assert "410" in shown["reason"]
        changed = (await system.change(made, state="active", url=moved.url)).json()
        assert (changed["state"], changed["reason"], changed["url"]) == ("active", None, moved.url)
        await messenger.work()
    assert len(gone.calls) == 1
    assert heard(moved) == STORY
    ids = {headers["webhook-id"] for headers, _ in gone.calls}
    assert ids == {moved.calls[0][0]["webhook-id"]}


async def test_what_a_subscription_is_not_told_to_change_stays(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger, "fire", "health")
    wishes = {"departments": ["fire"], "entities": ["review"], "items": ["I1"], "cases": ["C1"]}
    made = await system.subscribe(listener.url, name="消防业务系统", contact="科信科 王工", **wishes)
    assert made["departments"] == ["fire"]
    unchanged = (await system.change(made)).json()
    assert unchanged | {"version": 1} == {name: made[name] for name in unchanged}
    freed = (await system.change(made, entities=None, items=None, cases=None, departments=None, contact=None)).json()
    assert freed["departments"] == ["fire", "health"]
    assert [freed[name] for name in ("entities", "items", "cases", "contact")] == [None] * 4
    assert (freed["name"], freed["url"], freed["version"]) == ("消防业务系统", listener.url, 3)


async def test_changed_filters_count_from_then_on_and_what_was_owed_still_comes(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await system.change(made, entities=["list"])
    await messenger.harness.deliver(samples.review_received(review="R2"), source="/approval/fire")
    await messenger.harness.deliver(samples.list_rejected(), source="/fees")
    await messenger.work()
    assert sorted(heard(listener)) == [("list/L1", 1), ("review/R1", 1)]


async def test_a_change_names_the_version_that_it_was_made_from(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    path = f"/subscriptions/{made['id']}"
    shown = await system.ask("GET", path)
    assert shown.headers["etag"] == '"1"'
    first, second = [await system.ask("PATCH", path, 1, json={"name": name}) for name in ("甲", "乙")]
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (second.status_code, second.json()["current_version"]) == (412, 2)
    assert (await system.ask("PATCH", path, json={"name": "丙"})).status_code == 428


async def test_a_change_is_held_to_the_same_rules_as_a_new_subscription(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    refused = [
        await system.change(made, url="ftp://elsewhere/"),
        await system.change(made, entities=["contact"]),
        await system.change(made, departments=["health"]),
        await system.change(made, state="disabled"),
        await system.change(made, secret="whsec_mine"),
        await system.change(made, url=None),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 403, 422, 422, 422]
    foreign = System(messenger, "health")
    assert (await foreign.ask("PATCH", f"/subscriptions/{made['id']}", 1, json={"name": "x"})).status_code == 403


async def test_an_ended_subscription_stays_ended(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    path = f"/subscriptions/{made['id']}"
    await system.change(made, state="paused")
    await tell(messenger)
    assert (await system.ask("DELETE", path)).status_code == 204
    await tell(messenger, before=2)
    assert [row["state"] for row in await messenger.deliveries()] == ["refused"]
    answers = [
        await system.change(made, state="active"),
        await system.ask("POST", f"{path}/key-rotations", json={}),
        await system.ask("POST", f"{path}/replays", json={"after": 0}),
        await system.ask("POST", f"{path}/ping"),
    ]
    assert [answer.status_code for answer in answers] == [409] * 4
    assert listener.calls == []


async def test_nobody_has_more_subscriptions_than_are_allowed(database_url: str, listener: Listener) -> None:
    async for messenger in start(database_url, subscriptions_per_owner=2):
        system = System(messenger)
        first = await system.subscribe(listener.url)
        await system.subscribe(listener.url)
        refused = await system.ask("POST", "/subscriptions", json={"url": listener.url})
        assert (refused.status_code, refused.json()["code"]) == (409, "too-many-subscriptions")
        await System(messenger, "health").subscribe(listener.url)
        await system.ask("DELETE", f"/subscriptions/{first['id']}")
        await system.subscribe(listener.url)


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.real)], indirect=True)
async def test_whoever_pauses_and_resumes_while_deliveries_are_under_way_leaves_none_behind(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    told = 12

    async def tell_all() -> None:
        for number in range(told):
            event = samples.review_received(review=f"R{number % 4}")
            await messenger.harness.deliver(event, source="/approval/fire")

    async def send(until: asyncio.Task[None]) -> None:
        while not until.done():
            await messenger.harness.run_senders()

    async def waver() -> None:
        for state in ("paused", "active") * 8:
            assert (await system.change(made, state=state)).status_code == 200

    telling, wavering = asyncio.create_task(tell_all()), asyncio.create_task(waver())
    await asyncio.gather(telling, wavering, send(wavering), send(telling))
    await messenger.work()
    assert [row["state"] for row in await messenger.deliveries()] == ["delivered"] * told
    for review in range(4):
        assert [n for subject, n in heard(listener) if subject == f"review/R{review}"] == [1, 2, 3]


async def test_the_secret_survives_every_change(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await system.change(made, name="x", state="paused")
    await system.change(made, state="active")
    await tell(messenger)
    ((headers, body),) = listener.calls
    assert Webhook(made["secret"]).verify(body, headers)
