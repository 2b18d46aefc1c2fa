"""The feed: every event once, in one order, whoever asks in whatever pages; nobody sees another department's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notify.api import feed
from services.notify.handlers import tell_everyone
from services.notify.tests import samples
from services.notify.tests.asking import System
from services.notify.tests.conftest import Messenger, start
from yimen.bus import Unit
from yimen.contracts import Event, Meta
from yimen.waiting import rest_until

BATCH = "application/cloudevents-batch+json"


def next_of(answer: httpx.Response) -> str:
    """The address that the link of this name leads to, taken from where the answer came from."""
    assert answer.status_code == 200, answer.text
    return str(answer.url.join(answer.links["next"]["url"]))


def cursor_of(answer: httpx.Response) -> int:
    return int(httpx.URL(next_of(answer)).params["after"])


def places(answer: httpx.Response) -> list[tuple[str, str, int]]:
    return [(event["source"], event["subject"], int(event["sequence"])) for event in answer.json()]


async def tell(messenger: Messenger) -> None:
    """What fire may hear between what it may not."""
    deliver = messenger.harness.deliver
    await deliver(samples.submitted("C1"), samples.contact(), source="/intake")
    await deliver(samples.review_received(), samples.review_decided(), source="/approval/fire")
    await deliver(samples.review_received("health", "R2"), source="/approval/health")
    await deliver(samples.notice(), samples.list_rejected(), source="/fees")
    of_health = samples.alert("health", "C2").model_copy(update={"alert_id": "A2"})
    await deliver(samples.alert(), of_health, source="/monitor")


FIRE = [
    ("/approval/fire", "review/R1", 1),
    ("/approval/fire", "review/R1", 2),
    ("/fees", "list/L1", 1),
    ("/monitor", "alert/A1", 1),
]


async def test_the_feed_is_a_cloudevents_batch_with_a_link_to_what_comes_next(messenger: Messenger) -> None:
    system = System(messenger)
    await tell(messenger)
    first = await system.ask("GET", "/feed", params={"limit": 3})
    assert first.headers["content-type"] == BATCH
    assert places(first) == FIRE[:3]
    assert first.json()[0]["data"]["review_id"] == "R1"
    second = await system.ask("GET", next_of(first))
    assert places(second) == FIRE[3:]
    third = await system.ask("GET", next_of(second))
    assert places(third) == []
    assert cursor_of(third) == cursor_of(second)


async def test_what_a_subscription_is_sent_is_what_the_feed_shows_byte_for_byte(messenger: Messenger) -> None:
    await System(messenger).subscribe("http://127.0.0.1:9/")
    await tell(messenger)
    fed = (await System(messenger).ask("GET", "/feed")).text
    bodies = [str(row["body"]) for row in await messenger.deliveries()]
    assert fed == "[" + ",".join(bodies) + "]"


async def test_nobody_reads_another_departments_events(messenger: Messenger) -> None:
    await tell(messenger)
    both, health = System(messenger, "fire", "health"), System(messenger, "health")
    assert len((await both.ask("GET", "/feed")).json()) == 6
    assert {event["scope"] for event in (await health.ask("GET", "/feed")).json()} == {"health"}
    assert {event["scope"] for event in (await both.ask("GET", "/feed?departments=fire")).json()} == {"fire"}
    assert (await health.ask("GET", "/feed?departments=fire")).status_code == 403
    assert (await health.ask("GET", "/feed?departments=fire&departments=health")).status_code == 403
    assert (await health.ask("GET", "/feed?entities=contact")).status_code == 422
    assert (await System(messenger, "tax").ask("GET", "/feed")).json() == []


async def test_a_filtered_reader_moves_past_what_it_did_not_ask_for(messenger: Messenger) -> None:
    system = System(messenger)
    await tell(messenger)
    answer = await system.ask("GET", "/feed", params={"entities": ["review", "list"], "cases": "C2"})
    assert places(answer) == []
    link = httpx.URL(next_of(answer)).params
    assert link.get_list("entities") == ["review", "list"]
    assert int(link["after"]) == cursor_of(await system.ask("GET", "/feed"))


async def test_a_cursor_from_a_database_that_was_lost_goes_back_to_the_newest(messenger: Messenger) -> None:
    system = System(messenger)
    await tell(messenger)
    answer = await system.ask("GET", "/feed?after=5000")
    assert places(answer) == []
    assert cursor_of(answer) == cursor_of(await system.ask("GET", "/feed"))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a reader has looked, found nothing, and begins to wait."""
    begun = asyncio.Event()

    async def rest(ear: asyncio.Event, seconds: float) -> None:
        begun.set()
        await rest_until(ear, seconds)

    monkeypatch.setattr(feed, "rest_until", rest)
    return begun


async def test_a_waiting_reader_is_woken_by_the_next_event(database_url: str, waits: asyncio.Event) -> None:
    """Nothing else wakes it: here nobody looks for what other replicas wrote before the test is long over."""
    async for messenger in start(database_url, stream_poll=600.0):
        waiting = asyncio.create_task(System(messenger).ask("GET", "/feed?wait=30"))
        await waits.wait()
        await messenger.harness.deliver(samples.review_received("health"), source="/approval/health")
        await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
        async with asyncio.timeout(20):
            assert places(await waiting) == FIRE[:1]


async def test_a_waiting_reader_is_let_go_when_its_time_is_over(messenger: Messenger) -> None:
    assert places(await System(messenger).ask("GET", "/feed?wait=1")) == []


async def test_a_waiting_reader_is_let_go_when_the_service_stops(database_url: str, waits: asyncio.Event) -> None:
    async for messenger in start(database_url, stream_poll=600.0):
        waiting = asyncio.create_task(System(messenger).ask("GET", "/feed?wait=30"))
        await waits.wait()
        messenger.harness.service.context.hub.stop()
        async with asyncio.timeout(20):
            assert places(await waiting) == []


@pytest.mark.parametrize("wrong", ["wait=31", "wait=-1", "limit=0", "limit=1001", "after=-1", "items=%E9%A3%9F"])
async def test_what_the_feed_is_not_asked(messenger: Messenger, wrong: str) -> None:
    assert (await System(messenger).ask("GET", f"/feed?{wrong}")).status_code == 422


async def read_all(system: System, sizes: list[int]) -> list[tuple[str, str, int]]:
    """In pages of these sizes, over and over, until there is nothing left."""
    found, cursor, number = [], 0, 0
    while True:
        answer = await system.ask("GET", "/feed", params={"after": cursor, "limit": sizes[number % len(sizes)]})
        number += 1
        if not answer.json():
            return found
        found += places(answer)
        cursor = cursor_of(answer)


async def test_any_mixture_of_page_sizes_reads_every_event_once_in_order(messenger: Messenger) -> None:
    system, departments = System(messenger), ["fire", "health", "fire", "tax"]
    for number in range(24):
        department = departments[number % 4]
        event = samples.review_received(department, f"{department}-{number % 5}")
        await messenger.harness.deliver(event, source=f"/approval/{department}")
    whole = places(await system.ask("GET", "/feed"))
    assert len(whole) == 12
    loop = asyncio.get_running_loop()

    @given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def check(sizes: list[int]) -> None:
        assert asyncio.run_coroutine_threadsafe(read_all(system, sizes), loop).result(60) == whole

    await asyncio.to_thread(check)


# -- on a real database, with writers side by side ----------------------------------------------------------------------


@pytest.fixture
async def replicas(postgres_database: Callable[..., str]) -> AsyncIterator[Messenger]:
    async for one in start(postgres_database()):
        yield one


async def test_a_slower_commit_is_not_passed_by_the_cursor(replicas: Messenger) -> None:
    """The first unit has its number and stays open; the second, begun later, would commit first if it could."""
    system, units = System(replicas), replicas.harness.units

    async def handle(event: Event, unit: Unit[Any]) -> None:
        meta = Meta.from_headers(replicas.harness.message(event, f"/approval/{event.scope}").headers)
        await tell_everyone(unit, event, meta)

    async def faster() -> None:
        async with units.begin() as unit:
            await handle(samples.review_received(review="R2"), unit)

    async with units.begin() as slow:
        await handle(samples.review_received(review="R1"), slow)
        later = asyncio.create_task(faster())
        done, _ = await asyncio.wait({later}, timeout=0.3)
        seen = await system.ask("GET", "/feed")
        assert (places(seen), cursor_of(seen), done) == ([], 0, set())
    await later
    rest = await system.ask("GET", f"/feed?after={cursor_of(seen)}")
    assert [subject for _, subject, _ in places(rest)] == ["review/R1", "review/R2"]


async def test_a_reader_beside_many_writers_misses_nothing(replicas: Messenger) -> None:
    system, count = System(replicas), 40
    writing = asyncio.gather(
        *(
            replicas.harness.deliver(samples.review_received(review=f"R{number}"), source="/approval/fire")
            for number in range(count)
        )
    )
    found, cursor = [], 0
    while True:
        finished = writing.done()
        answer = await system.ask("GET", f"/feed?after={cursor}&limit=7")
        found += places(answer)
        cursor = cursor_of(answer)
        if finished and not answer.json():
            break
    assert sorted(subject for _, subject, _ in found) == sorted(f"review/R{number}" for number in range(count))
