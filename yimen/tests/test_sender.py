"""Side effects: done after the commit, tried again by their ladder, settled once, and no kind waits for another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.ledger import EFFECTS, METADATA, Ledger, open_ledger, withdrawn
from yimen.bus import Unit
from yimen.errors import Permanent, Transient
from yimen.jobs import Job, Senders, send_later
from yimen.sender import LEASE_SECONDS, SenderRunner

OUTGOING = METADATA.tables["outgoing"]
ATTEMPTS = METADATA.tables["outgoing_attempts"]
OUTBOX = METADATA.tables["outbox"]
LADDER = (5, 30)
LATE = 1.2  # waits are stretched by up to a tenth


class Post:
    """A ledger with one trade, `sms`; what it does is the script's."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.done: list[Job] = []
        self.settled: list[tuple[str, dict[str, Any] | None, str | None]] = []
        self.failures: list[Exception] = []
        self.settling_failures: list[Exception] = []
        self.senders = Senders()
        self.senders.add("sms", act=self.act, settled=self.settle, ladder=LADDER, at_once=3)
        self.runner = self.another()

    def another(self) -> SenderRunner:
        return SenderRunner(self.ledger.units, self.senders)

    async def act(self, context: Any, job: Job) -> dict[str, Any]:
        self.done.append(job)
        if self.failures:
            raise self.failures.pop(0)
        return {"receipt": job.key}

    async def settle(self, unit: Unit[Any], job: Job, answer: dict[str, Any] | None, error: str | None) -> None:
        await unit.execute(EFFECTS.insert(), {"subject": job.key, "sequence": job.attempt})
        unit.emit(withdrawn(job.key))
        if self.settling_failures:
            raise self.settling_failures.pop(0)
        self.settled.append((job.key, answer, error))

    async def send(self, *keys: str, kind: str = "sms", after: float | None = None) -> None:
        async with self.ledger.units.begin() as unit:
            for key in keys:
                not_before = None if after is None else unit.now + timedelta(seconds=after)
                await send_later(unit, kind, key=key, payload={"text": key}, not_before=not_before)

    async def run_after(self, seconds: float) -> int:
        self.ledger.clock.advance(timedelta(seconds=seconds))
        return await self.runner.run_due()

    async def states(self) -> dict[str, str]:
        async with self.ledger.database.read() as conn:
            return {row.key: row.state for row in await conn.execute(select(OUTGOING))}

    async def attempts(self, key: str) -> list[tuple[int, Any, str | None]]:
        async with self.ledger.database.read() as conn:
            rows = await conn.execute(select(ATTEMPTS).where(ATTEMPTS.c.key == key).order_by(ATTEMPTS.c.id))
            return [(row.attempt, row.answer, row.error) for row in rows]

    async def said(self) -> int:
        async with self.ledger.database.read() as conn:
            return await conn.scalar(select(func.count()).select_from(OUTBOX)) or 0


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[Post]:
    async with open_ledger(database_url) as ledger:
        yield Post(ledger)


async def test_a_job_is_done_once_however_often_it_is_asked_for(post: Post) -> None:
    await post.send("a", "a")
    await post.send("a")
    assert await post.run_after(0) == 1
    await post.send("a")
    assert await post.run_after(100) == 0
    assert post.done == [Job("sms", "a", {"text": "a"}, 1)]
    assert post.settled == [("a", {"receipt": "a"}, None)]
    assert await post.attempts("a") == [(1, {"receipt": "a"}, None)]


async def test_nothing_is_done_for_a_unit_that_rolled_back(post: Post) -> None:
    async def fail(unit: Unit[Any]) -> None:
        await send_later(unit, "sms", key="a", payload={})
        raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await post.ledger.act(fail)
    assert await post.run_after(100) == 0


async def test_a_job_waits_for_its_hour(post: Post) -> None:
    await post.send("a", after=60)
    assert await post.run_after(59) == 0
    assert await post.run_after(1) == 1


async def test_a_failed_job_is_tried_again_by_its_ladder_and_then_given_up_and_kept(post: Post) -> None:
    post.failures = [Transient("busy"), OSError("no route"), Transient("busy still")]
    await post.send("a")
    assert await post.run_after(0) == 1
    assert await post.run_after(LADDER[0] - 1) == 0
    assert await post.run_after(1 + LADDER[0] * 0.1) == 1
    assert await post.run_after(LADDER[1] - 1) == 0
    assert await post.states() == {"a": "waiting"}
    assert post.settled == [], "nothing is settled while it may still succeed"
    assert await post.run_after(1 + LADDER[1] * 0.1) == 1
    assert await post.states() == {"a": "given_up"}
    assert post.settled == [("a", None, "busy still")]
    assert await post.attempts("a") == [
        (1, None, "Transient('busy')"),
        (2, None, "OSError('no route')"),
        (3, None, "Transient('busy still')"),
    ]
    assert await post.run_after(1e6) == 0


async def test_a_job_that_succeeds_later_is_settled_as_a_success(post: Post) -> None:
    post.failures = [Transient("busy")]
    await post.send("a")
    await post.run_after(0)
    assert await post.run_after(LADDER[0] * LATE) == 1
    assert post.settled == [("a", {"receipt": "a"}, None)]
    assert [job.attempt for job in post.done] == [1, 2]


async def test_a_permanent_error_gives_up_at_once(post: Post) -> None:
    post.failures = [Permanent("no such number")]
    await post.send("a")
    await post.run_after(0)
    assert await post.states() == {"a": "given_up"}
    assert post.settled == [("a", None, "no such number")]


async def test_giving_up_always_has_a_reason(post: Post) -> None:
    post.failures = [Permanent()]
    await post.send("a")
    await post.run_after(0)
    assert post.settled == [("a", None, "Permanent()")]


async def test_the_outcome_commits_with_its_events(post: Post) -> None:
    await post.send("a")
    await post.run_after(0)
    assert (await post.ledger.effects(), await post.said()) == ([("a", 1)], 1)


async def test_killed_between_doing_and_recording_does_it_again_under_the_same_key(post: Post) -> None:
    killed = asyncio.Event()

    async def die(context: Any, job: Job) -> dict[str, Any]:
        post.done.append(job)
        killed.set()
        await asyncio.Event().wait()
        return {}

    dying = Senders()
    dying.add("sms", act=die, settled=post.settle, ladder=LADDER)
    await post.send("a")
    doomed = asyncio.create_task(SenderRunner(post.ledger.units, dying).run_due())
    await asyncio.wait_for(killed.wait(), 10)
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    assert await post.run_after(LEASE_SECONDS - 1) == 0, "somebody may still be at it"
    assert await post.run_after(1) == 1
    assert [(job.key, job.attempt) for job in post.done] == [("a", 1), ("a", 2)]
    assert post.settled == [("a", {"receipt": "a"}, None)]


async def test_two_that_did_the_same_job_settle_it_once(post: Post) -> None:
    slow, go = asyncio.Event(), asyncio.Event()

    async def sleep(context: Any, job: Job) -> dict[str, Any]:
        slow.set()
        await go.wait()
        return {"receipt": "slow"}

    sleepy = Senders()
    sleepy.add("sms", act=sleep, settled=post.settle, ladder=LADDER)
    await post.send("a")
    first = asyncio.create_task(SenderRunner(post.ledger.units, sleepy).run_due())
    await asyncio.wait_for(slow.wait(), 10)
    assert await post.run_after(LEASE_SECONDS) == 1, "its lease was over"
    go.set()
    await first
    assert post.settled == [("a", {"receipt": "a"}, None)]
    assert len(await post.attempts("a")) == 2, "both are kept"


async def test_a_runner_does_not_take_its_own_job_twice_when_the_clock_is_moved(post: Post) -> None:
    doing, go = asyncio.Event(), asyncio.Event()

    async def sleep(context: Any, job: Job) -> dict[str, Any]:
        post.done.append(job)
        doing.set()
        await go.wait()
        return {}

    post.senders.add("sms", act=sleep, settled=post.settle, ladder=LADDER)
    await post.send("a")
    working = asyncio.create_task(post.runner.run_due())
    await asyncio.wait_for(doing.wait(), 10)
    assert await post.run_after(86400) == 0
    go.set()
    await working
    assert len(post.done) == 1


async def test_a_broken_settlement_does_not_do_the_job_again_for_ever(post: Post) -> None:
    post.settling_failures = [KeyError("defect")]
    await post.send("a")
    await post.run_after(0)
    assert await post.states() == {"a": "unsettled"}
    assert (await post.ledger.effects(), await post.said()) == ([], 0)
    assert await post.run_after(1e6) == 0
    assert len(post.done) == 1


async def test_a_settlement_that_meets_contention_is_tried_again_without_doing_the_job_again(post: Post) -> None:
    post.settling_failures = [Transient("deadlock"), Transient("deadlock")]
    await post.send("a")
    await post.run_after(0)
    assert (len(post.done), await post.states()) == (1, {"a": "done"})
    assert await post.ledger.effects() == [("a", 1)]


async def test_a_kind_that_this_version_does_not_know_is_left_to_those_who_do(post: Post) -> None:
    await post.send("x", kind="fax")
    await post.send("a")
    assert await post.run_after(0) == 1
    assert await post.states() == {"x": "waiting", "a": "done"}


async def test_two_runners_never_do_the_same_job_at_once(postgres_database: Callable[[], str]) -> None:
    async with open_ledger(postgres_database()) as ledger:
        post = Post(ledger)
        await post.send(*(f"k{n}" for n in range(120)))
        runners = [post.runner, post.another()]
        await asyncio.gather(*(runner.run_due() for runner in runners))
        assert Counter(job.key for job in post.done) == {f"k{n}": 1 for n in range(120)}
        assert sorted(key for key, _, _ in post.settled) == sorted(f"k{n}" for n in range(120))


async def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


class Sleeper:
    """A kind whose other side does not answer."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self.wakes = asyncio.Event()

    async def act(self, context: Any, job: Job) -> dict[str, Any]:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.wakes.wait()
        finally:
            self.at_once -= 1
        return {}


async def test_a_slow_kind_delays_no_other_and_never_takes_more_than_its_places(post: Post) -> None:
    sleeper = Sleeper()
    post.senders.add("webhook", act=sleeper.act, settled=post.settle, ladder=LADDER, at_once=4)
    await post.send(*(f"w{n}" for n in range(10)), kind="webhook")
    loop = asyncio.create_task(post.runner.run())
    await _until(lambda: sleeper.at_once == 4)
    await post.send(*(f"s{n}" for n in range(10)))
    await _until(lambda: len(post.settled) == 10)
    assert sleeper.at_once == 4, "all of them still sleep"
    sleeper.wakes.set()
    await _until(lambda: len(post.settled) == 20)
    assert sleeper.most == 4
    post.runner.stop()
    await asyncio.wait_for(loop, 10)


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new(post: Post) -> None:
    sleeper = Sleeper()
    post.senders.add("webhook", act=sleeper.act, settled=post.settle, ladder=LADDER, at_once=1)
    await post.send("w1", "w2", kind="webhook")
    loop = asyncio.create_task(post.runner.run())
    await _until(lambda: sleeper.at_once == 1)
    post.runner.stop()
    sleeper.wakes.set()
    await asyncio.wait_for(loop, 10)
    assert sorted((await post.states()).values()) == ["done", "waiting"]


async def test_a_loop_that_is_cut_off_leaves_its_job_to_the_next_one(post: Post) -> None:
    sleeper = Sleeper()
    post.senders.add("webhook", act=sleeper.act, settled=post.settle, ladder=LADDER)
    await post.send("w", kind="webhook")
    loop = asyncio.create_task(post.runner.run())
    await _until(lambda: sleeper.at_once == 1)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert sleeper.at_once == 0, "nobody goes on behind our back"
    sleeper.wakes.set()
    assert await post.run_after(LEASE_SECONDS) == 1
    assert await post.states() == {"w": "done"}
