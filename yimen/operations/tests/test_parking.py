"""What an operator may do with a parked message, and that no subject is left waiting by it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.driving import until, working
from tests.support.ledger import NINE, Ledger, message, open_ledger
from yimen.bus import Message, Queue
from yimen.bus.local import LocalCarrier
from yimen.bus.worker import Worker
from yimen.contracts import Meta
from yimen.errors import NotNow, Permanent, Transient
from yimen.operations import By, NoReason, acts, deferred_subjects, discard, in_front_of, parked, replay, show, skip

NIGHT = By("yun", "表已修好")
Act = Callable[..., Awaitable[Any]]


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(database_url) as opened:
        yield opened


async def park(ledger: Ledger, case: str, *, sequence: int = 1, more: int = 0) -> Any:
    """The record of an event that a rule forbids for now, with `more` waiting behind it."""
    ledger.script.failures[case, sequence] = [Permanent("no")] * 2
    await ledger.inbox.process([message(case, sequence + n) for n in range(more + 1)])
    return next(row for row in await ledger.parked() if row.subject == f"case/{case}")


async def lay_by(ledger: Ledger, one: Message) -> None:
    """Parked without having been its subject's next, as what killed its worker may be."""
    meta = Meta.from_headers(one.headers)
    await ledger.act(lambda unit: ledger.inbox.store.park(unit, one, meta, "defect", "killed its worker"))


async def act(ledger: Ledger, what: Act, row: Any, by: By = NIGHT) -> Any:
    return await ledger.act(lambda unit: what(unit, row.id, by))


async def refused(ledger: Ledger, what: Act, row: Any) -> str:
    with pytest.raises(NotNow) as refusal:
        await act(ledger, what, row)
    return refusal.value.code


async def remembered(ledger: Ledger) -> list[tuple[str, str]]:
    async with ledger.units.view() as view:
        return [(row.act, row.target_id) for row in reversed(await acts(view))]


async def test_replay_after_the_fix_goes_on_in_order(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=2)
    assert (await act(ledger, replay, row)).resolution == "replayed"
    await ledger.inbox.retry_due()
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2), ("case/a", 3)]
    assert not await ledger.parked()


async def test_what_fails_again_after_its_replay_is_parked_again_with_the_new_reason(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=1)
    ledger.script.failures["a", 1] = [Permanent("still no")]
    await act(ledger, replay, row)
    await ledger.inbox.retry_due()
    (again,) = await ledger.parked()
    assert again.id != row.id
    assert "still no" in again.error
    assert await ledger.effects() == [], "the one behind it still waits"


async def test_a_replayed_event_has_its_whole_ladder_before_it(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=1)
    ledger.script.failures["a", 1] = [Transient("down")] * 2
    await act(ledger, replay, row)
    await ledger.inbox.retry_due()
    assert not await ledger.parked()
    await ledger.later(5)
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2)]


async def test_a_skipped_event_has_no_effect_and_lets_its_followers_go_on(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=1)
    assert (await act(ledger, skip, row)).resolution == "skipped"
    await ledger.inbox.retry_due()
    assert await ledger.effects() == [("case/a", 2)]


async def test_followers_of_a_skipped_event_go_on_by_themselves(ledger: Ledger) -> None:
    carrier, queue = LocalCarrier(), Queue("ledger", ("intake.#",))
    row = await park(ledger, "a", more=2)
    async with working(Worker(carrier, queue, ledger.inbox, ledger.metrics)):
        await act(ledger, skip, row)

        async def gone_on() -> bool:
            return await ledger.effects() == [("case/a", 2), ("case/a", 3)]

        await until(gone_on)


async def test_two_parked_of_one_subject_are_solved_in_their_order(ledger: Ledger) -> None:
    ledger.script.failures["a", 2] = [Permanent("no")]
    first = await park(ledger, "a", more=2)
    await act(ledger, skip, first)
    await ledger.inbox.retry_due()
    (second,) = await ledger.parked()
    assert second.sequence == 2
    await act(ledger, replay, second)
    await ledger.inbox.retry_due()
    assert await ledger.effects() == [("case/a", 2), ("case/a", 3)]


async def test_an_event_that_its_subject_waits_for_cannot_be_discarded(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=1)
    assert await refused(ledger, discard, row) == "subject-waits-for-it"
    (still,) = await ledger.parked()
    assert still == row
    assert await remembered(ledger) == []


async def test_an_event_beyond_its_turn_can_neither_be_skipped_nor_discarded(ledger: Ledger) -> None:
    """A gap that nobody will fill is worse than a record that stays."""
    await ledger.inbox.process([message("a", 1)])
    await lay_by(ledger, message("a", 3))
    (row,) = await ledger.parked()
    assert await refused(ledger, skip, row) == "not-its-turn"
    assert await refused(ledger, discard, row) == "subject-waits-for-it"
    await act(ledger, replay, row)
    assert await ledger.inbox.retry_due() == 0
    await ledger.inbox.process([message("a", 2)])
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2), ("case/a", 3)]


async def test_what_is_long_handled_is_discarded_or_replayed_without_a_second_effect(ledger: Ledger) -> None:
    await ledger.inbox.process([message("a", 1)])
    for _ in range(2):
        await lay_by(ledger, message("a", 1))
    first, second = await ledger.parked()
    assert await refused(ledger, skip, first) == "nothing-waits-for-it"
    assert (await act(ledger, discard, first)).resolution == "discarded"
    await act(ledger, replay, second)
    await ledger.inbox.retry_due()
    assert await ledger.effects() == [("case/a", 1)]
    assert not await ledger.parked()


async def test_a_message_without_a_subject_stays_until_it_can_be_read(ledger: Ledger) -> None:
    """A newer version may read what this one cannot: the stored message stands for it here."""
    whole = message("a", 1)
    broken = replace(whole, headers=whole.headers | {"cloudEvents_time": "yesterday"})
    await ledger.inbox.process([broken])
    (row,) = await ledger.parked()
    assert await refused(ledger, skip, row) == "nothing-waits-for-it"
    await ledger.act(lambda unit: _overwrite(unit, row.id, whole, error="an older version's words"))
    settled = await act(ledger, replay, row)
    assert settled.resolution == "replayed"
    await ledger.inbox.retry_due()
    assert await ledger.effects() == [("case/a", 1)]


async def test_a_message_that_still_cannot_be_read_stays_with_the_new_reason(ledger: Ledger) -> None:
    await ledger.inbox.process([message("a", 1, cloudEvents_time="yesterday")])
    (row,) = await ledger.parked()
    await ledger.act(lambda unit: _overwrite(unit, row.id, None, error="an older version's words"))
    after = await act(ledger, replay, row)
    assert (after.resolution, after.error) == (None, row.error)
    assert (await act(ledger, discard, row)).resolution == "discarded"
    assert await remembered(ledger) == [("replay", str(row.id)), ("discard", str(row.id))]


async def test_an_unknown_type_is_read_by_the_version_that_knows_it(ledger: Ledger) -> None:
    await ledger.inbox.process([message("a", 1, cloudEvents_type="intake.case.renamed.v9"), message("a", 2)])
    (row,) = await ledger.parked()
    await act(ledger, replay, row)
    await ledger.inbox.retry_due()
    (row,) = await ledger.parked()
    assert row.kind == "unreadable"
    await ledger.act(lambda unit: _overwrite(unit, row.id, message("a", 1), error=row.error))
    await act(ledger, replay, row)
    await ledger.inbox.retry_due()
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2)]


@pytest.mark.parametrize("what", [replay, skip, discard], ids=lambda what: what.__name__)
async def test_what_is_settled_is_settled_once(ledger: Ledger, what: Act) -> None:
    row = await park(ledger, "a")
    await act(ledger, skip, row)
    assert await refused(ledger, what, row) == "already-settled"
    assert len(await remembered(ledger)) == 1
    assert await ledger.act(lambda unit: what(unit, uuid4(), NIGHT)) is None


async def test_of_two_operators_at_once_one_acts(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=1)
    outcomes = await asyncio.gather(
        *(act(ledger, what, row, By(who, "我来")) for what, who in ((skip, "yun"), (replay, "ming"), (skip, "hai"))),
        return_exceptions=True,
    )
    refusals = [one for one in outcomes if isinstance(one, BaseException)]
    assert [type(one) for one in refusals] == [NotNow, NotNow]
    assert len(await remembered(ledger)) == 1


@pytest.mark.parametrize(("who", "why"), [("", "a reason"), ("yun", ""), ("yun", " \n\t"), ("yun", "x" * 1001)])
def test_nobody_acts_without_a_name_and_a_reason(who: str, why: str) -> None:
    with pytest.raises(NoReason):
        By(who, why)


async def test_an_act_keeps_who_why_when_and_what_it_was_but_no_body(ledger: Ledger) -> None:
    row = await park(ledger, "a")
    ledger.clock.advance(timedelta(minutes=7))
    await act(ledger, skip, row, By("yun", "部门已撤回"))
    async with ledger.units.view() as view:
        (kept,) = await acts(view)
        settled = await show(view, row.id)
    assert (kept.who, kept.why, kept.act, kept.target_kind) == ("yun", "部门已撤回", "skip", "parked")
    assert kept.at == NINE + timedelta(minutes=7)
    was = {"consumer": "ledger", "source": "/intake", "subject": "case/a", "sequence": 1, "kind": "permanent"}
    assert kept.was == was | {"error": row.error, "parked_at": NINE.isoformat()}
    assert settled is not None
    assert (settled.resolution, settled.resolved_by, settled.resolved_at) == ("skipped", "yun", kept.at)


async def test_an_act_that_does_not_commit_leaves_neither_trace_nor_effect(ledger: Ledger) -> None:
    row = await park(ledger, "a", more=1)

    async def break_off(unit: Any) -> None:
        await skip(unit, row.id, NIGHT)
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError, match="cut off"):
        await ledger.act(break_off)
    assert await remembered(ledger) == []
    assert [one.id for one in await ledger.parked()] == [row.id]
    assert await ledger.inbox.retry_due() == 0


async def test_parked_messages_are_listed_oldest_first_by_kind_or_subject(ledger: Ledger) -> None:
    await park(ledger, "b", more=3)
    ledger.clock.advance(timedelta(seconds=1))
    await ledger.inbox.process([message("x", 1, cloudEvents_id="no uuid")])
    ledger.clock.advance(timedelta(seconds=1))
    await park(ledger, "a")
    async with ledger.units.view() as view:
        rows = await parked(view)
        assert [row.subject for row in rows] == ["case/b", None, "case/a"]
        assert [await in_front_of(view, row) for row in rows] == [3, 0, 0]
        assert [row.subject for row in await parked(view, limit=1)] == ["case/b"]
        assert [row.kind for row in await parked(view, kind="unreadable")] == ["unreadable"]
        assert [row.subject for row in await parked(view, subject="case/a")] == ["case/a"]


async def test_subjects_that_wait_are_told_with_what_they_wait_for(ledger: Ledger) -> None:
    await ledger.inbox.process([message("gap", 3), message("gap", 5)])
    ledger.clock.advance(timedelta(seconds=1))
    await park(ledger, "held", more=2)
    ledger.script.failures["later", 1] = [Transient("gateway away")] * 3
    ledger.clock.advance(timedelta(seconds=1))
    await ledger.inbox.process([message("later", 1)])
    async with ledger.units.view() as view:
        gap, held, later = await deferred_subjects(view)
    assert (gap.subject, gap.held, gap.last_sequence, gap.first, gap.waiting) == ("case/gap", False, 0, 3, 2)
    assert (gap.oldest, gap.next_try, gap.error) == (NINE, None, None)
    assert (held.subject, held.held, held.last_sequence, held.first, held.waiting) == ("case/held", True, 0, 2, 2)
    assert (later.subject, later.held, later.first, later.waiting) == ("case/later", True, 1, 1)
    assert later.next_try == NINE + timedelta(seconds=7)
    assert "gateway away" in later.error


async def _overwrite(unit: Any, parked_id: Any, whole: Message | None, error: str) -> None:
    """As if another version had parked it."""
    table = unit.table("inbox_parked")
    values: dict[str, Any] = {"error": error} | ({"key": whole.key, "headers": whole.headers} if whole else {})
    await unit.execute(table.update().where(table.c.id == parked_id).values(**values))
