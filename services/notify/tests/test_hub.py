"""The hub: no gap and no repetition, whoever comes, goes and comes back, and however slowly they read."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notify import hub as hubs
from services.notify import listeners
from services.notify.domain.sight import sight_of
from services.notify.hub import Hub
from services.notify.streaming import follow
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.test_stream import blocks_of
from yimen.contracts import Event
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
            await harness.process([harness.message(SAID[word](), f"/replica{replica}") for word in words])
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
            await replicas[0].harness.deliver(SAID[word](), source="/before")
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
