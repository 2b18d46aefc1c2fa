"""The process manager on a real inbox and real timers: reviews, silence, fees, papers."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from services.intake.domain.catalogue import CatalogueFaults
from services.intake.publishing import publish, publish_catalogue
from services.intake.tables import metadata
from services.intake.tests.hall import LI, Hall
from services.intake.tests.samples import COMMITTED, FORWARDED, ITEMS, JOINT, TWO_STAGES
from yimen.contracts import approval, fees
from yimen.contracts.intake import (
    CaseAccepted,
    CaseDecided,
    CasePaused,
    CaseReturned,
    CaseReviewed,
    ItemPublished,
    ItemRevised,
    ReviewDeemedConsented,
    ReviewRequested,
    ReviewUrged,
)
from yimen.contracts.parts import Opinion
from yimen.worktime import YearPlan, end_of_day

LAST_DAY_ENDS = end_of_day(date(2026, 10, 10))


@pytest.mark.rule("R05")
async def test_silence_of_five_working_days_accepts_as_of_the_day_of_receipt(hall: Hall) -> None:
    number = await hall.submitted()
    hall.harness.clock.move_to(LAST_DAY_ENDS - timedelta(minutes=1))
    assert await hall.harness.fire_timers() == 0
    hall.harness.clock.move_to(LAST_DAY_ENDS + timedelta(hours=9))
    assert await hall.harness.fire_timers() == 1
    (event,) = await hall.harness.events(CaseAccepted)
    assert (event.deemed, event.accepted_on, event.accepted_at) == (True, date(2026, 9, 28), LAST_DAY_ENDS)
    assert (await hall.case(number))["state"] == "accepted"


@pytest.mark.rule("R05")
async def test_an_answer_in_time_takes_the_timer_away(hall: Hall) -> None:
    await hall.accepted(COMMITTED)
    hall.harness.clock.move_to(LAST_DAY_ENDS + timedelta(days=90))
    await hall.harness.fire_timers()
    assert len(await hall.harness.events(CaseAccepted)) == 1


@pytest.mark.rule("R35")
async def test_a_day_off_announced_late_moves_the_limits_of_running_cases(hall: Hall) -> None:
    number = await hall.submitted()
    context = hall.harness.service.context
    plan = context.rules.calendar.plans[2026]
    later = YearPlan(2026, plan.days_off | {date(2026, 10, 9)}, plan.worked_weekends, version=2)
    context.rules = replace(context.rules, calendar=context.rules.calendar.with_plan(later))
    hall.harness.clock.move_to(LAST_DAY_ENDS)
    await hall.harness.fire_timers()
    assert (await hall.case(number))["answer_by"]["on"] == "2026-10-12"
    assert await hall.harness.events(CaseAccepted) == []
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 12)))
    await hall.harness.fire_timers()
    assert len(await hall.harness.events(CaseAccepted)) == 1


@pytest.mark.rule("R08")
async def test_ninety_days_without_supplement_return_the_case(hall: Hall) -> None:
    number = await hall.submitted()
    await hall.step(number, "correction", {"requested": [{"code": "01", "reason": "未签名"}]})
    hall.harness.clock.move_to(end_of_day(date(2026, 12, 27)))
    assert await hall.harness.fire_timers() == 1
    (event,) = await hall.harness.events(CaseReturned)
    assert event.case_number == number


@pytest.mark.rule("R41", "R44", "R46")
async def test_silence_consents_after_a_receipt_is_urged_without_and_never_decides_for_the_lead(hall: Hall) -> None:
    number = await hall.accepted()
    await hall.hear(hall.received(number, "fire"), hall.received(number, "planning"))
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 13)))
    assert await hall.harness.fire_timers() == 3
    (deemed,) = await hall.harness.events(ReviewDeemedConsented)
    assert deemed.department == "fire"
    urged = await hall.harness.events(ReviewUrged)
    assert {event.department for event in urged} == {"planning", "environment"}
    assert (await hall.case(number))["state"] == "accepted"


@pytest.mark.rule("R49")
async def test_a_late_answer_is_kept_and_changes_nothing(hall: Hall) -> None:
    number = await hall.accepted()
    await hall.hear(hall.received(number, "fire"))
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 13)))
    await hall.harness.fire_timers()
    before = await hall.case(number)
    await hall.hear(hall.decided(number, "fire", Opinion.REFUSE, "通道不足"))
    after = await hall.case(number)
    (fire,) = [review for review in after["reviews"] if review["department"] == "fire"]
    assert [(answer["opinion"], answer["late"]) for answer in fire["answers"]] == [("refuse", True)]
    assert (fire["result"], fire["answer"]) == ("超时视为同意", None)
    assert after["version"] == before["version"]


async def test_a_pause_takes_the_limit_away_and_resuming_sets_it_anew(hall: Hall) -> None:
    number = await hall.accepted()
    await hall.hear(hall.received(number, "fire"), hall.paused(number, "fire"))
    (paused,) = await hall.harness.events(CasePaused)
    assert paused.document.number == "特字〔2026〕1号"
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 13)))
    await hall.harness.fire_timers()
    assert await hall.harness.events(ReviewDeemedConsented) == []
    await hall.hear(hall.resumed(number, "fire"))
    # 14 October is the day of resumption: all seven days are still to come.
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 23)) - timedelta(minutes=1))
    assert await hall.harness.fire_timers() == 0
    hall.harness.clock.advance(timedelta(minutes=1))
    assert await hall.harness.fire_timers() == 1
    assert len(await hall.harness.events(ReviewDeemedConsented)) == 1


@pytest.mark.rule("R47", "R54")
async def test_all_answers_in_and_fees_cleared_the_case_is_decided(hall: Hall) -> None:
    number = await hall.accepted()
    await hall.hear(hall.listed(number, "fire"))
    await hall.hear(*(hall.decided(number, department) for department in ("planning", "fire", "environment")))
    (reviewed,) = await hall.harness.events(CaseReviewed)
    assert reviewed.fee_lists == ("L1",)
    await hall.hear(hall.listed(number, "planning", "L2"))
    assert (await hall.case(number))["fees"]["lists"] == ["L1", "L2"]
    assert await hall.harness.events(CaseDecided) == []
    hall.harness.clock.advance(timedelta(days=1))
    assert (await hall.case(number))["outcome"] is None, "nobody is told of a grant that is not decided"
    await hall.hear(hall.cleared(number))
    (decided,) = await hall.harness.events(CaseDecided)
    assert decided.decided_on == date(2026, 9, 29)
    await hall.hear(hall.listed(number, "planning", "L3"))
    shown = (await hall.case(number))["fees"]
    assert (shown["lists"], shown["notices"][0]["state"]) == (["L1", "L2"], "cleared")


async def test_clearance_before_the_last_answer_waits_for_it(hall: Hall) -> None:
    number = await hall.accepted(COMMITTED)
    await hall.hear(hall.listed(number, "planning"), hall.cleared(number))
    assert (await hall.case(number))["state"] == "accepted"
    await hall.hear(hall.decided(number, "planning"))
    assert (await hall.case(number))["state"] == "decided"


async def test_the_notice_is_shown_with_its_code_and_last_day(hall: Hall) -> None:
    told = (await hall.apply(COMMITTED)).json()
    number = told["case_number"]
    await hall.step(number, "acceptance")
    await hall.hear(hall.listed(number, "planning"), hall.decided(number, "planning"))
    issued = fees.NoticeIssued(
        notice_number=f"N-{number}",
        case_number=number,
        payment_code="45072126000000000016",
        lists=("L1",),
        amount=55000,
        pay_by=date(2026, 10, 13),
        issued_at=hall.now,
    )
    await hall.hear(issued)
    progress = (await hall.client.get(f"/progress/{number}", headers={"Query-Password": told["query_password"]})).json()
    assert (progress["state"], progress["by"]) == ("审查完毕，等待缴费", "2026-10-13")
    assert progress["fees"][0]["payment_code"] == "45072126000000000016"


async def test_a_second_stage_begins_with_the_last_answer_of_the_first(hall: Hall) -> None:
    number = await hall.accepted(TWO_STAGES)
    await hall.hear(hall.decided(number, "environment"), hall.decided(number, "fire"))
    assert [event.department for event in await hall.harness.events(ReviewRequested)] == [
        "fire",
        "environment",
        "planning",
    ]
    await hall.hear(hall.decided(number, "planning", stage=2))
    assert (await hall.case(number))["outcome"] == "granted"


@pytest.mark.rule("R48")
async def test_a_forwarded_case_waits_for_the_superior(hall: Hall) -> None:
    number = await hall.accepted(FORWARDED)
    forwarded = {"superior": "省厅", "opinion": "拟同意", "forwarded_by": LI, "forwarded_at": hall.now}
    answered = {"superior": "省厅", "granted": True, "opinion": "同意", "answered_at": hall.now}
    await hall.hear(
        hall.said(number, "planning", approval.ReviewForwarded, **forwarded),
        hall.decided(number, "planning", Opinion.CONSENT_BUT_FORWARD),
    )
    assert (await hall.case(number))["state"] == "accepted"
    await hall.hear(hall.said(number, "planning", approval.ReviewSuperiorAnswered, **answered))
    assert (await hall.case(number))["outcome"] == "granted"


async def test_a_word_on_a_review_that_was_never_asked_for_is_parked(hall: Hall) -> None:
    number = await hall.accepted(COMMITTED)
    await hall.hear(hall.decided(number, "fire"))
    (parked,) = await hall.harness.parked()
    assert parked.kind == "permanent"


@pytest.mark.rule("R09")
async def test_numbers_of_papers_are_gapless_per_kind_and_year_although_steps_fail(hall: Hall) -> None:
    for _ in range(3):
        number = await hall.submitted()
        assert (await hall.step(number, "service", {"way": "pick_up", "receiver": "张三"})).status_code == 409
        assert (await hall.apply(codes=())).status_code == 422
        assert (await hall.step(number, "acceptance", version=9)).status_code == 412
        assert (await hall.step(number, "acceptance")).status_code == 200
    events = await hall.harness.events(CaseAccepted)
    assert [event.document.number for event in events] == [f"受字〔2026〕{n}号" for n in (1, 2, 3)]


@pytest.mark.rule("R49")
async def test_answers_that_arrive_in_the_same_moment_are_joined_once(hall: Hall) -> None:
    number = await hall.accepted()
    answers = [hall.decided(number, department) for department in ("planning", "fire", "environment")]
    await asyncio.gather(*map(hall.hear, answers))
    assert len(await hall.harness.events(CaseReviewed)) == 1
    assert (await hall.case(number))["state"] == "decided"


async def test_an_answer_and_the_end_of_its_limit_in_the_same_moment_leave_one_of_the_two(hall: Hall) -> None:
    number = await hall.accepted()
    await hall.hear(hall.received(number, "fire"))
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 13)))
    await asyncio.gather(hall.harness.fire_timers(), hall.hear(hall.decided(number, "fire")))
    hall.harness.clock.advance(timedelta(seconds=2))
    await hall.harness.fire_timers()
    (fire,) = [review for review in (await hall.case(number))["reviews"] if review["department"] == "fire"]
    assert (fire["deemed_at"] is None) != (fire["answer"] is None)
    assert fire["answers"][0]["late"] == (fire["answer"] is None)
    assert await hall.harness.parked() == []


async def test_two_steps_from_the_same_version_do_not_both_succeed(hall: Hall) -> None:
    number = await hall.submitted()
    steps = (hall.step(number, "acceptance", version=1), hall.step(number, "acceptance", version=1))
    assert sorted(answer.status_code for answer in await asyncio.gather(*steps)) == [200, 412]


async def test_applications_in_the_same_moment_get_numbers_of_their_own_without_a_gap(hall: Hall) -> None:
    answers = await asyncio.gather(*(hall.apply() for _ in range(6)))
    told = [answer.json() for answer in answers]
    assert sorted(one["document"]["number"] for one in told) == [f"收字〔2026〕{n}号" for n in range(1, 7)]
    assert len({one["case_number"] for one in told}) == 6


async def test_items_are_said_once_and_a_published_version_never_changes(hall: Hall) -> None:
    said = len(await hall.harness.events(ItemPublished))
    async with hall.harness.units.begin() as unit:
        await publish_catalogue(unit)
        await publish(unit, ITEMS)
        await publish(unit, [JOINT.model_copy(update={"version": 2, "promised_days": 8})])
    assert len(await hall.harness.events(ItemPublished)) == said > len(ITEMS)
    assert len(await hall.harness.events(ItemRevised)) == 1
    with pytest.raises(CatalogueFaults):
        async with hall.harness.units.begin() as unit:
            await publish(unit, [COMMITTED.model_copy(update={"promised_days": 8})])


async def test_a_running_case_keeps_the_version_that_it_began_with(hall: Hall) -> None:
    number = await hall.submitted()
    async with hall.harness.units.begin() as unit:
        await publish(unit, [JOINT.model_copy(update={"version": 2, "promised_days": 8})])
    await hall.step(number, "acceptance")
    shown = await hall.case(number)
    assert (shown["item_version"], shown["promised_days"]) == (1, 10)
    assert (await hall.case(await hall.submitted()))["item_version"] == 2


async def test_the_migrations_make_the_tables_that_the_code_speaks_of(hall: Hall) -> None:
    def difference(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with hall.harness.service.database.write() as connection:
        assert await connection.run_sync(difference) == []
