"""Two supervisors on one database: each limit passes once, each stage has one rating."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from services.monitor.tests.harness import supervisor
from services.monitor.tests.raters import GOOD, Raters, story
from services.monitor.tests.samples import at
from services.monitor.tests.voices import ACCEPTANCE, Voices
from yimen.contracts import monitor
from yimen.web import Role

POSTGRES = pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.real)], indirect=True)
TOLD = (monitor.ComplaintOverdue, monitor.RatingDefaulted, monitor.RatingGiven)


@POSTGRES
@pytest.mark.rule("R90", "R95")
async def test_limits_pass_once_and_a_stage_is_rated_once(database_url: str) -> None:
    """While one default after the other is recorded on both, people rate the same stages."""
    numbers = [f"K{n}" for n in range(12)]
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(supervisor(database_url, at(3, 20, 12))) for _ in range(2)]
        voices, raters = Voices(first), Raters(second)
        filed = [(await voices.file())["complaint_number"] for _ in range(12)]
        await first.deliver(*(event for number in numbers for event in story(number)), source="/intake")
        for one in (first, second):
            one.clock.move_to(at(4, 10))
        tickets = [(await raters.open("closing", number=number)).json()["ticket"] for number in numbers]
        rated = (raters.client.put(f"/tablets/{ticket}", json=GOOD) for ticket in tickets)
        answers = await asyncio.gather(first.fire_timers(), second.fire_timers(), *rated)
        assert {answer.status_code for answer in answers[2:]} == {200}
        for one in (first, second):
            await one.fire_timers()
        said = await first.events(*TOLD)
    late = Counter(event.complaint_number for event in said if isinstance(event, monitor.ComplaintOverdue))
    given = Counter(event.case_number for event in said if isinstance(event, monitor.RatingGiven))
    silent = Counter((event.case_number, event.stage) for event in said if isinstance(event, monitor.RatingDefaulted))
    assert late == Counter(filed)
    assert given == Counter(numbers)
    assert {silent[number, "acceptance"] for number in numbers} == {1}
    assert max(silent.values()) == 1


@POSTGRES
@pytest.mark.rule("R92")
async def test_the_last_minute_belongs_to_whoever_is_first(database_url: str) -> None:
    """At the end of the day an office accepts and the limit passes: one of them, or the limit and then the office."""
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(supervisor(database_url, at(3, 2, 12))) for _ in range(2)]
        voices = Voices(first)
        filed = [(await voices.file())["complaint_number"] for _ in range(12)]
        for one in (first, second):
            one.clock.move_to(at(3, 10, 0))
        headers = first.as_(Role.CENTRE_ADMIN, id="officer") | {"If-Match": '"1"'}
        done = (
            first.client.post(f"/complaints/{number}/acceptance", json=ACCEPTANCE, headers=headers) for number in filed
        )
        answers = await asyncio.gather(second.fire_timers(), *done)
        await second.fire_timers()
        assert {answer.status_code for answer in answers[1:]} == {200}
        said = await first.events(monitor.ComplaintOverdue)
        accepted = await first.events(monitor.ComplaintAccepted)
    assert max(Counter(event.complaint_number for event in said).values(), default=1) == 1
    assert Counter(event.complaint_number for event in accepted) == Counter(filed * 2)
