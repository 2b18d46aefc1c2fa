"""Joint handling over HTTP and on a real inbox: who may call together, keep minutes, urge, and have the last word."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.intake.tests.hall import Hall
from services.intake.tests.samples import COMMITTED, LED, LED_TWO_STAGES, MONDAY
from yimen.contracts import approval
from yimen.contracts.intake import (
    CaseLeadDecided,
    CaseMeetingHeld,
    CaseReviewed,
    ReviewDeemedConsented,
    ReviewMeetingConvened,
    ReviewRequested,
    ReviewUrged,
)
from yimen.contracts.parts import Opinion
from yimen.web import Role
from yimen.worktime import end_of_day

MEETS = MONDAY + timedelta(hours=25)
MEETING = {"occasion": "meeting", "place": "三楼会议室", "meets_at": MEETS.isoformat()}
VISIT = MEETING | {"occasion": "site_visit", "place": "人民路1号"}
TWO = [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}]
MINUTES = {"present": ["planning", "environment"], "minutes": "一致同意"}
OVERRIDE = {"outcome": "granted", "reasons": "已整改到位", "legal_basis": "规划法第四十条"}


def staff(hall: Hall, role: Role, department: str = "planning") -> dict[str, str]:
    return hall.harness.as_(role, departments=[department], id=f"{role}-{department}", name="某某")


async def convened(hall: Hall, body: dict[str, Any] | None = None) -> tuple[str, str]:
    number = await hall.accepted()
    answer = await hall.step(number, "meetings", body or MEETING)
    assert answer.status_code == 200, answer.text
    return number, answer.json()["meetings"][0]["meeting_id"]


async def disputed(hall: Hall) -> str:
    number = await hall.accepted(LED)
    answers = (
        ("planning", Opinion.CONSENT, ""),
        ("fire", Opinion.REFUSE, "通道不足"),
        ("environment", Opinion.CONSENT, ""),
    )
    await hall.hear(*(hall.decided(number, *answer) for answer in answers))
    return number


def of(shown: dict[str, Any], department: str) -> dict[str, Any]:
    (review,) = [review for review in shown["reviews"] if review["department"] == department]
    found: dict[str, Any] = review
    return found


@pytest.mark.rule("R41", "R45")
async def test_a_meeting_is_called_held_and_joins_whoever_stayed_away(hall: Hall) -> None:
    number, meeting = await convened(hall)
    called = await hall.harness.events(ReviewMeetingConvened)
    assert {event.department for event in called} == {"planning", "fire", "environment"}
    await hall.hear(
        hall.received(number, "fire"), hall.decided(number, "planning"), hall.decided(number, "environment")
    )
    assert (await hall.step(number, f"meetings/{meeting}/minutes", MINUTES)).json()["code"] == "meeting-not-yet-held"
    hall.harness.clock.move_to(MEETS + timedelta(hours=2))
    shown = (await hall.step(number, f"meetings/{meeting}/minutes", MINUTES)).json()
    assert (shown["state"], shown["outcome"]) == ("decided", "granted")
    assert (of(shown, "fire")["result"], of(shown, "fire")["deemed_ground"]) == ("缺席视为同意", "absence")
    assert shown["meetings"][0]["absent"] == ["fire"]
    assert ("minutes", "会字〔2026〕1号") in [(paper["kind"], paper["number"]) for paper in shown["documents"]]
    (held,) = await hall.harness.events(CaseMeetingHeld)
    assert held.document.number == "会字〔2026〕1号"
    again = await hall.step(number, f"meetings/{meeting}/minutes", MINUTES)
    assert (again.status_code, again.json()["code"]) == (409, "minutes-already-recorded")


@pytest.mark.rule("R45", "R49")
async def test_a_refusal_after_the_absence_is_kept_is_shown_and_changes_nothing(hall: Hall) -> None:
    number, meeting = await convened(hall)
    await hall.hear(hall.received(number, "fire"))
    spoken = hall.decided(number, "fire", Opinion.REFUSE, "通道不足")
    hall.harness.clock.move_to(MEETS + timedelta(hours=2))
    before = (await hall.step(number, f"meetings/{meeting}/minutes", MINUTES)).json()
    await hall.hear(spoken)
    after = await hall.case(number)
    (kept,) = of(after, "fire")["answers"]
    assert (kept["opinion"], kept["reasons"], kept["late"]) == ("refuse", "通道不足", True)
    assert kept["note"] == "本意见到达时，该审查已记为“缺席视为同意”；留存备查，不改变结果。"
    assert kept["decided_at"] < MEETS.isoformat() < kept["arrived_at"]
    assert after["version"] == before["version"]


@pytest.mark.rule("R34")
async def test_a_site_visit_names_two_officials_or_is_refused(hall: Hall) -> None:
    number, visit = await convened(hall, VISIT)
    hall.harness.clock.move_to(MEETS)
    alone = await hall.step(number, f"meetings/{visit}/minutes", MINUTES | {"officials": TWO[:1]})
    assert (alone.status_code, alone.json()["code"]) == (422, "too-few-officials")
    both = await hall.step(number, f"meetings/{visit}/minutes", MINUTES | {"officials": TWO})
    assert both.json()["meetings"][0]["officials"] == TWO


async def test_a_meeting_or_review_that_is_not_there_is_not_found(hall: Hall) -> None:
    number = await hall.accepted()
    assert (await hall.step(number, "meetings/M9/minutes", MINUTES)).status_code == 404
    assert (await hall.step(number, "reviews/R9/urging", {"reason": "请尽快"})).status_code == 404


async def test_the_lead_and_the_centre_call_together_and_nobody_else(hall: Hall) -> None:
    number = await hall.accepted()
    for role, department, status in (
        (Role.WINDOW_CLERK, "fire", 403),
        (Role.CHIEF_REPRESENTATIVE, "fire", 403),
        (Role.SUPERVISOR, "planning", 403),
        (Role.CITIZEN, "planning", 403),
        (Role.CHIEF_REPRESENTATIVE, "planning", 200),
        (Role.CENTRE_ADMIN, "", 200),
    ):
        answer = await hall.step(number, "meetings", MEETING, by=staff(hall, role, department))
        assert answer.status_code == status, (role, department, answer.text)


@pytest.mark.rule("R46")
async def test_the_leads_representative_alone_has_the_last_word(hall: Hall) -> None:
    number = await disputed(hall)
    shown = await hall.case(number)
    assert (shown["state"], shown["disputed"], shown["waits_for"]) == ("accepted", ["fire"], "lead_decision")
    for role, department in (
        (Role.CHIEF_REPRESENTATIVE, "fire"),
        (Role.WINDOW_CLERK, "planning"),
        (Role.CENTRE_ADMIN, ""),
    ):
        answer = await hall.step(number, "lead-decision", OVERRIDE, by=staff(hall, role, department))
        assert answer.status_code == 403
    chief = staff(hall, Role.CHIEF_REPRESENTATIVE)
    unexplained = await hall.step(number, "lead-decision", OVERRIDE | {"reasons": " "}, by=chief)
    assert unexplained.status_code == 422
    done = (await hall.step(number, "lead-decision", OVERRIDE, by=chief)).json()
    assert (done["state"], done["outcome"], done["disputed"]) == ("decided", "granted", [])
    assert (done["waits_for"], [review["days_left"] for review in done["reviews"]]) == (None, [None] * 3)
    assert [(word["stage"], word["against"]) for word in done["lead_decisions"]] == [("联合审查", ["fire"])]
    assert len(await hall.harness.events(CaseLeadDecided)) == 1
    again = await hall.step(number, "lead-decision", OVERRIDE, by=chief)
    assert (again.status_code, again.json()["code"]) == (409, "case-in-wrong-state")


async def test_the_applicant_reads_that_the_lead_is_considering(hall: Hall) -> None:
    told = (await hall.apply(LED)).json()
    number = told["case_number"]
    await hall.step(number, "acceptance")
    await hall.hear(
        hall.decided(number, "planning"),
        hall.decided(number, "environment"),
        hall.decided(number, "fire", Opinion.REFUSE, "通道不足"),
    )
    headers = {"Query-Password": told["query_password"]}
    progress = (await hall.client.get(f"/progress/{number}", headers=headers)).json()
    assert progress["next"] == "牵头部门正在研究不同意见，研究后将作出决定。"
    assert progress["outcome"] is None


async def test_a_word_on_the_first_stage_asks_the_second_and_survives_being_stored(hall: Hall) -> None:
    number = await hall.accepted(LED_TWO_STAGES)
    await hall.hear(hall.decided(number, "environment"), hall.decided(number, "fire", Opinion.REFUSE, "通道不足"))
    await hall.step(number, "lead-decision", OVERRIDE, by=staff(hall, Role.CHIEF_REPRESENTATIVE))
    assert (await hall.harness.events(ReviewRequested))[-1].department == "planning"
    await hall.hear(hall.decided(number, "planning", stage=2))
    shown = await hall.case(number)
    assert shown["outcome"] == "granted"
    assert "研究消防救援大队的不同意见，决定不采纳该意见：已整改到位" in shown["reasons"]


async def test_urging_is_the_leads_the_centres_and_the_supervisors_once_a_day(hall: Hall) -> None:
    number = await hall.accepted(COMMITTED)
    step, body = f"reviews/{number}.1.planning/urging", {"reason": "请尽快答复"}
    for role, department in ((Role.WINDOW_CLERK, "fire"), (Role.CHIEF_REPRESENTATIVE, "planning"), (Role.LEADER, "")):
        assert (await hall.step(number, step, body, by=staff(hall, role, department))).status_code == 403
    for role in (Role.WINDOW_CLERK, Role.CENTRE_ADMIN, Role.SUPERVISOR):
        assert (await hall.step(number, step, body, by=staff(hall, role))).status_code == 200
        again = await hall.step(number, step, body, by=staff(hall, role))
        assert (again.status_code, again.json()["code"]) == (409, "urged-today")
        hall.harness.clock.advance(timedelta(days=1))
    assert [event.urged_by.id.partition("-")[0] for event in await hall.harness.events(ReviewUrged)] == [
        "window_clerk",
        "centre_admin",
        "supervisor",
    ]


@pytest.mark.rule("R44")
async def test_urging_on_the_last_day_leaves_the_silence_what_it_is(hall: Hall) -> None:
    number = await hall.accepted()
    await hall.hear(hall.received(number, "fire"))
    for days in (-1, 1):
        hall.harness.clock.move_to(end_of_day(date(2026, 10, 13)) + timedelta(minutes=days))
        urged = await hall.step(number, f"reviews/{number}.1.fire/urging", {"reason": "请尽快答复"})
        assert urged.status_code == 200
    await hall.harness.fire_timers()
    (deemed,) = await hall.harness.events(ReviewDeemedConsented)
    assert (deemed.department, deemed.ground) == ("fire", "silence")


@pytest.mark.rule("R40")
async def test_notices_of_a_stage_carry_the_same_moment_and_numbers_of_their_own(hall: Hall) -> None:
    await hall.accepted()
    asked = await hall.harness.events(ReviewRequested)
    assert {event.department for event in asked} == {"planning", "fire", "environment"}
    assert len({event.requested_at for event in asked}) == 1
    assert sorted(event.document.number for event in asked) == [f"联字〔2026〕{n}号" for n in (1, 2, 3)]


@pytest.mark.rule("R42")
async def test_a_fourth_opinion_is_no_opinion(hall: Hall) -> None:
    number = await hall.accepted(COMMITTED)
    message = hall.harness.message(hall.decided(number, "planning"), "/approval/planning")
    abstaining = message.body.replace(b'"consent"', b'"abstain"')
    await hall.harness.process([type(message)(message.key, message.headers, abstaining)])
    assert len(await hall.harness.parked()) == 1
    assert (await hall.case(number))["state"] == "accepted"


@pytest.mark.rule("R49")
async def test_a_stage_is_joined_once_though_every_word_comes_twice(hall: Hall) -> None:
    number = await hall.accepted()
    spoken: list[approval.ReviewDecided] = [hall.decided(number, name) for name in ("planning", "fire", "environment")]
    messages = [hall.harness.message(event, f"/approval/{event.department}") for event in spoken]
    await hall.harness.process([*messages, *messages])
    await hall.hear(*(hall.decided(number, event.department, Opinion.REFUSE, "改主意") for event in spoken))
    assert len(await hall.harness.events(CaseReviewed)) == 1
    shown = await hall.case(number)
    assert (shown["outcome"], [len(review["answers"]) for review in shown["reviews"]]) == ("granted", [2, 2, 2])
