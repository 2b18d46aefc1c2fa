"""Replays: what was told is told again, by cursor, time, number, or because it was tried in vain; under the same ids."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notify.tests import samples
from services.notify.tests.asking import System, heard
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.played import Listener
from yimen.queues import LONGEST_SECONDS

R1 = [("review/R1", number) for number in (1, 2, 3)]


async def tell(messenger: Messenger, *reviews: str) -> None:
    for review in reviews:
        await messenger.harness.deliver(samples.review_received(review=review), source="/approval/fire")


def ids(listener: Listener) -> list[str]:
    return [headers["webhook-id"] for headers, _ in listener.calls]


async def exhaust(messenger: Messenger, listener: Listener) -> None:
    """Everything that is owed is tried in vain to the end; then the system is back, and its breaker ready for a look."""
    listener.answers = [503] * 1000
    while {row["state"] for row in await messenger.deliveries()} & {"waiting", "sending"}:
        messenger.harness.clock.advance(timedelta(days=1.1))
        await messenger.work()
    messenger.harness.clock.advance(timedelta(seconds=LONGEST_SECONDS))
    listener.answers = []
    listener.calls.clear()


async def test_a_new_system_hears_what_was_before_it_from_the_beginning(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    await tell(messenger, "R1", "R2", "R1")
    await messenger.harness.deliver(samples.review_received("health", "R3"), source="/approval/health")
    made = await system.subscribe(listener.url)
    assert await system.replay(made, after=0) == {"replay": 1, "queued": 3, "cursor": None}
    await messenger.work()
    assert sorted(heard(listener)) == [*R1[:2], ("review/R2", 1)]
    fed = (await system.ask("GET", "/feed")).json()
    assert sorted(ids(listener)) == sorted(event["id"] for event in fed)


async def test_what_was_delivered_comes_again_under_the_same_id(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await tell(messenger, "R1", "R1", "R1")
    await messenger.work()
    assert (await system.replay(made, subject="review/R1", from_sequence=2))["queued"] == 2
    assert (await system.replay(made, subject="review/R1", source="/approval/fire", from_sequence=3))["replay"] == 2
    assert (await system.replay(made, subject="review/R1", source="/intake"))["queued"] == 0
    await messenger.work()
    assert heard(listener) == [*R1, *R1[1:], R1[2]]
    told = ids(listener)
    assert told[3:] == [*told[1:3], told[2]]
    assert [one["replay"] for one in await system.deliveries(made)] == [0, 0, 0, 1, 1, 2]


async def test_a_replay_by_time_has_a_beginning_and_may_have_an_end(messenger: Messenger, listener: Listener) -> None:
    system, clock = System(messenger), messenger.harness.clock
    made = await system.subscribe(listener.url)
    hours = []
    for review in ("R1", "R2", "R3"):
        hours.append(clock.now().isoformat())
        await tell(messenger, review)
        clock.advance(timedelta(hours=1))
    await messenger.work()
    listener.calls.clear()
    assert (await system.replay(made, since=hours[1]))["queued"] == 2
    assert (await system.replay(made, since=hours[1], until=hours[1]))["queued"] == 1
    assert (await system.replay(made, after=0, until=hours[0]))["queued"] == 1
    await messenger.work()
    assert sorted(heard(listener)) == [("review/R1", 1), ("review/R2", 1), ("review/R2", 1), ("review/R3", 1)]


async def test_what_was_tried_in_vain_waits_to_be_asked_for_once_and_comes_in_order(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await tell(messenger, "R1", "R1")
    await exhaust(messenger, listener)
    await tell(messenger, "R1")
    await messenger.work()
    assert heard(listener) == R1[2:]
    assert [one["state"] for one in await system.deliveries(made)] == ["exhausted", "exhausted", "delivered"]
    assert (await system.replay(made, exhausted=True))["queued"] == 2
    assert (await system.replay(made, exhausted=True))["queued"] == 0
    await messenger.work()
    assert heard(listener) == [R1[2], *R1[:2]]
    assert (await system.replay(made, exhausted=True))["queued"] == 0
    assert len(await system.deliveries(made)) == 5, "nothing is deleted"


async def test_what_failed_again_in_a_replay_is_exhausted_again(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await tell(messenger, "R1")
    await exhaust(messenger, listener)
    await system.replay(made, exhausted=True)
    await exhaust(messenger, listener)
    assert (await system.replay(made, exhausted=True)) == {"replay": 2, "queued": 1, "cursor": None}
    await messenger.work()
    assert heard(listener) == R1[:1]


async def test_single_deliveries_are_named_and_others_are_not_touched(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made, other = await system.subscribe(listener.url), await system.subscribe("http://127.0.0.1:9/")
    await tell(messenger, "R1", "R2", "R3")
    await messenger.work()
    mine, foreign = await system.deliveries(made), await system.deliveries(other)
    listener.calls.clear()
    named = [mine[2]["id"], mine[0]["id"], foreign[1]["id"], 10**9]
    assert (await system.replay(made, delivery_ids=named))["queued"] == 2
    await messenger.work()
    assert sorted(heard(listener)) == [("review/R1", 1), ("review/R3", 1)]


async def test_a_replay_goes_through_the_filters_that_stand_now(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url, entities=["list"])
    await tell(messenger, "R1")
    await messenger.harness.deliver(samples.list_rejected(), source="/fees")
    assert (await system.replay(made, after=0))["queued"] == 1
    await system.change(made, entities=["review"])
    assert (await system.replay(made, subject="list/L1"))["queued"] == 0


async def test_what_is_too_much_for_one_request_goes_on_from_its_cursor(database_url: str, listener: Listener) -> None:
    async for messenger in start(database_url, replay_limit=4):
        system = System(messenger)
        await tell(messenger, *(f"R{number % 3}" for number in range(10)))
        made = await system.subscribe(listener.url)
        queued, cursor = [], 0
        while cursor is not None:
            done = await system.replay(made, after=cursor)
            queued.append(done["queued"])
            cursor = done["cursor"]
        assert queued == [4, 4, 2]
        await messenger.work()
        assert len(set(ids(listener))) == len(ids(listener)) == 10
        for review in range(3):
            numbers = [n for subject, n in heard(listener) if subject == f"review/R{review}"]
            assert numbers == sorted(numbers)


async def test_a_replay_waits_behind_what_is_under_way_and_before_what_comes_later(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    listener.answers = [500]
    await tell(messenger, "R1")
    await messenger.work()
    await tell(messenger, "R1")
    await system.replay(made, after=0)
    await tell(messenger, "R1")
    messenger.harness.clock.advance(timedelta(seconds=6))
    await messenger.work()
    assert heard(listener) == [R1[0], R1[0], R1[1], R1[0], R1[1], R1[2]]


async def test_a_replay_of_a_paused_subscription_waits_with_the_rest(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    await tell(messenger, "R1", "R1")
    made = await system.subscribe(listener.url)
    await system.change(made, state="paused")
    await system.replay(made, after=0)
    await messenger.work()
    assert listener.calls == []
    await system.change(made, state="active")
    await messenger.work()
    assert heard(listener) == R1[:2]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"after": 0, "exhausted": True},
        {"until": "2026-03-02T01:00:00Z"},
        {"from_sequence": 1},
        {"after": 1, "source": "/fees"},
        {"exhausted": False},
        {"delivery_ids": []},
        {"since": "2026-03-02"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"after": -1},
    ],
    ids=str,
)
async def test_a_replay_says_one_thing_that_it_wants(
    messenger: Messenger, listener: Listener, wrong: dict[str, Any]
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    answer = await system.ask("POST", f"/subscriptions/{made['id']}/replays", json=wrong)
    assert answer.status_code == 422


async def test_nobody_replays_to_anothers_subscription(messenger: Messenger, listener: Listener) -> None:
    made = await System(messenger).subscribe(listener.url)
    foreign = System(messenger, "health")
    assert (await foreign.ask("POST", f"/subscriptions/{made['id']}/replays", json={"after": 0})).status_code == 403


# -- whatever happens in between ----------------------------------------------------------------------------------------


class Play:
    """Events, replays, failures and pauses, a step each."""

    def __init__(self, messenger: Messenger, listener: Listener, system: System, made: dict[str, Any]) -> None:
        self.messenger, self.listener, self.system, self.made = messenger, listener, system, made

    async def step(self, name: str) -> None:
        match name:
            case "event":
                await tell(self.messenger, "R1", "R2")
            case "replay":
                await self.system.replay(self.made, after=0)
            case "failure":
                self.listener.answers = [500]
            case "work":
                await self.messenger.work()
            case state:
                await self.system.change(self.made, state=state)

    async def to_the_end(self, steps: list[str]) -> None:
        for name in steps:
            await self.step(name)
        await self.system.change(self.made, state="active")
        self.listener.answers = []
        self.messenger.harness.clock.advance(timedelta(days=1))
        await self.messenger.work()


def rounds_of(rows: list[dict[str, Any]], subject: str) -> dict[int, list[Any]]:
    """The event ids of each replay, in the order in which they were settled."""
    found: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda one: (one["settled_at"], one["id"])):
        if row["subject"] == subject:
            found.setdefault(row["replay"], []).append(row["event_id"])
    return found


async def test_each_replay_tells_a_subject_from_its_beginning_whatever_happens_meanwhile(
    messenger: Messenger, listener: Listener
) -> None:
    system, loop = System(messenger), asyncio.get_running_loop()
    made = await system.subscribe(listener.url)
    play = Play(messenger, listener, system, made)

    @given(st.lists(st.sampled_from(["event", "replay", "failure", "work", "paused", "active"]), max_size=8))
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def check(steps: list[str]) -> None:
        asyncio.run_coroutine_threadsafe(play.to_the_end(steps), loop).result(60)

    await asyncio.to_thread(check)
    rows: list[dict[str, Any]] = await messenger.deliveries()
    assert {row["state"] for row in rows} == {"delivered"}
    for subject in ("review/R1", "review/R2"):
        rounds = rounds_of(rows, subject)
        assert all(events == rounds[0][: len(events)] for events in rounds.values())


@pytest.fixture
async def replicas(postgres_database: Callable[..., str]) -> AsyncIterator[Messenger]:
    async for one in start(postgres_database()):
        yield one


async def test_replays_beside_events_that_come_and_go_lose_and_double_nothing(
    replicas: Messenger, listener: Listener
) -> None:
    system, rounds, reviews = System(replicas), 10, [f"R{number}" for number in range(4)]
    made = await system.subscribe(listener.url)
    await tell(replicas, *reviews)

    async def events() -> None:
        for _ in range(rounds):
            await asyncio.gather(*(tell(replicas, review) for review in reviews))

    async def replays() -> int:
        return sum([(await system.replay(made, after=0))["queued"] for _ in range(rounds)])

    async def send(until: asyncio.Future[Any]) -> None:
        while not until.done():
            await replicas.harness.run_senders()

    both = asyncio.gather(events(), replays())
    await asyncio.gather(both, send(both), send(both))
    await replicas.work()
    _, queued = both.result()
    assert len(listener.calls) == queued + len(reviews) * (rounds + 1)
    for review in reviews:
        live = [n for subject, n in heard(listener) if subject == f"review/{review}"]
        assert sorted(set(live)) == list(range(1, rounds + 2))
    rows = await replicas.deliveries()
    assert {row["state"] for row in rows} == {"delivered"}
