"""The hub: no gap and no repetition, whoever comes, goes and comes back, and however slowly they read."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from services.notify import hub as hubs
from services.notify import listeners
from services.notify.domain.sight import Shown, sight_of
from services.notify.hub import Hub
from services.notify.streaming import follow
from services.notify.tables import stream as stream_rows
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.test_stream import blocks_of
from yimen.contracts import Event
from yimen.db import Database
from yimen.errors import Unavailable
from yimen.web import Role

SIGHTS = {
    "all": sight_of([Role.SUPERVISOR], frozenset()),
    "fire": sight_of([Role.SECTION_OFFICER], frozenset({"fire"})),
    "money": sight_of([Role.FEE_OFFICER], frozenset()),
}
SAID: dict[str, Callable[[], Event]] = {
    "review": lambda: samples.review_received("fire", "R1", "C1"),
    "other review": lambda: samples.review_received("health", "R2", "C2"),
    "case": lambda: samples.decided(case="C1"),
    "other case": lambda: samples.decided(case="C2"),
    "fees": lambda: samples.notice(case="C2"),
}
HEARD = {
    "all": set(SAID),
    "fire": {"review", "case"},
    "money": {"fees"},
}
EXAMPLES = int(os.environ.get("YIMEN_SEEDS", "0")) or 15
NAMES = st.lists(st.sampled_from(sorted(SIGHTS)), min_size=4, max_size=4)


@dataclass
class Screen:
    """Reads when it is let, remembers where it stands, goes away and comes back there."""

    name: str
    at: int
    heard: list[int] = field(default_factory=list)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] | None = None

    async def come(self, hub: Hub) -> None:
        await self.go()
        self.reads.set()
        self._reading = asyncio.create_task(self._read(await follow(hub, SIGHTS[self.name], self.at)))

    async def go(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        self._reading = None

    async def _read(self, stream: AsyncGenerator[bytes]) -> None:
        async with aclosing(stream):
            async for portion in stream:
                self._take(portion.decode())
                await self.reads.wait()

    def _take(self, portion: str) -> None:
        for block in blocks_of(portion):
            assert block.get("event") != "missed"
            if "data" in block:
                self.heard.append(int(block["id"]))
            self.at = int(block["id"])

    async def has_come_to(self, newest: int) -> None:
        self.reads.set()
        async with asyncio.timeout(20):
            while self.at < newest:
                await asyncio.sleep(0.005)


class House:
    """Two replicas on one database, each with its hub, and a writer at each that says one thing after the other."""

    def __init__(self, replicas: list[Messenger]) -> None:
        self.replicas = replicas
        self._to_say: list[asyncio.Queue[list[str]]] = [asyncio.Queue() for _ in replicas]
        self._writers = [asyncio.create_task(self._write(number)) for number in range(len(replicas))]

    def hub(self, replica: int) -> Hub:
        found: Hub = self.replicas[replica].harness.service.context.hub
        return found

    def say(self, replica: int, words: list[str]) -> None:
        """In one transaction."""
        self._to_say[replica].put_nowait(words)

    async def _write(self, replica: int) -> None:
        while True:
            words = await self._to_say[replica].get()
            harness = self.replicas[replica].harness
            said = [SAID[word]() for word in words]
            await harness.process([harness.message(one, f"/{one.speaker}/replica{replica}") for one in said])
            self._to_say[replica].task_done()

    async def all_said(self) -> None:
        await asyncio.gather(*(words.join() for words in self._to_say))

    async def close(self) -> None:
        for writer in self._writers:
            writer.cancel()
        await asyncio.gather(*self._writers, return_exceptions=True)

    async def rows(self, after: int) -> list[tuple[int, str]]:
        """Id and word of each row of the stream."""
        words = {(event.type, event.correlation_id): word for word, event in ((w, make()) for w, make in SAID.items())}
        units = self.replicas[0].harness.units
        table = units.metadata.tables["stream"]
        async with units.view() as view:
            rows = (await view.execute(table.select().where(table.c.id > after).order_by(table.c.id))).all()
        return [(row.id, words[row.type, row.case_number]) for row in rows]


REPLICA = st.integers(0, 1)
SCREEN = st.integers(0, 3)
WORDS = st.lists(st.sampled_from(sorted(SAID)), min_size=1, max_size=9)
STEPS = st.one_of(
    st.tuples(st.just("say"), REPLICA, WORDS),
    st.tuples(st.just("say"), REPLICA, WORDS),
    st.tuples(st.just("come"), SCREEN, REPLICA),
    st.tuples(st.just("go"), SCREEN),
    st.tuples(st.just("sleep"), SCREEN),
    st.tuples(st.just("read"), SCREEN),
    st.tuples(st.just("rest"), st.integers(0, 8)),
    st.tuples(st.just("settle")),
)


async def do(house: House, screens: list[Screen], step: tuple[object, ...]) -> None:
    match step:
        case "say", int(replica), list(words):
            house.say(replica, words)
        case ("settle",):
            await house.all_said()
        case "come", int(screen), int(replica):
            await screens[screen].come(house.hub(replica))
        case "go", int(screen):
            await screens[screen].go()
        case "sleep", int(screen):
            screens[screen].reads.clear()
        case "read", int(screen):
            screens[screen].reads.set()
        case "rest", int(times):
            await asyncio.sleep(times / 1000)


async def play(house: House, script: list[tuple[object, ...]], names: list[str]) -> None:
    begun = await house.hub(0).look()
    screens = [Screen(name, begun) for name in names]
    for step in script:
        await do(house, screens, step)
    await house.all_said()
    newest = await house.hub(0).look()
    rows = await house.rows(begun)
    for screen in screens:
        await screen.come(house.hub(1))
        await screen.has_come_to(newest)
        await screen.go()
        assert screen.heard == [number for number, word in rows if word in HEARD[screen.name]], screen.name


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows fill a page, the memory, a reader's share: everything overflows at once."""
    monkeypatch.setattr(hubs, "PAGE", 2)
    monkeypatch.setattr(hubs, "RECENT", 5)
    monkeypatch.setattr(hubs, "OLD_PAGES", 2)
    monkeypatch.setattr(listeners, "MOST_PORTIONS", 2)


@asynccontextmanager
async def replicas_on(url: str, count: int = 2) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        opened = [aclosing(start(url, stream_heartbeat=0.02, stream_poll=0.01)) for _ in range(count)]
        replicas = [await anext(await stack.enter_async_context(one)) for one in opened]
        for word in ("review", "other review"):  # thereby each department works on its case
            await replicas[0].harness.deliver(SAID[word](), source="/approval/before")
        house = House(replicas)
        yield house
        await house.close()


def test_whoever_comes_goes_and_comes_back_hears_all_it_may_once_and_in_order(
    small: None, postgres_database: Callable[..., str]
) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        house = runner.run(stack.enter_async_context(replicas_on(postgres_database())))

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
        @given(script=st.lists(STEPS, min_size=10, max_size=60), names=NAMES)
        def try_it(script: list[tuple[object, ...]], names: list[str]) -> None:
            runner.run(play(house, script, names))

        try_it()
        runner.run(stack.aclose())


# -- one thing at a time ------------------------------------------------------------------------------------------------


async def ids_of(stream: AsyncGenerator[bytes], count: int) -> list[int]:
    """Of the next so many events."""
    found: list[int] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            blocks = blocks_of((await anext(stream)).decode())
            found += [int(block["id"]) for block in blocks if "data" in block]
    return found


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with replicas_on(database_url, 1) as one:
        yield one


class Counted:
    """A database that counts how often a connection is taken for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reads = 0

    def read(self) -> Any:
        self.reads += 1
        return self._database.read()


async def said(house: House, count: int) -> int:
    """So many notices; the newest id then."""
    house.say(0, ["fees"] * count)
    await house.all_said()
    return await house.hub(0).look()


async def test_a_reader_who_stands_still_delays_nobody_and_is_told_everything_later(small: None, house: House) -> None:
    hub = house.hub(0)
    begun = await hub.look()
    still, brisk = [await follow(hub, SIGHTS["all"], None) for _ in range(2)]
    await anext(still)  # it is told where it stands, and reads no more
    waiting = asyncio.ensure_future(anext(still))
    heard: list[int] = []
    for _ in range(10):
        await said(house, 4)
        heard += await ids_of(brisk, 4)
    assert heard == list(range(begun + 1, begun + 41))
    first = [int(block["id"]) for block in blocks_of((await waiting).decode()) if "data" in block]
    assert first + await ids_of(still, 40 - len(first)) == heard
    for stream in (still, brisk):
        await stream.aclose()


async def test_what_waits_for_a_reader_is_bounded(small: None) -> None:
    listener = listeners.Listener(SIGHTS["all"])
    for number in range(1, 4):
        listener.give(listeners.Portion(number, b"x"))
    assert listener.is_behind
    assert await listener.take() is None
    large = listeners.Listener(SIGHTS["all"])
    for number in range(1, 3):
        large.give(listeners.Portion(number, b"x" * listeners.MOST_BYTES))
    assert large.is_behind


async def test_many_who_come_back_at_once_read_each_page_once(small: None, house: House) -> None:
    hub = house.hub(0)
    begun = await hub.look()
    newest = await said(house, 40)
    hub.database = counted = Counted(hub.database)  # type: ignore[assignment]
    streams = await asyncio.gather(*(follow(hub, SIGHTS["all"], begun) for _ in range(50)))
    heard = await asyncio.gather(*(ids_of(stream, 40) for stream in streams))
    assert heard == [list(range(begun + 1, newest + 1))] * 50
    assert counted.reads <= 40 / hubs.PAGE + 50  # a page each, and the looks that go on beside
    for stream in streams:
        await stream.aclose()


async def test_those_who_come_back_soon_do_not_ask_the_database(house: House) -> None:
    hub = house.hub(0)
    begun = await hub.look()
    await said(house, 30)
    reads: list[int] = []
    hub._read_page = reads.append  # type: ignore[assignment]
    for stream in [await follow(hub, SIGHTS["all"], begun) for _ in range(20)]:
        assert len(await ids_of(stream, 30)) == 30
        await stream.aclose()
    assert reads == []


async def test_while_nobody_listens_nothing_is_read(house: House) -> None:
    hub = house.hub(0)
    await said(house, 5)
    hub.database = counted = Counted(hub.database)  # type: ignore[assignment]
    house.say(0, ["fees"] * 5)
    await house.all_said()
    await asyncio.sleep(0.1)  # ten times as long as it rests between two looks
    assert counted.reads == 0


async def test_a_database_that_is_away_for_a_while_costs_no_event(house: House) -> None:
    hub = house.hub(0)
    stream = await follow(hub, SIGHTS["all"], None)
    await anext(stream)

    class Away:
        def read(self) -> Any:
            raise Unavailable("played")

    there, hub.database = hub.database, Away()  # type: ignore[assignment]
    house.say(0, ["fees"] * 3)
    await house.all_said()
    with pytest.raises(Unavailable):
        await hub.look()
    hub.database = there
    assert len(await ids_of(stream, 3)) == 3
    await stream.aclose()


async def test_readers_of_equal_sight_share_the_bytes_that_they_are_told() -> None:
    hub = Hub(poll=1, heartbeat=1)
    hub._recent = hubs.Recent(0)
    equal = [listeners.Listener(SIGHTS["money"]) for _ in range(3)]
    assert all(hub.join(listener, 0) for listener in equal)
    shown = Shown(id=1, type="fees.notice.issued.v1", scope="all", circle=(), case_number="C1", body="{}")
    hub._hand_out([listeners.Line.of(shown)])
    told = [await listener.take() for listener in equal]
    assert told[0] is not None
    assert all(portion is told[0] for portion in told)


async def test_a_reader_is_told_what_was_let_go_while_the_database_was_away(house: House) -> None:
    """The rows that stood between what it heard last and the oldest that is still kept."""
    hub = house.hub(0)
    stream = await follow(hub, SIGHTS["all"], None)
    await anext(stream)
    begun = await said(house, 1)
    assert await ids_of(stream, 1) == [begun]

    class Away:
        def read(self) -> Any:
            raise Unavailable("played")

    there, hub.database = hub.database, Away()  # type: ignore[assignment]
    house.say(0, ["fees"] * 5)
    await house.all_said()
    async with there.write() as conn:
        await conn.execute(delete(stream_rows).where(stream_rows.c.id <= begun + 3))
    hub.database = there
    told: list[dict[str, str]] = []
    async with asyncio.timeout(20):
        while len(told) < 3:  # between them it may be told where it stands
            told += [block for block in blocks_of((await anext(stream)).decode()) if "data" in block]
    missed, *events = told
    assert missed == {"event": "missed", "data": f'{{"from":{begun + 1},"to":{begun + 3}}}'}
    assert [int(block["id"]) for block in events] == [begun + 4, begun + 5]
    await stream.aclose()
