"""Subscribers that are down, slow or busy, for seconds or for a day: nothing is lost or out of order, and nobody waits."""

import asyncio
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notify.queries.webhooks import breakers
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.played import Subscriber, Town
from services.notify.tests.test_webhooks import integrator, subscribe
from yimen.queues import LONGEST_SECONDS, PATIENCE
from yimen.sender import LEASE_SECONDS

DAY = 86400
SUBJECTS = 7


@dataclass
class County:
    """Two departments' systems, and what the hall has told each of them."""

    messenger: Messenger
    fire: Subscriber = field(default_factory=Subscriber)
    health: Subscriber = field(default_factory=Subscriber)
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    async def subscribe(self) -> None:
        Town(fire=self.fire, health=self.health).stands_around(self.messenger.harness.service.context)
        for department in ("fire", "health"):
            made = await subscribe(self.messenger, f"http://{department}.test/", department)
            self.ids[department] = made.json()["id"]

    async def tell(self, department: str, number: int) -> None:
        """The next event of that subject."""
        review, key = f"{department}-{number}", (department, f"review/{department}-{number}")
        sample = samples.review_decided if key in self.told else samples.review_received
        self.told[key] = self.told.get(key, 0) + 1
        await self.messenger.harness.deliver(sample(department, review), source=f"/approval/{department}")

    async def pass_by(self, seconds: float) -> None:
        self.messenger.harness.clock.advance(timedelta(seconds=seconds))
        await self.messenger.work()

    async def until_all_is_delivered(self, minutes: int) -> None:
        for _ in range(minutes):
            if {row["state"] for row in await self.messenger.deliveries()} <= {"delivered"}:
                return
            await self.pass_by(60)
        raise AssertionError(Counter(row["state"] for row in await self.messenger.deliveries()))

    def heard_it_all(self) -> bool:
        """Every event, each subject's in order, and nothing twice but under its id."""
        both = {"fire": self.fire, "health": self.health}
        whole = all(both[who].story(subject) == [*range(1, n + 1)] for (who, subject), n in self.told.items())
        return whole and self.fire.is_once_for_each_id() and self.health.is_once_for_each_id()

    async def breaker(self, department: str) -> object:
        async with self.messenger.harness.units.view() as view:
            return (await breakers(view.conn, list(self.ids.values()))).get(self.ids[department])


@pytest.fixture
async def county(messenger: Messenger) -> County:
    made = County(messenger)
    await made.subscribe()
    return made


@pytest.mark.parametrize("mute", [False, True], ids=["deaf", "mute"])
@pytest.mark.parametrize("seconds", [10, 60, 300, 600, DAY])
async def test_a_subscriber_that_is_down_loses_nothing_and_hears_every_subject_in_order(
    county: County, seconds: int, mute: bool
) -> None:
    """Whether it does not hear, or hears and cannot answer."""
    county.fire.deaf, county.fire.mute = not mute, mute
    for moment in range(25):
        await county.tell("fire", moment % SUBJECTS)
        await county.pass_by(seconds / 25)
    assert mute or county.fire.heard == []
    county.fire.deaf = county.fire.mute = False
    await county.until_all_is_delivered(minutes=31)
    assert county.heard_it_all()


async def test_after_a_day_of_outage_all_of_it_comes_within_a_minute(county: County) -> None:
    """The ladder alone would let some of it wait for hours."""
    county.fire.deaf = True
    for moment in range(24):
        await county.tell("fire", moment % SUBJECTS)
        await county.pass_by(3600)
    county.fire.deaf = False
    await county.pass_by(LONGEST_SECONDS)
    assert {row["state"] for row in await county.messenger.deliveries()} == {"delivered"}
    assert county.heard_it_all()


async def test_a_subscriber_that_sleeps_holds_its_own_places_only_while_others_are_served(county: County) -> None:
    county.fire.asleep = waking = asyncio.Event()
    senders = county.messenger.harness.service.senders
    sending = asyncio.create_task(senders.run())
    for number in range(30):
        await county.tell("fire", number)
        await county.tell("health", number)
    async with asyncio.timeout(30):
        while len(county.health.heard) < 30:
            await asyncio.sleep(0.01)
    assert 0 < county.fire.calls < 30, "not one of them has been answered"
    waking.set()
    async with asyncio.timeout(30):
        while len(county.fire.heard) < 30:
            await asyncio.sleep(0.01)
    senders.stop()
    await sending
    await county.until_all_is_delivered(minutes=1)
    assert county.heard_it_all()


async def test_a_dead_subscriber_is_called_now_and_then_and_its_row_says_so(county: County) -> None:
    assert await county.breaker("fire") is None
    county.fire.deaf = True
    for number in range(30):
        await county.tell("fire", number)
        await county.tell("health", number)
    await county.pass_by(0)
    assert PATIENCE <= county.fire.calls < 30
    assert len(county.health.heard) == 30
    breaker = await county.breaker("fire")
    assert breaker.failures == PATIENCE  # type: ignore[attr-defined]  # a row
    assert breaker.since < breaker.next_look  # type: ignore[attr-defined]
    before = county.fire.calls
    await county.pass_by(1)
    assert county.fire.calls == before + 1
    county.fire.deaf = False
    await county.pass_by(2)
    assert (await county.breaker("fire"), len(county.fire.heard)) == (None, 30)


async def test_sender_killed_between_send_and_record_repeats_it_at_most_once_under_the_same_id(county: County) -> None:
    county.fire.asleep = asyncio.Event()
    await county.tell("fire", 1)
    senders = county.messenger.harness.service.senders
    doomed = asyncio.create_task(senders.run_due())
    async with asyncio.timeout(10):
        while not county.fire.heard:
            await asyncio.sleep(0.005)
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    county.fire.asleep = None
    await county.pass_by(LEASE_SECONDS)
    await county.pass_by(DAY)
    assert len(county.fire.heard) == 2
    assert len(set(county.fire.heard)) == 1
    assert [row["state"] for row in await county.messenger.deliveries()] == ["delivered"]


async def test_who_asks_for_time_gets_it(county: County) -> None:
    county.fire.answers = [(429, {"retry-after": "120"})]
    await county.tell("fire", 1)
    await county.pass_by(0)
    await county.pass_by(119)
    assert len(county.fire.heard) == 1
    await county.pass_by(2)
    assert len(county.fire.heard) == 2


async def test_a_subscription_that_ends_during_an_outage_is_not_called_again(county: County) -> None:
    county.fire.deaf = True
    for number in range(12):
        await county.tell("fire", number)
    await county.pass_by(0)
    calls, client = county.fire.calls, county.messenger.harness.client
    await client.delete(f"/subscriptions/{county.ids['fire']}", headers=integrator(county.messenger, "fire"))
    await county.pass_by(LONGEST_SECONDS)
    assert county.fire.calls == calls
    assert {row["state"] for row in await county.messenger.deliveries()} == {"refused"}


STEP = st.tuples(
    st.sampled_from([0.0, 1.0, 7.0, 60.0, 400.0, 3600.0]),
    *(st.sampled_from(["up", "deaf", "mute", "busy"]) for _ in range(2)),
    st.lists(st.tuples(st.sampled_from(["fire", "health"]), st.integers(0, 3)), max_size=6),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, max_size=14))
def test_whatever_the_outages_every_event_comes_in_order_and_none_but_under_its_id_again(
    migrated_sqlite: object, steps: list[tuple[float, str, str, list[tuple[str, int]]]]
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(migrated_sqlite("notify"), Path(folder) / "notify.db")  # type: ignore[operator]
            async for messenger in start(f"sqlite+aiosqlite:///{path}"):
                await live(County(messenger), steps)

    asyncio.run(play())


async def live(county: County, steps: list[tuple[float, str, str, list[tuple[str, int]]]]) -> None:
    await county.subscribe()
    for seconds, fire, health, events in steps:
        for subscriber, state in ((county.fire, fire), (county.health, health)):
            subscriber.deaf, subscriber.mute = state == "deaf", state == "mute"
            subscriber.answers = [(503, {"retry-after": "90"}) for _ in range(5 * (state == "busy"))]
        for department, number in events:
            await county.tell(department, number)
        await county.pass_by(seconds)
    for subscriber in (county.fire, county.health):
        subscriber.deaf, subscriber.mute, subscriber.answers = False, False, []
    for _ in range(12):  # as long as the longest rung that an outage of these hours can have reached
        await county.pass_by(3600)
    await county.until_all_is_delivered(minutes=1)
    assert county.heard_it_all()
