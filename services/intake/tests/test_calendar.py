"""The working-day plan: edited by the centre, followed by every open limit."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.intake import planning
from services.intake.app import build
from services.intake.context import Context
from services.intake.domain import agency, clock
from services.intake.publishing import publish
from services.intake.queries import calendar, find_case
from services.intake.settings import IntakeSettings
from services.intake.tests.hall import Hall
from services.intake.tests.samples import CLERK, COMMITTED, JOINT, MONDAY, RULES, accepted, item
from services.intake.tests.stations import FELLING, Stations
from yimen.clock import FrozenClock
from yimen.contracts.intake import CalendarRevised, CaseAccepted, Stage
from yimen.contracts.parts import Kind
from yimen.testing import start_service
from yimen.web import Role
from yimen.worktime import Calendar, YearPlan, end_of_day

NEXT_YEAR = {
    "days_off": ["2027-01-01", *(f"2027-02-{day:02}" for day in range(5, 13))],
    "worked_weekends": ["2027-02-14"],
}
SHORTER = {"days_off": ["2026-10-01", "2026-10-02"], "worked_weekends": []}
"""The October of 2026 with two days off and no worked Saturday: what ended on the 10th ends on Thursday the 6th."""


async def revise(hall: Hall, year: int, body: Any, version: int, role: Role = Role.CENTRE_ADMIN) -> httpx.Response:
    headers = hall.harness.as_(role) | {"If-Match": f'"{version}"'}
    return await hall.client.put(f"/calendar/{year}", json=body, headers=headers)


async def revise_in_vain(hall: Hall) -> None:
    async with hall.harness.units.begin() as unit:
        days_off = [date.fromisoformat(day) for day in SHORTER["days_off"]]
        assert await planning.revise(unit, 2026, days_off, [], 2, CLERK)
        raise RuntimeError("the database goes away before the commit")


async def recomputed(hall: Hall) -> list[dict[str, Any]]:
    """Both rounds run; what was logged."""
    await hall.harness.fire_timers()
    hall.harness.clock.advance(timedelta(minutes=3))
    await hall.harness.fire_timers()
    page = (await hall.client.get("/calendar/changes", headers=hall.supervisor)).json()
    return page["items"]


async def timer_of(hall: Hall, name: str, key: str) -> datetime:
    async with hall.harness.units.view() as view:
        table = view.table("timers")
        return (
            (await view.execute(table.select().where(table.c.name == name, table.c.key == key)))
            .one()
            .due_at.astimezone(UTC)
        )


@pytest.mark.rule("R36")
async def test_a_year_without_a_plan_is_provisional_until_its_plan_arrives(hall: Hall) -> None:
    before = (await hall.client.get("/calendar/2027")).json()
    assert (before["provisional"], before["version"], before["days_off"]) == (True, 0, [])
    answer = await revise(hall, 2027, NEXT_YEAR, 0)
    assert answer.status_code == 200, answer.text
    after = await hall.client.get("/calendar/2027")
    assert (after.json()["provisional"], after.headers["ETag"]) == (False, '"1"')
    (event,) = await hall.harness.events(CalendarRevised)
    assert (event.year, event.version, event.worked_weekends) == (2027, 1, (date(2027, 2, 14),))


@pytest.mark.rule("R35", "R36")
async def test_a_limit_that_reaches_into_the_new_year_is_marked_and_then_recomputed(hall: Hall) -> None:
    """Sixty-six working days from 12 November pass New Year and, once it is known, the spring holiday."""
    hall.harness.clock.move_to(datetime(2026, 11, 12, 1, tzinfo=UTC))
    long = item(
        Kind.COMMITTED,
        code=COMMITTED.code[:-1] + "9",
        promised_days=60,
        statutory_days=60,
        statutory_basis="某法",
        stages=(Stage(name="审查", departments=("planning",), limit_days=60),),
    )
    async with hall.harness.units.begin() as unit:
        await publish(unit, [long])
    number = await hall.accepted(long)
    (told,) = await hall.harness.events(CaseAccepted)
    assert told.promised_due.provisional
    assert told.promised_due.on == date(2027, 2, 4)
    await revise(hall, 2027, {"days_off": ["2027-01-01", "2027-02-04"], "worked_weekends": []}, 0)
    case = await hall.case(number)
    assert case["promised_due"] == {"on": "2027-02-08", "provisional": False}
    changes = await recomputed(hall)
    assert ("promised", "2027-02-04", "2027-02-08") in {(c["what"], c["old"], c["new"]) for c in changes}


@pytest.mark.rule("R05", "R35")
async def test_a_changed_plan_moves_the_day_on_which_silence_accepts(hall: Hall) -> None:
    number = await hall.submitted()
    assert await timer_of(hall, clock.DEEM_ACCEPTANCE, number) == end_of_day(date(2026, 10, 10))
    assert (await revise(hall, 2026, SHORTER, 1)).status_code == 200
    (change,) = await recomputed(hall)
    assert (change["case_number"], change["what"]) == (number, "answer")
    assert (change["old"], change["new"]) == ("2026-10-10", "2026-10-07")
    assert await timer_of(hall, clock.DEEM_ACCEPTANCE, number) == end_of_day(date(2026, 10, 7))
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 7)))
    await hall.harness.fire_timers()
    assert (await hall.case(number))["deemed"]


@pytest.mark.rule("R35")
async def test_a_timer_that_comes_before_its_recomputed_day_waits(hall: Hall) -> None:
    """The plan gives more days off; the old timer fires before anybody recomputed it."""
    number = await hall.submitted()
    longer = {"days_off": [f"2026-10-{day:02}" for day in range(1, 14)], "worked_weekends": []}
    async with hall.harness.units.begin() as unit:
        plan = YearPlan(2026, frozenset(map(date.fromisoformat, longer["days_off"])), frozenset(), 2)
        await calendar.add_plan(unit, plan, {"id": "x", "name": "x"})
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 10)))
    await hall.harness.fire_timers()
    case = await hall.case(number)
    assert (case["state"], case["answer_by"]["on"]) == ("submitted", "2026-10-16")
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 16)))
    await hall.harness.fire_timers()
    assert (await hall.case(number))["deemed"]


@pytest.mark.rule("R35")
async def test_a_replica_that_did_not_revise_the_plan_counts_by_it_all_the_same(hall: Hall, database_url: str) -> None:
    number = await hall.accepted(JOINT)
    settings = IntakeSettings(database_url=database_url)
    async with start_service(build, settings, clock=FrozenClock(MONDAY)) as other:
        await revise(hall, 2026, SHORTER, 1)
        async with other.units.view() as view:
            context: Context = view.context
            assert context.calendar_revision == 0
            case = await find_case(view, number)
            assert case is not None
            day = clock.promised_due(case, context.rules)
    assert day is not None
    assert day.date == date(2026, 10, 14)


@pytest.mark.rule("R35")
async def test_of_plans_that_arrive_at_the_same_moment_one_is_kept(hall: Hall) -> None:
    answers = await asyncio.gather(*(revise(hall, 2026, SHORTER, 1) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 9]
    assert len(await hall.harness.events(CalendarRevised)) == 1
    assert (await hall.client.get("/calendar/2026")).json()["version"] == 2


@pytest.mark.rule("R35")
async def test_nobody_counts_by_a_plan_that_was_not_kept_after_all(hall: Hall) -> None:
    number = await hall.accepted(JOINT)
    before = (await hall.case(number))["promised_due"]
    with pytest.raises(RuntimeError):
        await revise_in_vain(hall)
    assert (await hall.case(number))["promised_due"] == before
    assert (await revise(hall, 2027, NEXT_YEAR, 0)).status_code == 200
    assert (await hall.client.get("/calendar/2026")).json()["version"] == 1


@pytest.mark.rule("R37")
async def test_what_is_closed_keeps_its_dates_out_of_the_log(hall: Hall) -> None:
    number = await hall.submitted()
    await hall.step(number, "withdrawal", {"reasons": "不办了"}, by=hall.citizen)
    await revise(hall, 2026, SHORTER, 1)
    assert await recomputed(hall) == []


@pytest.mark.parametrize(
    ("year", "body", "version", "status", "code"),
    [
        (2026, SHORTER, 0, 412, "stale-version"),
        (2025, SHORTER, 1, 409, "calendar-year-closed"),
        (2026, {"days_off": ["2026-10-01"], "worked_weekends": ["2026-10-01"]}, 1, 422, "calendar-contradicts-itself"),
        (2026, {"days_off": [], "worked_weekends": ["2026-10-08"]}, 1, 422, "calendar-contradicts-itself"),
        (2026, {"days_off": ["2027-10-08"], "worked_weekends": []}, 1, 422, "calendar-contradicts-itself"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_and_nothing_is_said(
    hall: Hall, year: int, body: Any, version: int, status: int, code: str
) -> None:
    answer = await revise(hall, year, body, version)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await hall.harness.events(CalendarRevised) == []


@pytest.mark.rule("R35")
def test_only_what_two_calendars_put_on_different_days_has_moved() -> None:
    plan = Calendar.seeded().plans[2026]
    day = date(2026, 10, 9)
    newer = Calendar.seeded().with_plan(YearPlan(2026, plan.days_off | {day}, plan.worked_weekends, 2))
    moved = clock.moved(accepted(), RULES, RULES.calendar, newer)
    assert set(moved) == {"promised", "statutory", *(review.review_id for review in accepted().reviews)}
    assert clock.moved(accepted(), RULES, RULES.calendar, RULES.calendar) == {}


@pytest.mark.rule("R35", "R101")
async def test_a_changed_plan_moves_the_day_by_which_a_village_passes_on(hall: Hall) -> None:
    """Three working days from 28 September: the 29th, the 30th, then the 8th; with two days off less, the 5th."""
    stations = Stations(hall)
    async with hall.harness.units.begin() as unit:
        await publish(unit, [FELLING])
    waiting = await stations.entrusted()
    assert await timer_of(hall, agency.FORWARDING_LIMIT, waiting) == end_of_day(date(2026, 10, 8))
    await revise(hall, 2026, SHORTER, 1)
    await recomputed(hall)
    assert await timer_of(hall, agency.FORWARDING_LIMIT, waiting) == end_of_day(date(2026, 10, 5))
