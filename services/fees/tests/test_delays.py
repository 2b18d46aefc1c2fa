"""A list's next step is due within a working day (R51); when it passes that is said once, and nothing else happens."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.fees.delays import STEP
from services.fees.tests import samples
from services.fees.tests.samples import SITE
from services.fees.tests.window import Window
from yimen.contracts import fees, intake
from yimen.timers import set_timer

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


async def listed(window: Window, at: datetime = samples.MONDAY) -> dict[str, Any]:
    window.clock.move_to(at)
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed())
    found: dict[str, Any] = await window.get("/lists/L1")
    return found


async def delays(window: Window) -> list[tuple[str, str, str]]:
    """After the timers have rung: which list waits for whom, since when late."""
    await window.harness.fire_timers()
    said = await window.harness.events(fees.ListDelayed)
    return [(event.list_id, str(event.waits_for), event.delayed_at.isoformat()) for event in said]


@pytest.mark.rule("R51")
@pytest.mark.parametrize(
    ("at", "due"),
    [
        (samples.MONDAY, "2026-09-08"),
        (datetime(2026, 9, 11, 9, tzinfo=UTC), "2026-09-14"),  # Friday
        (datetime(2026, 9, 18, 1, tzinfo=UTC), "2026-09-20"),  # Friday before a worked Sunday
        (datetime(2026, 9, 19, 1, tzinfo=UTC), "2026-09-20"),  # a Saturday off
        (datetime(2026, 9, 7, 16, tzinfo=UTC), "2026-09-09"),  # Tuesday in Shanghai
        (datetime(2026, 12, 31, 1, tzinfo=UTC), "2027-01-01"),
    ],
)
async def test_the_fee_window_has_the_next_working_day(window: Window, at: datetime, due: str) -> None:
    found = await listed(window, at)
    assert found["waits_for"] == "fee_window"
    assert found["due"] == {"on": due, "provisional": due > "2026-12-31"}
    limit = end_of(date.fromisoformat(due))
    window.clock.move_to(limit - timedelta(seconds=1))
    assert await delays(window) == []
    window.clock.move_to(limit + timedelta(days=3))
    assert await delays(window) == [("L1", "fee_window", limit.isoformat())]
    window.clock.advance(timedelta(days=30))
    assert len(await delays(window)) == 1
    assert (await window.get("/lists?state=open"))["lists"][0]["delayed_at"] is not None
    await window.verify()
    assert (await window.get("/lists/L1"))["waits_for"] is None
    await window.sound()


@pytest.mark.rule("R51")
async def test_it_counts_from_when_the_list_could_be_verified(window: Window) -> None:
    await window.approval(samples.listed())
    assert (await window.get("/lists/L1"))["due"] is None
    window.clock.move_to(samples.MONDAY + timedelta(days=3))
    await window.intake(samples.item(), samples.submitted())
    assert (await window.get("/lists/L1"))["due"]["on"] == "2026-09-11"


@pytest.mark.rule("R51")
async def test_after_a_rejection_the_department_has_the_next_working_day(window: Window) -> None:
    await listed(window)
    window.clock.advance(timedelta(days=1))
    await window.reject()
    found = await window.get("/lists/L1")
    assert (found["waits_for"], found["due"]["on"]) == ("department", "2026-09-09")
    window.clock.move_to(end_of(date(2026, 9, 9)))
    assert await delays(window) == [("L1", "department", "2026-09-09T16:00:00+00:00")]
    await window.approval(samples.listed("L2", (SITE, 1), replaces="L1"))
    assert (await window.get("/lists/L1"))["waits_for"] is None
    assert (await window.get("/lists/L2"))["due"]["on"] == "2026-09-11"  # since Thursday the 10th in Shanghai
    await window.sound()


@pytest.mark.rule("R51")
async def test_a_step_done_in_time_or_needed_no_more_is_never_late(window: Window) -> None:
    await listed(window)
    await window.approval(samples.listed("L2", department="housing"), department="housing")
    await window.approval(samples.listed("L3", department="planning"), department="planning")
    await window.verify("L1")
    await window.reject("L2")
    await window.intake(samples.withdrawn())
    window.clock.advance(timedelta(days=30))
    assert await delays(window) == []
    await window.sound()


@pytest.mark.rule("R51", "R35")
async def test_a_changed_plan_moves_the_steps_that_are_open(window: Window) -> None:
    await listed(window, datetime(2026, 12, 31, 1, tzinfo=UTC))
    new_year = intake.CalendarRevised(
        year=2027,
        version=1,
        days_off=(date(2027, 1, 1),),
        worked_weekends=(date(2027, 1, 3),),
        revised_at=samples.MONDAY,
    )
    await window.intake(new_year)
    assert (await window.get("/lists/L1"))["due"] == {"on": "2027-01-03", "provisional": False}
    window.clock.move_to(end_of(date(2027, 1, 2)))
    assert await delays(window) == []
    window.clock.move_to(end_of(date(2027, 1, 3)))
    assert await delays(window) == [("L1", "fee_window", "2027-01-03T16:00:00+00:00")]
    shorter = new_year.model_copy(update={"version": 2, "days_off": ()})
    await window.intake(shorter)
    assert len(await delays(window)) == 1


@pytest.mark.rule("R51", "R35")
async def test_a_plan_that_makes_a_day_worked_brings_the_limit_forward(window: Window) -> None:
    """2026-09-12 is a Saturday."""
    await listed(window, datetime(2026, 9, 11, 1, tzinfo=UTC))
    worked = intake.CalendarRevised(
        year=2026, version=2, days_off=(), worked_weekends=(date(2026, 9, 12),), revised_at=samples.MONDAY
    )
    await window.intake(worked)
    window.clock.move_to(end_of(date(2026, 9, 12)))
    assert await delays(window) == [("L1", "fee_window", "2026-09-12T16:00:00+00:00")]


@pytest.mark.rule("R51", "R35")
async def test_a_timer_that_a_newer_plan_overtook_says_nothing_and_is_set_anew(window: Window) -> None:
    """It was in hand while the plan came, which could not move it."""
    await listed(window)
    async with window.harness.units.begin() as unit:
        await set_timer(unit, STEP, key="L1", due_at=samples.MONDAY)
    assert await delays(window) == []
    limit = end_of(date(2026, 9, 8))
    window.clock.move_to(limit)
    assert await delays(window) == [("L1", "fee_window", limit.isoformat())]
