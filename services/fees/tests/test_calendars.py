"""Working days as the yearly plans have them, in every replica (R35, R36)."""

from datetime import date
from typing import Any

import pytest

from services.fees import calendars
from services.fees.app import build
from services.fees.settings import FeesSettings
from services.fees.tests import samples
from services.fees.tests.window import Window
from yimen.contracts import intake
from yimen.testing import Harness, start_service
from yimen.worktime import Day

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEW_YEAR = date(2027, 1, 1)


def plan(version: int = 1, days_off: tuple[date, ...] = (NEW_YEAR,), **more: Any) -> intake.CalendarRevised:
    told = {"worked_weekends": (), "revised_at": samples.MONDAY} | more
    return intake.CalendarRevised(year=2027, version=version, days_off=days_off, **told)


async def next_day(harness: Harness, day: date = date(2026, 12, 31)) -> Day:
    async with harness.units.view() as view:
        return (await calendars.in_force(view)).add(day, 1)


@pytest.mark.rule("R35", "R36")
async def test_a_year_is_provisional_until_its_plan_is_told(window: Window) -> None:
    assert await next_day(window.harness) == Day(NEW_YEAR, provisional=True)
    await window.intake(plan(worked_weekends=(date(2027, 1, 2),)))
    assert await next_day(window.harness) == Day(date(2027, 1, 2))


@pytest.mark.rule("R35")
async def test_an_older_plan_changes_nothing(window: Window) -> None:
    await window.intake(plan(version=2), plan(version=1, days_off=()))
    assert await next_day(window.harness) == Day(date(2027, 1, 4))


@pytest.mark.rule("R35")
async def test_a_plan_that_contradicts_itself_is_set_aside_and_not_reckoned_by(window: Window) -> None:
    await window.intake(plan(worked_weekends=(date(2027, 1, 5),)))
    assert len(await window.harness.parked()) == 1
    assert await next_day(window.harness) == Day(NEW_YEAR, provisional=True)


@pytest.mark.rule("R35")
async def test_a_replica_that_did_not_handle_the_plan_reckons_by_it(window: Window, database_url: str) -> None:
    async with start_service(build, FeesSettings(database_url=database_url), clock=window.clock) as other:
        assert (await next_day(other)).provisional
        await window.intake(plan())
        assert await next_day(other) == Day(date(2027, 1, 4))


@pytest.mark.rule("R35")
async def test_what_reckons_by_working_days_is_told_once_of_each_plan(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[date] = []
    monkeypatch.setattr(calendars, "_reckonings", [])

    @calendars.on_plan
    async def note(_unit: Any, calendar: Any) -> None:
        told.append(calendar.add(date(2026, 12, 31), 1).date)

    await window.intake(plan(), plan(), plan(version=2, days_off=()))
    assert told == [date(2027, 1, 4), NEW_YEAR]
