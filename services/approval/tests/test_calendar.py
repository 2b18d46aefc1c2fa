"""The yearly plan moves every open limit, in every replica, and leaves a trace (R35)."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from services.approval import calendars
from services.approval.app import build
from services.approval.queries import limits
from services.approval.queries import reviews as stored
from services.approval.settings import ApprovalSettings
from services.approval.tables import calendar_plans, limit_changes
from services.approval.tests import samples
from services.approval.tests.desk import HEARING, Desk
from yimen.contracts import intake
from yimen.testing import start_service

DECEMBER = {"requested_on": date(2026, 12, 28), "limit_days": 7}
"""Due on Wednesday 2027-01-06 if nothing but weekends is off; one day later with New Year's Day off."""


def plan(version: int = 1, year: int = 2027, days_off: tuple[date, ...] = (date(2027, 1, 1),), **more: Any):
    told = {"worked_weekends": (), "revised_at": samples.MONDAY} | more
    return intake.CalendarRevised(year=year, version=version, days_off=days_off, **told)


async def dates(desk: Desk) -> dict[str, str]:
    return {line["review_id"]: line["due"]["on"] for line in (await desk.queue())["items"]}


async def logged(desk: Desk) -> list[tuple[str, date, date]]:
    chosen = select(limit_changes.c.review_id, limit_changes.c.old_due_on, limit_changes.c.new_due_on)
    async with desk.harness.units.view() as view:
        return [tuple(row) for row in await view.execute(chosen.order_by(limit_changes.c.id))]


async def kept(desk: Desk) -> dict[str, date]:
    async with desk.harness.units.view() as view:
        page = await stored.page(view.conn, stored.in_order("fire", limit=100))
    return {place.review_id: place.due_on for place, _state in page}


@pytest.mark.rule("R35", "R36")
async def test_a_plan_moves_open_limits_and_their_places_and_is_logged(desk: Desk):
    await desk.intake(
        samples.requested(**DECEMBER),
        samples.requested(review_id="R2", requested_on=date(2027, 1, 4), limit_days=2),
        samples.requested(review_id="R3"),
    )
    before = await desk.queue()
    assert [line["review_id"] for line in before["items"]] == ["R3", "R1", "R2"]
    assert [line["due"]["provisional"] for line in before["items"]] == [False, True, True]
    holiday = (date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5))
    await desk.intake(plan(days_off=holiday, worked_weekends=(date(2027, 1, 9),)))
    assert await dates(desk) == {"R3": "2026-03-11", "R2": "2027-01-07", "R1": "2027-01-09"}
    assert [line["due"]["provisional"] for line in (await desk.queue())["items"]] == [False, False, False]
    assert sorted(await logged(desk)) == [
        ("R1", date(2027, 1, 6), date(2027, 1, 9)),
        ("R2", date(2027, 1, 6), date(2027, 1, 7)),
    ]
    (change,) = (await desk.read())["limit_changes"]
    assert (change["year"], change["version"], change["old_due_on"]) == (2027, 1, "2027-01-06")


@pytest.mark.rule("R35")
async def test_what_is_finished_or_stands_still_keeps_its_place(desk: Desk):
    await desk.intake(
        samples.requested(**DECEMBER),
        samples.requested(review_id="R2", **DECEMBER),
        samples.cancellation(review_id="R2"),
        samples.requested(review_id="R3", **DECEMBER),
    )
    desk.harness.clock.move_to(datetime(2026, 12, 29, 2, tzinfo=UTC))
    await desk.done("receipt", review_id="R3")
    await desk.done("pause", HEARING, review_id="R3")
    await desk.intake(plan())
    assert [row[0] for row in await logged(desk)] == ["R1"]
    desk.harness.clock.move_to(datetime(2026, 12, 30, 2, tzinfo=UTC))
    assert (await desk.done("resumption", review_id="R3"))["due"]["on"] == "2027-01-08"


@pytest.mark.rule("R35")
async def test_an_older_version_changes_nothing_and_a_newer_one_replaces(desk: Desk):
    await desk.intake(samples.requested(**DECEMBER), plan(version=2), plan(version=1, days_off=()))
    assert await dates(desk) == {"R1": "2027-01-07"}
    await desk.intake(plan(version=3, days_off=()))
    assert await dates(desk) == {"R1": "2027-01-06"}
    assert [(row[1], row[2]) for row in await logged(desk)] == [
        (date(2027, 1, 6), date(2027, 1, 7)),
        (date(2027, 1, 7), date(2027, 1, 6)),
    ]


@pytest.mark.rule("R35")
async def test_a_plan_of_this_year_replaces_the_one_that_was_released(desk: Desk):
    await desk.intake(samples.requested(), plan(year=2026, days_off=(date(2026, 3, 3), date(2026, 3, 4))))
    assert await dates(desk) == {"R1": "2026-03-13"}


@pytest.mark.rule("R35")
async def test_every_page_of_open_reviews_is_reckoned_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "BATCH", 3)
    many = [samples.requested(review_id=f"R{n}", requested_on=date(2026, 12, 28), limit_days=n) for n in range(1, 11)]
    await desk.intake(*many, plan(days_off=tuple(date(2027, 1, day) for day in (1, 4, 5, 6, 7, 8))))
    due = (await kept(desk)).values()
    assert sorted(due) == sorted(date.fromisoformat(on) for on in (await dates(desk)).values())
    assert len(await logged(desk)) == len({row[0] for row in await logged(desk)}) == 7


@pytest.mark.rule("R35")
async def test_a_plan_that_contradicts_itself_is_parked_and_not_followed(desk: Desk):
    both = (date(2027, 1, 2),)
    await desk.intake(samples.requested(**DECEMBER), plan(days_off=both, worked_weekends=both))
    assert len(await desk.harness.parked()) == 1
    assert await dates(desk) == {"R1": "2027-01-06"}
    async with desk.harness.units.view() as view:
        assert (await view.execute(select(calendar_plans))).all() == []


@pytest.mark.rule("R35")
async def test_a_batch_that_holds_a_plan_reckons_by_it_from_there_on(desk: Desk):
    events = [samples.requested(**DECEMBER), plan(), samples.requested(review_id="R2", **DECEMBER)]
    await desk.harness.process([desk.harness.message(event, "/intake") for event in events])
    assert set((await kept(desk)).values()) == {date(2027, 1, 7)}


@pytest.mark.rule("R35")
async def test_a_replica_that_did_not_hear_of_the_plan_keeps_and_shows_dates_by_it(desk: Desk, database_url: str):
    settings = ApprovalSettings(database_url=database_url, departments=("fire", "housing"))
    async with start_service(build, settings, clock=desk.harness.clock) as harness:
        other = Desk(harness)
        await desk.intake(samples.requested(**DECEMBER))
        assert await dates(other) == {"R1": "2027-01-06"}
        await desk.intake(plan())
        assert await dates(other) == {"R1": "2027-01-07"}
        await other.done("receipt")
        await desk.intake(plan(version=2, days_off=()))
        await other.intake(samples.requested(review_id="R2", **DECEMBER))
        assert set((await kept(desk)).values()) == {date(2027, 1, 6)}


@pytest.mark.rule("R35")
async def test_a_restart_begins_with_the_plans_that_were_told(desk: Desk, database_url: str):
    await desk.intake(samples.requested(**DECEMBER), plan())
    settings = ApprovalSettings(database_url=database_url, departments=("fire", "housing"))
    async with start_service(build, settings, clock=desk.harness.clock) as harness:
        assert await dates(Desk(harness)) == {"R1": "2027-01-07"}


@pytest.mark.rule("R35")
@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.real)], indirect=True)
async def test_a_review_asked_for_while_a_plan_is_handled_waits_for_it(desk: Desk):
    """On SQLite there is one writer at a time, whatever it does."""
    async with desk.harness.units.begin() as unit:
        await calendars.follow(unit, plan())
        asking = asyncio.create_task(desk.intake(samples.requested(**DECEMBER)))
        await _until_somebody_waits(desk)
        assert not asking.done()
    await asking
    assert set((await kept(desk)).values()) == {date(2027, 1, 7)}


async def _until_somebody_waits(desk: Desk) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = " + (
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with asyncio.timeout(20):
        async with desk.harness.units.view() as view:
            while not (await view.conn.exec_driver_sql(waiting)).scalar_one():
                await asyncio.sleep(0)
