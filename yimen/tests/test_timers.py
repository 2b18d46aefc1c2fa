"""What must happen at an instant happens once, not before it, and together with what follows from it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.support.ledger import EFFECTS, METADATA, NINE, Ledger, open_ledger, withdrawn
from yimen.bus import Unit
from yimen.errors import Permanent, Transient
from yimen.timers import RETRY_SECONDS, Timer, TimerRunner, Timers, cancel_timer, set_timer

TIMERS = METADATA.tables["timers"]
OUTBOX = METADATA.tables["outbox"]


class Desk:
    """A ledger with one timer, `ring`, that writes down and says what it was called for."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = ledger.clock
        self.rung: list[Timer] = []
        self.failures: list[Exception] = []
        self.then: Callable[[Unit[Any], Timer], Any] | None = None
        self.timers = Timers()
        self.timers.on("ring")(self._ring)
        self.runner = self.another()

    def another(self, deadline: float = 5.0) -> TimerRunner:
        return TimerRunner(self.ledger.units, self.timers, deadline)

    async def _ring(self, unit: Unit[Any], timer: Timer) -> None:
        await unit.execute(EFFECTS.insert(), {"subject": timer.key, "sequence": 1})
        unit.emit(withdrawn(timer.key))
        self.rung.append(timer)
        if self.then is not None:
            await self.then(unit, timer)
        if self.failures:
            raise self.failures.pop(0)

    async def set(self, key: str, after: float, payload: dict[str, Any] | None = None) -> None:
        due_at = NINE + timedelta(seconds=after)
        await self.ledger.act(lambda unit: set_timer(unit, "ring", key=key, due_at=due_at, payload=payload))

    async def cancel(self, key: str) -> None:
        await self.ledger.act(lambda unit: cancel_timer(unit, "ring", key=key))

    async def run_after(self, seconds: float) -> list[str]:
        """The keys that ring when so many seconds have passed since nine."""
        before = len(self.rung)
        self.clock.move_to(NINE + timedelta(seconds=seconds))
        await self.runner.run_due()
        return [timer.key for timer in self.rung[before:]]

    async def rows(self) -> list[Any]:
        async with self.ledger.database.read() as conn:
            return list(await conn.execute(select(TIMERS)))

    async def effects(self) -> list[str]:
        return [subject for subject, _ in await self.ledger.effects()]

    async def said(self) -> int:
        async with self.ledger.database.read() as conn:
            return await conn.scalar(select(func.count()).select_from(OUTBOX)) or 0


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_ledger(database_url) as ledger:
        yield Desk(ledger)


async def test_timers_run_in_the_order_in_which_they_are_due(desk: Desk) -> None:
    for key, after in (("third", 3), ("first", 1), ("second", 2)):
        await desk.set(key, after)
    assert await desk.run_after(10) == ["first", "second", "third"]


async def test_a_timer_never_runs_early(desk: Desk) -> None:
    await desk.set("a", 10)
    assert await desk.run_after(9.999999) == []
    assert await desk.run_after(10) == ["a"]


async def test_a_late_timer_says_when_it_was_due(desk: Desk) -> None:
    await desk.set("a", 10, {"limit": 5})
    await desk.run_after(86400)
    assert desk.rung == [Timer("ring", "a", NINE + timedelta(seconds=10), {"limit": 5})]


async def test_a_timer_runs_once(desk: Desk) -> None:
    await desk.set("a", 1)
    assert await desk.run_after(1) == ["a"]
    assert await desk.run_after(100) == []
    assert await desk.rows() == []


async def test_setting_again_moves_the_timer_and_replaces_its_payload(desk: Desk) -> None:
    await desk.set("a", 1, {"n": 1})
    await desk.set("a", 5, {"n": 2})
    assert await desk.run_after(4) == []
    assert await desk.run_after(5) == ["a"]
    assert desk.rung[0].payload == {"n": 2}


async def test_a_cancelled_timer_does_not_run(desk: Desk) -> None:
    await desk.set("a", 1)
    await desk.cancel("a")
    assert await desk.run_after(10) == []


async def test_a_timer_set_in_a_unit_that_rolled_back_was_never_set(desk: Desk) -> None:
    async def fail(unit: Unit[Any]) -> None:
        await set_timer(unit, "ring", key="a", due_at=NINE)
        raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await desk.ledger.act(fail)
    assert await desk.run_after(1) == []


async def test_a_handler_may_set_its_own_timer_anew(desk: Desk) -> None:
    async def again(unit: Unit[Any], timer: Timer) -> None:
        await set_timer(unit, timer.name, key=timer.key, due_at=timer.due_at + timedelta(seconds=60))

    desk.then = again
    await desk.set("a", 0)
    assert await desk.run_after(0) == ["a"]
    assert await desk.run_after(59) == []
    assert await desk.run_after(60) == ["a"]


async def test_effect_events_and_end_commit_together(desk: Desk) -> None:
    await desk.set("a", 1)
    await desk.run_after(1)
    assert (await desk.effects(), await desk.said(), await desk.rows()) == (["a"], 1, [])


async def test_a_handler_that_fails_leaves_nothing_but_its_postponed_timer(desk: Desk) -> None:
    desk.failures = [Transient("not yet")]
    await desk.set("a", 1)
    await desk.run_after(1)
    assert (await desk.effects(), await desk.said()) == ([], 0)
    (row,) = await desk.rows()
    assert (row.attempt, row.parked, row.error) == (1, False, "Transient('not yet')")
    assert row.due_at == NINE + timedelta(seconds=1), "the legal instant stays"
    assert await desk.run_after(1 + RETRY_SECONDS[0]) == ["a"]
    assert (await desk.effects(), await desk.rows()) == (["a"], [])


async def test_a_handler_that_keeps_failing_is_parked_after_its_ladder(desk: Desk) -> None:
    desk.failures = [KeyError("defect")] * 99
    await desk.set("a", 0)
    now = 0.0
    for wait in (0, *RETRY_SECONDS):
        now += wait
        assert await desk.run_after(now) == ["a"]
    (row,) = await desk.rows()
    assert (row.attempt, row.parked) == (1 + len(RETRY_SECONDS), True)
    assert await desk.run_after(now + 1e6) == []


async def test_a_rule_that_says_never_parks_the_timer_at_once_and_others_go_on(desk: Desk) -> None:
    desk.failures = [Permanent("no such case")]
    await desk.set("a", 0)
    await desk.set("b", 0.5)
    assert await desk.run_after(1) == ["a", "b"]
    (row,) = await desk.rows()
    assert (row.key, row.parked) == ("a", True)


async def test_a_row_that_somebody_else_holds_is_waited_for_and_never_parks_the_timer(
    postgres_database: Callable[[], str],
) -> None:
    """A transition holds its case and wants the timer; the timer holds itself and must not wait for the case."""
    async with open_ledger(postgres_database()) as ledger:
        desk = Desk(ledger)

        async def want_the_case(unit: Unit[Any], _timer: Timer) -> None:
            await unit.execute(select(EFFECTS).where(EFFECTS.c.subject == "case").with_for_update(nowait=True))

        async with ledger.database.write() as conn:
            await conn.execute(EFFECTS.insert(), {"subject": "case", "sequence": 9})
        desk.then = want_the_case
        await desk.set("a", 0)
        async with ledger.database.write() as other:
            await other.execute(select(EFFECTS).with_for_update())
            for again in range(2 * len(RETRY_SECONDS)):
                await desk.run_after(again * RETRY_SECONDS[0])
            (row,) = await desk.rows()
            assert (row.attempt, row.parked) == (0, False)
        assert await desk.run_after(1e6) == ["a"]


async def test_setting_a_parked_timer_again_revives_it(desk: Desk) -> None:
    desk.failures = [Permanent("no such case")]
    await desk.set("a", 0)
    await desk.run_after(0)
    await desk.set("a", 1)
    assert await desk.run_after(1) == ["a"]


@pytest.mark.parametrize("error", [FileNotFoundError("form.typ"), PermissionError("letters")])
async def test_a_broken_handler_does_not_look_like_a_database_that_is_down(desk: Desk, error: OSError) -> None:
    desk.failures = [error]
    await desk.set("a", 0)
    await desk.set("b", 0.5)
    assert await desk.run_after(1) == ["a", "b"]
    assert await desk.effects() == ["b"]


async def test_a_handler_that_hangs_is_cut_off_and_postponed(desk: Desk) -> None:
    async def hang(unit: Unit[Any], timer: Timer) -> None:
        if timer.key == "a":
            await asyncio.Event().wait()

    desk.then, desk.runner = hang, desk.another(deadline=0.3)
    await desk.set("a", 0)
    await desk.set("b", 0.5)
    assert await desk.run_after(1) == ["a", "b"]
    assert await desk.effects() == ["b"]


async def test_an_unknown_name_holds_nobody_back(desk: Desk) -> None:
    await desk.ledger.act(lambda unit: set_timer(unit, "of_another_version", key="x", due_at=NINE))
    await desk.set("b", 0)
    assert await desk.run_after(0) == ["b"]
    (row,) = await desk.rows()
    assert "of_another_version" in row.error


async def test_two_runners_run_hundreds_of_timers_once_each(postgres_database: Callable[[], str]) -> None:
    async with open_ledger(postgres_database()) as ledger:
        desk = Desk(ledger)
        rows = [
            {"name": "ring", "key": f"k{n}", "due_at": NINE, "run_at": NINE, "payload": {}, "attempt": 0}
            for n in range(300)
        ]
        await ledger.act(lambda unit: unit.execute(TIMERS.insert(), rows))
        runners = (desk.runner, desk.another())
        counts = await asyncio.gather(*(runner.run_due() for runner in runners))
        while await desk.rows():
            await desk.runner.run_due()
        assert Counter(await desk.effects()) == {f"k{n}": 1 for n in range(300)}
        assert all(count > 10 for count in counts), "both worked"
        assert await desk.said() == 300


async def test_the_loop_runs_what_becomes_due_and_stops_when_told(desk: Desk) -> None:
    loop = asyncio.create_task(desk.runner.run())
    await desk.set("a", 5)
    desk.clock.move_to(NINE + timedelta(seconds=5))
    async with asyncio.timeout(10):
        while await desk.effects() != ["a"]:
            await asyncio.sleep(0.01)
        desk.runner.stop()
        await loop


KEYS = st.sampled_from("abc")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), KEYS, st.integers(0, 50)),
        st.tuples(st.just("cancel"), KEYS, st.just(0)),
        st.tuples(st.just("advance"), st.just(""), st.integers(0, 30)),
    ),
    max_size=20,
)


@settings(max_examples=25)
@given(steps=STEPS)
async def test_any_setting_moving_cancelling_and_waiting_runs_what_a_list_would(
    steps: list[tuple[str, str, int]],
) -> None:
    with TemporaryDirectory() as folder:
        async with open_ledger(f"sqlite+aiosqlite:///{Path(folder) / 'x.db'}") as ledger:
            desk, now = Desk(ledger), 0
            model: dict[str, datetime] = {}
            for what, key, number in steps:
                if what == "set":
                    await desk.set(key, number)
                    model[key] = NINE + timedelta(seconds=number)
                elif what == "cancel":
                    await desk.cancel(key)
                    model.pop(key, None)
                else:
                    now += number
                    due = sorted((at, k) for k, at in model.items() if at <= NINE + timedelta(seconds=now))
                    model = {k: at for k, at in model.items() if (at, k) not in due}
                    before = len(desk.rung)
                    await desk.run_after(now)
                    assert sorted((t.due_at, t.key) for t in desk.rung[before:]) == due
                    assert [t.due_at for t in desk.rung[before:]] == [at for at, _ in due]
            assert {row.key: row.due_at for row in await desk.rows()} == model
