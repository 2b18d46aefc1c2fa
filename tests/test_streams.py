"""The whole standard day's events, out of order, doubled, shuffled, to every consumer: the same end state.

One day is played and recorded for all tests. Consumers that follow events only (monitor, notify) are told the recording
again from nothing; those that people act in as well (intake, approval, fees) from a copy of their database in the middle
of the day. And the whole day is played live over a carrier that keeps no order at all.

YIMEN_SEEDS=n: so many live days and examples instead of the few of a usual run.
"""

import asyncio
import os
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.chaos import ChaosCarrier
from tests.support.replay import Dump, Recording, a_day, differences, disorder, replayed
from tests.support.tap import meta_of
from yimen.bus import Message
from yimen.bus.local import matches

SEEDS = int(os.environ.get("YIMEN_SEEDS", "0"))
LIVE = range(SEEDS or 2)
EXAMPLES = SEEDS or 4
DICE = st.integers(0, 2**32)
WINDOWS = st.sampled_from([3, 20, 10_000])
"""How far an event may stray: neighbours change places, or everything does."""


def test_the_recorded_day_ended_as_it_should(recording: Recording) -> None:
    assert recording.played.faults == []
    assert {name: end.faults for name, end in recording.played.ends.items()} == {name: () for name in recording.stories}
    speakers = {meta_of(message).source.split("/")[1] for message in recording.messages}
    assert speakers == {"intake", "approval", "fees", "monitor", "notify"}


# -- live: people act while events come in any order ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", LIVE)
async def test_a_day_over_a_carrier_without_order_ends_as_the_usual_one(
    recording: Recording, tmp_path: Path, seed: int
) -> None:
    carrier = ChaosCarrier(seed)
    played, _tap, _now = await a_day(tmp_path, carrier)
    assert played.faults == []
    assert played.ends == recording.played.ends
    tally = carrier.tally
    print(f"seed {seed}: {tally}")
    assert min(tally.out_of_order, tally.again, tally.refused, tally.cut) > 0


# -- replayed ---------------------------------------------------------------------------------------------------------


class Stream:
    """What one consumer is told of the recording, and from which state on."""

    def __init__(self, name: str, *bindings: str, start: str | None = None, stories: tuple[str, ...] = ()) -> None:
        self.name, self.bindings, self.start, self.stories = name, bindings, start, stories

    def of(self, recording: Recording) -> list[Message]:
        numbers = {recording.stories[story].number for story in self.stories}
        return [
            message
            for message in recording.messages
            if any(matches(binding, message.key) for binding in self.bindings)
            and (not numbers or meta_of(message).correlation_id in numbers)
        ]

    async def ending(self, recording: Recording, batches: list[list[Message]]) -> Dump:
        start = recording.copy(self.start) if self.start else None
        return await replayed(self.name, recording, batches, start)


FROM_NOTHING = [
    Stream(
        "monitor", "intake.item.#", "intake.case.#", "intake.review.#", "approval.#", "fees.#", "notify.#", "monitor.#"
    ),
    Stream("notify", "intake.#", "approval.#", "fees.#", "monitor.#", "notify.#"),
    Stream("fees", "intake.item.#", "intake.case.#", "intake.calendar.#", "approval.review.#"),
    Stream("approval.planning", "intake.review.*.planning"),
    Stream("approval.environment", "intake.review.*.environment"),
]
FROM_THE_MIDDLE = [
    # Nobody acts in intake on these three between their acceptance and their decision.
    Stream("intake", "approval.review.#", "fees.notice.#", start="intake", stories=("committed", "joint", "forwarded")),
    Stream("fees", "intake.item.#", "intake.case.#", "intake.calendar.#", "approval.review.#", start="fees"),
    Stream("approval.planning", "intake.review.*.planning", "fees.list.*.planning", start="approval-planning"),
]
STREAMS = [
    pytest.param(one, id=f"{one.name}-{'later' if one.start else 'new'}") for one in FROM_NOTHING + FROM_THE_MIDDLE
]


@pytest.mark.parametrize("stream", STREAMS)
@settings(max_examples=EXAMPLES, phases=[Phase.generate])  # a seed has nothing to shrink to
@given(dice=DICE, window=WINDOWS)
def test_any_order_gives_the_same_end_state(recording: Recording, stream: Stream, dice: int, window: int) -> None:
    told = stream.of(recording)
    expected = _in_order(recording, stream)
    found = asyncio.run(stream.ending(recording, disorder(random.Random(dice), told, window)))
    assert differences(found, expected) == {}
    assert (found["parked"], found["deferred"]) == ([], [])


@pytest.mark.parametrize("stream", STREAMS)
def test_what_a_consumer_is_told_matters(recording: Recording, stream: Stream) -> None:
    """Else the same end state would be no wonder."""
    untold = asyncio.run(stream.ending(recording, []))
    assert differences(untold, _in_order(recording, stream)) != {}


def test_the_cases_told_again_to_intake_are_decided(recording: Recording) -> None:
    stream = next(one for one in FROM_THE_MIDDLE if one.name == "intake")
    numbers = {recording.stories[story].number for story in stream.stories}
    decided = [case for case in _in_order(recording, stream)["cases"] if case["case_number"] in numbers]
    assert [case["outcome"] for case in decided] == ["granted"] * len(stream.stories)


@cache
def _in_order(recording: Recording, stream: Stream) -> Dump:
    return asyncio.run(stream.ending(recording, [[message] for message in stream.of(recording)]))
