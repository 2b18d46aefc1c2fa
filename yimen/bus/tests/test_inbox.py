"""One effect for each event, in order, whatever the carrier does and whatever a handler raises."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.ledger import Ledger, Script, in_order, message, open_ledger, story, write_down
from yimen.bus import Handlers, Message, Unit
from yimen.bus.inbox import LATER_SECONDS, Inbox
from yimen.contracts import Meta, intake
from yimen.errors import Permanent, Transient
from yimen.operations import By, replay


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(database_url) as opened:
        yield opened


async def test_each_event_takes_effect_once_however_often_it_comes(ledger: Ledger) -> None:
    first = message("a", 1)
    await ledger.inbox.process([first, first])
    await ledger.inbox.process([first])
    assert await ledger.effects() == [("case/a", 1)]


async def test_what_comes_too_early_waits_for_its_turn(ledger: Ledger) -> None:
    await ledger.inbox.process([message("a", 3), message("a", 2), message("b", 1)])
    assert await ledger.effects() == [("case/b", 1)]
    await ledger.inbox.process([message("a", 1)])
    assert await ledger.effects() == [("case/b", 1), ("case/a", 1), ("case/a", 2), ("case/a", 3)]


async def test_a_transient_error_is_tried_again_at_once(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [Transient("down"), Transient("down")]
    await ledger.inbox.process([message("a", 1)])
    assert await ledger.effects() == [("case/a", 1)]
    assert not await ledger.parked()


async def test_a_lasting_transient_error_waits_its_ladder_and_holds_only_its_own_subject(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [Transient("down")] * 5
    await ledger.inbox.process([message("a", 1), message("a", 2), message("b", 1)])
    assert await ledger.effects() == [("case/b", 1)]
    assert await ledger.later(LATER_SECONDS[0] - 1) == 0
    await ledger.later(2)
    assert await ledger.effects() == [("case/b", 1)], "two more tries failed"
    await ledger.later(LATER_SECONDS[1])
    assert await ledger.effects() == [("case/b", 1), ("case/a", 1), ("case/a", 2)]


async def test_a_transient_error_that_never_ends_is_parked_with_its_reason(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [Transient("gateway gone")] * 100
    await ledger.inbox.process([message("a", 1)])
    for seconds in LATER_SECONDS:
        await ledger.later(seconds)
    (parked,) = await ledger.parked()
    assert (parked.kind, parked.subject, parked.sequence) == ("transient", "case/a", 1)
    assert "gateway gone" in parked.error


async def test_a_business_rule_that_says_never_parks_the_event_and_holds_its_subject(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [Permanent("unknown review")] * 9
    await ledger.inbox.process([message("a", 1), message("b", 1), message("a", 2)])
    assert await ledger.effects() == [("case/b", 1)]
    (parked,) = await ledger.parked()
    assert parked.kind == "permanent"
    assert ledger.script.tries.count(("a", 1)) == 2, "once in the batch, once alone, never a third time"


async def test_a_defect_is_tried_once_more_then_parked(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [KeyError("x")] * 9
    await ledger.inbox.process([message("a", 1)])
    (parked,) = await ledger.parked()
    assert parked.kind == "defect"
    assert len(ledger.script.tries) == 3


@pytest.mark.parametrize(
    "changes",
    [
        *({"cloudEvents_id": "no uuid"}, {"cloudEvents_sequence": "0"}, {"cloudEvents_time": "yesterday"}),
        # The broker judges by the key who may say this; what the headers say beyond it is nobody's word.
        *({"cloudEvents_type": "fees.notice.paid.v1"}, {"cloudEvents_scope": "fire"}),
    ],
)
async def test_an_unreadable_message_is_parked_at_once_and_the_queue_goes_on(
    ledger: Ledger, changes: dict[str, str]
) -> None:
    await ledger.inbox.process([message("a", 1, **changes), message("b", 1)])
    assert await ledger.effects() == [("case/b", 1)]
    (parked,) = await ledger.parked()
    assert parked.kind == "unreadable"


async def test_an_unknown_type_is_parked_with_its_subject(ledger: Ledger) -> None:
    await ledger.inbox.process([message("a", 1, cloudEvents_type="intake.case.dreamt.v9"), message("a", 2)])
    assert await ledger.effects() == []
    (parked,) = await ledger.parked()
    assert (parked.kind, parked.subject) == ("unreadable", "case/a")


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("intake.case.withdrawn.all", {"cloudEvents_subject": "case/b"}),
        ("intake.case.withdrawn.fire", {"cloudEvents_scope": "fire"}),
    ],
)
async def test_a_body_of_another_subject_or_scope_takes_no_effect(
    ledger: Ledger, key: str, changes: dict[str, str]
) -> None:
    await ledger.inbox.process([replace(message("a", 1, **changes), key=key)])
    assert await ledger.effects() == []
    (parked,) = await ledger.parked()
    assert parked.kind == "unreadable"
    assert "the body is of case/a of all" in parked.error


async def _play(url: str, seed: int, repeats: int) -> list[tuple[str, int]]:
    dice = random.Random(seed)
    stream = story(4, 5) * repeats
    dice.shuffle(stream)
    async with open_ledger(url) as ledger:
        while stream:
            size = dice.randint(1, 9)
            batch, stream = stream[:size], stream[size:]
            await ledger.inbox.process(batch)
        return await ledger.effects()


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), repeats=st.integers(1, 3))
async def test_any_shuffled_and_doubled_stream_ends_the_same_on_sqlite(seed: int, repeats: int) -> None:
    with TemporaryDirectory() as folder:
        effects = await _play(f"sqlite+aiosqlite:///{Path(folder) / 'x.db'}", seed, repeats)
    assert in_order(effects, 4, 5)


@pytest.mark.parametrize("seed", range(3))
async def test_any_shuffled_and_doubled_stream_ends_the_same(database_url: str, seed: int) -> None:
    assert in_order(await _play(database_url, seed, 2), 4, 5)


async def test_what_was_parked_after_its_ladder_does_not_come_back_by_itself(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [Transient("gateway gone")] * 100
    await ledger.inbox.process([message("a", 1)])
    for seconds in (*LATER_SECONDS, 1, 3600):
        await ledger.later(seconds)
    assert len(await ledger.parked()) == 1
    tries = len(ledger.script.tries)
    assert await ledger.later(86400) == 0
    assert len(ledger.script.tries) == tries


async def test_a_handler_that_misses_a_file_is_a_defect_and_not_an_outage(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [FileNotFoundError("form.typ")] * 9
    await ledger.inbox.process([message("a", 1), message("b", 1)])
    assert await ledger.effects() == [("case/b", 1)]
    (parked,) = await ledger.parked()
    assert parked.kind == "defect"


async def test_only_effects_that_committed_are_counted(ledger: Ledger) -> None:
    ledger.script.failures["b", 1] = [Permanent("no")] * 2
    await ledger.inbox.process([message("a", 1), message("b", 1)])
    counted = ledger.metrics.handled.labels("intake.case.withdrawn.v1")._value.get()
    assert counted == len(await ledger.effects()) == 1


async def test_every_try_of_a_handler_is_timed_whether_it_succeeds_or_not(ledger: Ledger) -> None:
    ledger.script.failures["a", 1] = [Transient("down")] * 2
    await ledger.inbox.process([message("a", 1)])
    (timed,) = ledger.metrics.handling.collect()
    counts = [s.value for s in timed.samples if s.name == "inbox_handler_seconds_count"]
    assert counts == [len(ledger.script.tries)] == [3]


async def test_a_handler_that_hangs_is_cut_off_and_only_its_subject_waits(ledger: Ledger) -> None:
    inbox = Inbox(ledger.units, hanging, "hanging", ledger.metrics, deadline=0.3, inline=())
    await inbox.process([message("hangs", 1), message("b", 1)])
    assert await ledger.effects() == [("case/b", 1)]
    assert not await ledger.parked(), "it may succeed later"


hanging = Handlers()


@hanging.on(intake.CaseWithdrawn)
async def hang_on_one(unit: Unit[Script], event: intake.CaseWithdrawn, meta: Meta) -> None:
    await write_down(unit, event, meta)
    if event.case_number == "hangs":
        await asyncio.Event().wait()


@pytest.mark.parametrize("windows", [{}, {"window": ["fire", "market"]}])
async def test_nobody_takes_a_number_of_anothers_source(windows: dict[str, list[str]], database_url: str) -> None:
    """Fire's account may write under fire's keys alone. It does so under the sources of others, with their next number."""
    sources = ["/approval/fire", "/approval/window", "/approval/planning", "/intake", "approval/fire", "/approval"]
    believed = ["/approval/fire", "/approval/window"] if windows else ["/approval/fire"]
    async with open_ledger(database_url, windows=windows) as ledger:
        await ledger.inbox.process([decided("fire", source) for source in sources])
        parked = {one.headers["cloudEvents_source"]: one for one in await ledger.parked()}
        assert [source for source in sources if source not in parked] == [*believed, "/approval"]
        assert {one.kind for one in parked.values()} == {"unreadable"}
        assert parked["/approval/planning"].error == "source /approval/planning does not speak for fire"
        assert await places(ledger) == {(source, "fire"): (1, False) for source in [*believed, "/approval"]}
        await ledger.act(lambda unit: replay(unit, parked["/approval/planning"].id, By("yun", "by mistake")))
        await ledger.later(1)
        assert len(await ledger.parked()) == len(parked), "an operator does not let it in either"
        await ledger.inbox.process([decided("planning", "/approval/planning")])
        assert (await places(ledger))["/approval/planning", "fire"] == (1, False)


def decided(department: str, source: str) -> Message:
    """The department's word under its own key, as number 1 on `review/…fire`, whoever is named as its source."""
    sample = json.loads((Path(__file__).parents[3] / "contracts/samples/approval.review.decided.v1.json").read_text())
    headers = dict(sample["headers"]) | {"cloudEvents_source": source, "cloudEvents_scope": department}
    body = dict(sample["body"]) | {"department": department}
    return Message(f"approval.review.decided.{department}", headers, json.dumps(body).encode())


async def places(ledger: Ledger) -> dict[tuple[str, str], tuple[int, bool]]:
    """By source and the end of the subject: the last number, and whether it is held."""
    async with ledger.units.view() as view:
        rows = await view.execute(select(view.table("inbox_position")))
        return {(row.source, row.subject.rpartition(".")[2]): (row.last_sequence, row.held) for row in rows}


@pytest.mark.parametrize("where", ["key", "body"])
async def test_what_came_as_one_departments_does_not_speak_of_anothers(where: str, database_url: str) -> None:
    """The broker vouches for the key alone."""
    sample = json.loads((Path(__file__).parents[3] / "contracts/samples/approval.review.decided.v1.json").read_text())
    headers, body = dict(sample["headers"]), sample["body"]
    if where == "key":
        headers["cloudEvents_scope"] = body["department"] = "planning"
    else:
        body["department"] = "planning"
    async with open_ledger(database_url) as ledger:
        await ledger.inbox.process([Message(sample["routing_key"], headers, json.dumps(body).encode())])
        (parked,) = await ledger.parked()
        assert parked.kind == "unreadable"
        assert "scope" in parked.error or "planning" in parked.error
