"""Acceptance with a gap and re-examination, over HTTP and with real timers."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.intake.publishing import publish
from services.intake.tests.door_samples import DOOR_ITEMS, MINOR_INSTANT, MINOR_JOINT
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import INSTANT, JOINT
from yimen.contracts.intake import (
    CaseDeferralLapsed,
    CaseDeferralMet,
    CaseMaterialsDeferred,
    CaseReExamined,
    CaseReopened,
    CaseReturned,
    ReviewCancelled,
    ReviewMaterialsAdded,
)
from yimen.web import Role
from yimen.worktime import end_of_day

UNTIL, MAKE_UP_BY = date(2026, 10, 10), date(2026, 10, 30)
GAP: dict[str, Any] = {
    "defer": [{"code": "02", "reason": "尚在制作"}, {"code": "04", "reason": "尚在拍摄"}],
    "until_days": 5,
    "commitment": True,
}


def brought(*codes: str) -> dict[str, Any]:
    return {"materials": [{"code": code} for code in codes]}


@pytest.fixture
async def open_hall(hall: Hall) -> Hall:
    async with hall.harness.units.begin() as unit:
        await publish(unit, DOOR_ITEMS)
    return hall


async def with_a_gap(hall: Hall) -> str:
    number = await hall.submitted(MINOR_JOINT, codes=("01",), as_is=True)
    answer = await hall.step(number, "acceptance", GAP)
    assert answer.status_code == 200, answer.text
    return number


async def returned(hall: Hall) -> str:
    number = await hall.submitted()
    await hall.step(number, "return", {"reasons": "政策不符", "policy_basis": "某文件"})
    return number


@pytest.mark.rule("R09", "R16")
async def test_a_gap_accepted_lapsed_and_filled_leaves_its_numbered_papers(open_hall: Hall) -> None:
    hall = open_hall
    number = await with_a_gap(hall)
    (deferred,) = await hall.harness.events(CaseMaterialsDeferred)
    assert (deferred.document.number, deferred.until.on) == ("容字〔2026〕1号", UNTIL)
    hall.harness.clock.move_to(end_of_day(UNTIL) - timedelta(minutes=1))
    assert await hall.harness.fire_timers() == 0
    hall.harness.clock.move_to(end_of_day(UNTIL) + timedelta(hours=3))
    assert await hall.harness.fire_timers() == 1
    (lapsed,) = await hall.harness.events(CaseDeferralLapsed)
    assert (lapsed.document.number, lapsed.make_up_by.on) == ("容催字〔2026〕1号", MAKE_UP_BY)
    assert (await hall.case(number))["paused"]
    first = await hall.step(number, "deferred-materials", brought("02"), by=hall.citizen)
    assert first.json()["missing"] == ["现场照片"]
    last = (await hall.step(number, "deferred-materials", brought("04"))).json()
    assert (last["missing"], last["paused"]) == ([], False)
    assert last["deferral"]["met_at"] is not None
    (met,) = await hall.harness.events(CaseDeferralMet)
    assert met.promised_due is not None
    assert len(await hall.harness.events(ReviewMaterialsAdded)) == 6
    assert {"acceptance", "deferral", "deferral_lapsed"} <= {paper["kind"] for paper in last["documents"]}


@pytest.mark.rule("R16")
async def test_unfilled_past_the_grace_the_case_is_returned_and_no_department_goes_on(open_hall: Hall) -> None:
    hall = open_hall
    number = await with_a_gap(hall)
    hall.harness.clock.move_to(end_of_day(MAKE_UP_BY))
    await hall.harness.fire_timers()
    (event,) = await hall.harness.events(CaseReturned)
    assert (event.returned_by, event.returned_at) == (None, end_of_day(MAKE_UP_BY))
    assert len(await hall.harness.events(ReviewCancelled)) == 3
    assert (await hall.case(number))["state"] == "returned"
    late = await hall.step(number, "deferred-materials", brought("02"), by=hall.citizen)
    assert (late.status_code, late.json()["code"]) == (409, "case-in-wrong-state")


@pytest.mark.rule("R16")
async def test_an_applicant_of_bad_credit_is_accepted_whole_or_not_at_all(open_hall: Hall) -> None:
    hall = open_hall
    body = {"id_number": ZHANG, "name": "张三", "ground": "bad_credit", "found_on": "2020-01-01", "basis": "失信名单"}
    imposed = await hall.client.post("/bans", json=body, headers=hall.supervisor | {"Idempotency-Key": str(uuid4())})
    assert (imposed.status_code, imposed.json()["until"]) == (201, None)
    number = await hall.submitted(MINOR_JOINT, codes=("01",), as_is=True)
    answer = await hall.step(number, "acceptance", GAP)
    assert (answer.status_code, answer.json()["code"]) == (409, "applicant-of-bad-credit")
    whole = await hall.submitted(MINOR_JOINT, codes=("01", "02", "04"))
    assert (await hall.step(whole, "acceptance", {})).status_code == 200


@pytest.mark.rule("R16")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"commitment": False}, "commitment-missing"),
        ({"until_days": 11}, "deferral-beyond-promise"),
        ({"defer": [*GAP["defer"], GAP["defer"][0]]}, "material-doubled"),
        ({"defer": [{"code": "01", "reason": "忘带"}]}, "material-not-deferrable"),
    ],
)
async def test_an_unlawful_gap_is_refused_and_the_case_stays_at_the_window(
    open_hall: Hall, changes: dict[str, Any], code: str
) -> None:
    number = await open_hall.submitted(MINOR_JOINT, codes=("01",), as_is=True)
    answer = await open_hall.step(number, "acceptance", GAP | changes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await open_hall.case(number))["state"] == "submitted"


@pytest.mark.rule("R16")
async def test_an_instant_item_is_granted_only_when_its_gap_is_filled(open_hall: Hall) -> None:
    hall = open_hall
    number = await hall.submitted(MINOR_INSTANT, codes=("01",), as_is=True)
    await hall.step(number, "acceptance", {**GAP, "until_days": None})
    answer = await hall.step(number, "decision", {"outcome": "granted"})
    assert (answer.status_code, answer.json()["code"]) == (409, "deferred-material-missing")
    await hall.step(number, "deferred-materials", brought("02", "04"))
    assert (await hall.step(number, "decision", {"outcome": "granted"})).json()["state"] == "decided"


async def test_deferred_material_and_re_examination_are_the_applicants_or_the_windows(open_hall: Hall) -> None:
    hall = open_hall
    number = await with_a_gap(hall)
    for step, body in (
        ("deferred-materials", brought("02")),
        ("re-examination", {"notice_number": "退字〔2026〕1号", "reasons": "有误"}),
    ):
        assert (await hall.step(number, step, body, by=hall.neighbour)).status_code == 404
        assert (await hall.step(number, step, body, by=hall.stranger)).status_code == 403
        assert (await hall.step(number, step, body, version=99)).status_code == 412
    finding = await hall.step(number, "re-examination/finding", {"upheld": True, "reasons": "有据"})
    assert finding.status_code == 403


@pytest.mark.rule("R17")
async def test_a_return_is_re_examined_by_the_centre_with_the_notice_and_reopened(hall: Hall) -> None:
    number, centre = await returned(hall), hall.harness.as_(Role.CENTRE_ADMIN, id="centre", name="中心")
    wrong = {"notice_number": "退字〔2026〕9号", "reasons": "材料齐全"}
    answer = await hall.step(number, "re-examination", wrong, by=hall.citizen)
    assert (answer.status_code, answer.json()["code"]) == (422, "return-notice-unknown")
    right = wrong | {"notice_number": " 退字〔2026〕1号 "}
    asked = await hall.step(number, "re-examination", right, by=hall.citizen)
    assert asked.json()["re_examination"]["upheld"] is None
    waiting = (await hall.client.get("/cases?state=returned", headers=centre)).json()["items"]
    assert [(case["case_number"], case["waits_for"]) for case in waiting] == [(number, "re_examination")]
    hall.harness.clock.advance(timedelta(days=1))
    found = await hall.step(number, "re-examination/finding", {"upheld": False, "reasons": "退件无据"}, by=centre)
    assert (found.json()["state"], found.json()["received_on"]) == ("submitted", "2026-09-29")
    assert found.json()["applicant"]["id_number"] is None
    (finding,), (reopened,) = await hall.harness.events(CaseReExamined), await hall.harness.events(CaseReopened)
    assert finding.document.number == "复字〔2026〕1号"
    assert reopened.answer_by.on == date(2026, 10, 12)
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 12)))
    assert await hall.harness.fire_timers() == 1
    assert (await hall.case(number))["deemed"]


@pytest.mark.rule("R17")
async def test_a_case_accepted_once_more_asks_the_departments_anew_and_hears_only_the_new_words(
    open_hall: Hall,
) -> None:
    hall, centre = open_hall, open_hall.harness.as_(Role.CENTRE_ADMIN, id="centre")
    number = await with_a_gap(hall)
    hall.harness.clock.move_to(end_of_day(MAKE_UP_BY))
    await hall.harness.fire_timers()
    notice = {"notice_number": "退字〔2026〕1号", "reasons": "已邮寄"}
    assert (await hall.step(number, "re-examination", notice)).status_code == 200
    await hall.step(number, "re-examination/finding", {"upheld": False, "reasons": "邮件已到"}, by=centre)
    assert (await hall.step(number, "acceptance", GAP)).status_code == 200
    await hall.hear(hall.decided(number, "fire"), hall.resumed(number, "planning"))
    shown = await hall.case(number)
    assert len(shown["reviews"]) == 6
    assert [review["answer"] for review in shown["reviews"]] == [None] * 6
    for department in ("planning", "fire", "environment"):
        word = hall.decided(number, department)
        await hall.hear(word.model_copy(update={"review_id": f"{number}.1.{department}.2"}))
    assert await hall.harness.parked() == []
    assert (await hall.case(number))["state"] == "reviewed"
    await hall.step(number, "deferred-materials", brought("02", "04"))
    assert (await hall.case(number))["state"] == "decided"


# -- what comes back is handled at the window that it came from, and at once (补办件) -------------------------------------


@pytest.mark.rule("R07", "R09")
async def test_a_supplement_goes_back_to_its_window_and_is_accepted_in_the_same_moment(hall: Hall) -> None:
    number = await hall.submitted(codes=("01",), as_is=True)
    requested = [{"code": code, "reason": "缺"} for code in ("01", "02")]
    await hall.step(number, "correction", {"requested": requested})
    hall.harness.clock.advance(timedelta(days=2))
    part = (await hall.step(number, "supplement", brought("02"), by=hall.citizen)).json()
    assert (part["state"], part["department"]) == ("correction_requested", JOINT.department)
    waiting = await hall.client.get("/cases?state=correction_requested", headers=hall.clerk)
    assert [case["case_number"] for case in waiting.json()["items"]] == [number]
    assert (await hall.step(number, "supplement", brought("01"), by=hall.stranger)).status_code == 403
    whole = (await hall.step(number, "supplement", brought("01"))).json()
    assert (whole["state"], whole["accepted_on"]) == ("accepted", "2026-09-30")
    assert {review["requested_on"] for review in whole["reviews"]} == {"2026-09-30"}


@pytest.mark.rule("R07")
async def test_a_supplemented_instant_item_is_decided_on_the_visit_that_completes_it(hall: Hall) -> None:
    number = await hall.submitted(INSTANT, codes=("01",), as_is=True)
    await hall.step(number, "correction", {"requested": [{"code": "02", "reason": "缺"}]})
    hall.harness.clock.advance(timedelta(days=1))
    accepted = (await hall.step(number, "supplement", brought("02"))).json()
    assert accepted["promised_due"]["on"] == "2026-09-29"
    assert (await hall.step(number, "decision", {"outcome": "granted"})).json()["decided_on"] == "2026-09-29"
