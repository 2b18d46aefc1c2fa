"""Queues of jobs: one that is slow keeps its own places, one that fails is tried now and then, and nothing is lost of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.support.ledger import METADATA, NINE, Ledger, open_ledger
from yimen.attempts import LONGEST_WAIT
from yimen.bus import Unit
from yimen.errors import Permanent, Transient
from yimen.jobs import Job, Senders, send_later
from yimen.queues import LONGEST_SECONDS, PATIENCE, Trouble
from yimen.sender import ACT_SECONDS, LEASE_SECONDS, SenderRunner

OUTGOING = METADATA.tables["outgoing"]
TROUBLES = METADATA.tables["outgoing_queues"]
ATTEMPTS = METADATA.tables["outgoing_attempts"]
LADDER = (5, 300, 1800, 7200)
EACH = 2


class Street:
    """Houses that are called, a queue for each: `asleep` ones do not answer before `wakes`, `down` ones fail."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.calls: list[str] = []
        self.asleep: set[str] = set()
        self.down: dict[str, Exception] = {}
        self.wakes = asyncio.Event()
        self.most: Counter[str] = Counter()
        self.now: Counter[str] = Counter()
        self.settled: list[tuple[str, str | None]] = []
        self.senders = Senders()
        self.senders.add("call", act=self.act, settled=self.settle, ladder=LADDER, at_once=6, each=EACH)
        self.runner = self.another()

    def another(self) -> SenderRunner:
        return SenderRunner(self.ledger.units, self.senders)

    async def act(self, context: Any, job: Job) -> dict[str, Any]:
        house = job.key.split("/")[0]
        self.calls.append(job.key)
        self.now[house] += 1
        self.most[house] = max(self.most[house], self.now[house])
        try:
            if house in self.asleep:
                await self.wakes.wait()
            if house in self.down:
                raise self.down[house]
        finally:
            self.now[house] -= 1
        return {}

    async def settle(self, unit: Unit[Any], job: Job, answer: dict[str, Any] | None, error: str | None) -> None:
        self.settled.append((job.key, error))

    async def send(self, house: str, count: int, start: int = 0) -> None:
        for number in range(start, start + count):  # each in a unit of its own: their order is that of their hours
            self.ledger.clock.advance(timedelta(milliseconds=1))
            async with self.ledger.units.begin() as unit:
                await send_later(unit, "call", key=f"{house}/{number}", payload={}, queue=house)

    async def run_after(self, seconds: float) -> list[str]:
        """What was called, after so many seconds."""
        before = len(self.calls)
        self.ledger.clock.advance(timedelta(seconds=seconds))
        await self.runner.run_due()
        return self.calls[before:]

    async def rows(self, table: Any) -> list[Any]:
        async with self.ledger.database.read() as conn:
            return list(await conn.execute(select(table)))

    async def until_settled(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.settled) < count:
                await asyncio.sleep(0.005)


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_ledger(database_url) as ledger:
        yield Street(ledger)


# -- places ---------------------------------------------------------------------------------------------------------


async def test_a_queue_that_sleeps_keeps_its_own_places_while_others_are_served(street: Street) -> None:
    street.asleep = {"slow"}
    await street.send("slow", 20)
    loop = asyncio.create_task(street.runner.run())
    await street.send("quick", 20)
    await street.until_settled(20)
    assert {key.split("/")[0] for key, _ in street.settled} == {"quick"}, "the sleeper has not answered one"
    assert street.now["slow"] == street.most["slow"] == EACH
    street.wakes.set()
    await street.until_settled(40)
    assert street.most["quick"] <= EACH
    street.runner.stop()
    await asyncio.wait_for(loop, 10)


async def test_a_queue_is_served_in_the_order_in_which_its_jobs_came(street: Street) -> None:
    await street.send("a", 9)
    assert await street.run_after(0) == [f"a/{n}" for n in range(9)]


async def test_jobs_of_a_version_that_knew_no_queues_are_done_too(street: Street) -> None:
    await street.send("a", 1)
    async with street.ledger.database.write() as conn:
        await conn.execute(OUTGOING.update().values(queue=""))
    assert await street.run_after(0) == ["a/0"]


# -- the breaker ----------------------------------------------------------------------------------------------------


async def opened(street: Street, count: int = 20) -> None:
    """A queue of so many jobs, all but the first few of which nobody has tried yet."""
    street.down["a"] = Transient("down")
    await street.send("a", count)
    await street.run_after(0)


async def test_after_some_failures_in_a_row_one_job_at_a_time_is_tried_at_growing_intervals(street: Street) -> None:
    await opened(street)
    assert PATIENCE <= len(street.calls) < PATIENCE + EACH, "those that had begun when it opened end as they do"
    waits = []
    for _ in range(9):
        waited = 0
        while not (called := await street.run_after(1)):
            waited += 1
        assert len(called) == 1
        waits.append(waited + 1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    (trouble,) = await street.rows(TROUBLES)
    assert trouble.failures == PATIENCE + 9
    assert trouble.since < trouble.next_look


async def test_the_first_success_closes_it_and_all_that_waited_is_due_at_once_in_order(street: Street) -> None:
    await opened(street)
    await street.run_after(1)
    street.down.clear()
    called = await street.run_after(2)
    look, rest = called[0], called[1:]
    assert sorted([look, *rest], key=lambda key: int(key.split("/")[1])) == [f"a/{n}" for n in range(20)]
    assert rest == sorted(rest, key=lambda key: int(key.split("/")[1])), "the oldest first, its ladder or not"
    assert await street.rows(TROUBLES) == []


async def test_the_looks_of_a_long_outage_use_nobodys_ladder_up(street: Street) -> None:
    await opened(street, PATIENCE)
    hour = [call for _ in range(60) for call in await street.run_after(60)]
    assert len(hour) == 60
    rows = await street.rows(OUTGOING)
    assert {(row.state, row.attempt) for row in rows} == {("waiting", 4)}, (
        "what the ladder has within an hour, and no more"
    )


async def test_the_ladder_goes_on_while_it_is_open_and_gives_up_in_the_end(street: Street) -> None:
    street.down["a"] = Transient("down")
    await street.send("a", 1)
    for _ in range(60):
        await street.run_after(sum(LADDER) * 1.2 / 50)
    assert street.settled == [("a/0", "down")]


async def test_a_success_between_failures_keeps_it_closed(street: Street) -> None:
    for number in range(2 * PATIENCE):
        street.down["a"] = Transient("down")
        await street.send("a", 1, start=2 * number)
        await street.run_after(0)
        if number % 2:
            street.down.clear()
            await street.send("a", 1, start=2 * number + 1)
            await street.run_after(0)
    assert await street.rows(TROUBLES) == []


async def test_a_queue_that_is_open_delays_no_other(street: Street) -> None:
    await opened(street)
    await street.send("b", 7)
    assert await street.run_after(0) == [f"b/{n}" for n in range(7)]


async def test_a_queue_that_is_open_stays_so_in_another_process(street: Street) -> None:
    await opened(street)
    street.runner = street.another()
    assert await street.run_after(0) == []
    assert len(await street.run_after(1)) == 1


async def test_two_processes_look_once_between_them(street: Street) -> None:
    await opened(street)
    street.asleep, before = {"a"}, len(street.calls)
    street.ledger.clock.advance(timedelta(seconds=1))
    looking = [asyncio.create_task(runner.run_due()) for runner in (street.runner, street.another())]
    await asyncio.wait(looking, timeout=0.5)
    assert len(street.calls) == before + 1
    street.wakes.set()
    await asyncio.gather(*looking)


async def test_a_look_whose_process_is_killed_is_repeated_when_its_lease_is_over(street: Street) -> None:
    await opened(street)
    street.asleep = {"a"}
    street.ledger.clock.advance(timedelta(seconds=1))
    looking = asyncio.create_task(street.runner.run_due())
    async with asyncio.timeout(10):
        while not street.now["a"]:
            await asyncio.sleep(0.005)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    street.runner, street.asleep, street.down = street.another(), set(), {}
    assert await street.run_after(LEASE_SECONDS - 2) == []
    assert len(await street.run_after(2)) > 1, "it answers: the queue is closed, and all of it goes"


async def test_who_says_never_has_answered(street: Street) -> None:
    street.down["a"] = Permanent("no such house")
    await street.send("a", PATIENCE + 3)
    assert len(await street.run_after(0)) == PATIENCE + 3
    assert await street.rows(TROUBLES) == []


# -- being asked for time -------------------------------------------------------------------------------------------


async def test_who_asks_for_time_is_left_alone_as_long_and_no_longer_than_a_day(street: Street) -> None:
    street.down["a"] = Transient("busy", retry_after=3600, answer={"status": 429})
    await street.send("a", 1)
    await street.run_after(0)
    assert await street.run_after(3599) == []
    street.down["a"] = Transient("busy", retry_after=10 * LONGEST_WAIT)
    assert await street.run_after(1) == ["a/0"]
    assert await street.run_after(LONGEST_WAIT - 1) == []
    street.down.clear()
    assert await street.run_after(1) == ["a/0"]
    attempts = await street.rows(ATTEMPTS)
    assert [row.answer for row in attempts] == [{"status": 429}, None, {}]
    assert all(row.milliseconds >= 0 for row in attempts)


async def test_an_open_queue_is_not_looked_at_before_the_time_that_it_asked_for(street: Street) -> None:
    street.down["a"] = Transient("busy", retry_after=600)
    await street.send("a", PATIENCE + 5)
    await street.run_after(0)
    assert await street.run_after(599) == []
    assert len(await street.run_after(1)) == 1


@given(st.lists(st.floats(0, 1e6), max_size=80))
def test_intervals_grow_to_a_minute_unless_more_was_asked_for(asked: list[float]) -> None:
    trouble, now = Trouble(), NINE
    for number, retry_after in enumerate(asked, start=1):
        trouble = trouble.after_failure(now, looked=True, retry_after=retry_after)
        assert trouble.failures == number
        assert (trouble.next_look is not None) == (number >= PATIENCE)
        if trouble.next_look is not None:
            wait = (trouble.next_look - now).total_seconds()
            assert max(1, retry_after) - 1e-3 <= wait <= max(LONGEST_SECONDS, retry_after) + 1e-3
            assert trouble.after_failure(now, looked=False) == trouble
            now = trouble.next_look


def test_an_act_ends_before_its_lease() -> None:
    assert ACT_SECONDS < LEASE_SECONDS


# -- what it costs --------------------------------------------------------------------------------------------------


async def test_the_backlog_of_a_blocked_queue_is_never_read_on_the_way_to_another(street: Street) -> None:
    """By the database's own plan and count: 200,000 jobs wait in one queue that is open, three in another."""
    await fill(street, 200_000)
    await street.send("b", 3)
    units = street.ledger.units
    queues = street.runner._queues
    mine = {"of_kind": "call", "of_queue": "a", "in_hand": ["a/1", "a/2"], "moment": units.clock.now(), "room": 8}
    async with units.view() as view:
        assert await rows_read(view.conn, queues._heads_of(("call",))) < 100
        assert await rows_read(view.conn, queues._one.params(mine)) < 100
    assert await street.run_after(0) == ["b/0", "b/1", "b/2"]


async def fill(street: Street, count: int) -> None:
    series = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT",
        "postgresql": "WITH n AS (SELECT generate_series(1, :count) AS i) SELECT",
    }[street.ledger.database.dialect]
    columns = "kind, key, queue, payload, run_at, attempt, state, created_at, leased"
    earlier = (
        "CAST(:now AS timestamptz) - i * interval '1 ms'" if street.ledger.database.dialect == "postgresql" else ":now"
    )
    values = f"'call', 'a/' || i, 'a', '{{}}', {earlier}, 0, 'waiting', :now, false"
    await street.send("a", 1)
    (one,) = await street.rows(OUTGOING)
    now = one.run_at.isoformat(timespec="microseconds") if street.ledger.database.is_sqlite else one.run_at
    async with street.ledger.database.write() as conn:
        await conn.execute(
            text(f"INSERT INTO outgoing ({columns}) {series} {values} FROM n"), {"count": count, "now": now}
        )
        far = one.run_at + timedelta(hours=1)
        await conn.execute(
            TROUBLES.insert().values(kind="call", queue="a", failures=9, since=one.run_at, next_look=far)
        )
        await conn.execute(text("ANALYZE"))


async def rows_read(conn: Any, statement: Any) -> int:
    """Rows that the plan touched; SQLite only tells how it goes about it: by an index or by scanning."""
    sql = statement.compile(
        conn.sync_connection.engine, compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    if conn.dialect.name == "sqlite":
        plan = [row.detail for row in await conn.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
        over = [step for step in plan if "outgoing" in step and "outgoing_queues" not in step]
        assert all(step.startswith("SEARCH outgoing") and "INDEX ix_outgoing_queue" in step for step in over), plan
        return 0
    plan = (await conn.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}"))).scalar_one()
    return touched(plan[0]["Plan"])


def touched(node: dict[str, Any]) -> int:
    here = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return int(here) + sum(touched(below) for below in node.get("Plans", ()))
