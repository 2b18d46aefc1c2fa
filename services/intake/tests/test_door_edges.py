"""The door's rules at the law's edges: who is named, the last minute, the paper of each answer."""

from datetime import date, timedelta

import pytest

from services.intake.domain import door, reviewing
from services.intake.domain.case import Status
from services.intake.domain.grounds import RefusalGround
from services.intake.domain.values import Answer
from services.intake.tests.door_samples import refused
from services.intake.tests.hall import Hall
from services.intake.tests.samples import CLERK, MONDAY, RULES, TWO_STAGES, held, submitted
from yimen.contracts.intake import CaseRefused, ReviewRequested
from yimen.contracts.parts import Opinion
from yimen.worktime import end_of_day

LAST_DAY_ENDS = end_of_day(date(2026, 10, 10))
LAST_MINUTE = LAST_DAY_ENDS - timedelta(minutes=1)
REFUSAL = {"ground": "not_a_licence_matter", "reasons": "属于民事纠纷"}


@pytest.mark.rule("R03")
@pytest.mark.parametrize("organ", [None, "", "  "])
def test_another_organs_matter_is_refused_only_by_naming_that_organ(organ: str | None) -> None:
    with refused("competent-organ-missing"):
        door.refuse(submitted(), RefusalGround.ANOTHER_ORGAN, "不归我们管", organ, CLERK, MONDAY, RULES)


@pytest.mark.rule("R02", "R03")
@pytest.mark.parametrize("ground", sorted(set(RefusalGround) - {RefusalGround.ANOTHER_ORGAN}))
def test_no_other_refusal_sends_the_applicant_to_another_organ(ground: RefusalGround) -> None:
    with refused("competent-organ-unfounded"):
        door.refuse(submitted(), ground, "理由", "市公安局", CLERK, MONDAY, RULES)
    (event,) = door.refuse(submitted(), ground, "理由", None, CLERK, MONDAY, RULES).events
    assert isinstance(event, CaseRefused)
    assert event.competent_organ is None


@pytest.mark.rule("R02")
def test_the_paper_states_the_ground_before_the_windows_own_reasons() -> None:
    ground = RefusalGround.NOT_A_LICENCE_MATTER
    case = door.refuse(submitted(), ground, "属于民事纠纷", None, CLERK, MONDAY, RULES).case
    assert case.reasons == "申请事项依法不需要取得行政许可：属于民事纠纷"


@pytest.mark.rule("R02", "R03")
def test_a_refusal_after_the_day_of_receipt_is_possible_until_silence_has_accepted() -> None:
    ground = RefusalGround.NOT_A_LICENCE_MATTER
    assert door.refuse(submitted(), ground, "晚了", None, CLERK, LAST_MINUTE, RULES).case.status is Status.REFUSED
    with refused("deemed-accepted"):
        door.refuse(submitted(), ground, "晚了", None, CLERK, LAST_DAY_ENDS, RULES)


@pytest.mark.rule("R04")
def test_the_notice_may_be_given_in_the_last_minute_of_the_fifth_day_and_not_after_it() -> None:
    missing = {"02": "未盖章"}
    case = door.request_correction(submitted(), missing, CLERK, LAST_MINUTE, RULES).case
    assert case.status is Status.CORRECTION_REQUESTED
    with refused("deemed-accepted"):
        door.request_correction(submitted(), missing, CLERK, LAST_DAY_ENDS, RULES)


@pytest.mark.rule("R04")
def test_a_notice_that_leaves_out_what_is_missing_is_no_notice() -> None:
    with refused("notice-incomplete"):
        door.request_correction(submitted(materials=("01",)), {"01": "未签名"}, CLERK, MONDAY, RULES)


@pytest.mark.rule("R05", "R04")
def test_days_between_the_notice_and_the_supplement_are_not_the_windows() -> None:
    asked = door.request_correction(submitted(), {"02": "未盖章"}, CLERK, LAST_MINUTE, RULES).case
    at = LAST_DAY_ENDS + timedelta(days=30)
    case = door.supplement(asked, held("02", at=at), at, RULES).case
    assert (case.deemed, case.accepted_on) == (False, date(2026, 11, 10))


@pytest.mark.rule("R08")
def test_ninety_days_are_calendar_days_from_the_notice_not_from_the_receipt() -> None:
    case = door.request_correction(submitted(), {"02": "未盖章"}, CLERK, LAST_MINUTE, RULES).case
    last = end_of_day(date(2027, 1, 8))
    assert door.supplement(case, held("02"), last - timedelta(minutes=1), RULES).case.status is Status.ACCEPTED
    with refused("supplement-too-late"):
        door.supplement(case, held("02"), last, RULES)


@pytest.mark.rule("R11")
def test_the_next_stage_is_asked_with_all_that_came_in_until_then() -> None:
    noted = door.request_correction(submitted(TWO_STAGES), {"03": "请提交授权书"}, CLERK, MONDAY, RULES).case
    case = door.supplement(noted, held("03"), MONDAY, RULES).case
    said = Answer(opinion=Opinion.CONSENT, decided_by="李主任", decided_at=MONDAY)
    events = []
    for review in case.current_reviews:
        change = reviewing.answer(case, review, said, MONDAY, RULES)
        case, events = change.case, [*events, *change.events]
    (request,) = (event for event in events if isinstance(event, ReviewRequested))
    assert sorted(material.code for material in request.materials) == ["01", "02", "03"]


@pytest.mark.rule("R03")
async def test_the_window_must_fill_in_the_right_organ_and_the_applicant_reads_it(hall: Hall) -> None:
    number = await hall.submitted()
    body = {"ground": "another_organ", "reasons": "属于公安机关职权"}
    bare = await hall.step(number, "refusal", body)
    assert (bare.status_code, bare.json()["code"]) == (422, "competent-organ-missing")
    assert (await hall.step(number, "refusal", {"reasons": "没有情形"})).status_code == 422
    assert (await hall.step(number, "refusal", body | {"competent_organ": "市公安局"})).status_code == 200
    (event,) = await hall.harness.events(CaseRefused)
    assert (event.competent_organ, event.document.number) == ("市公安局", "不受字〔2026〕1号")


@pytest.mark.rule("R09")
@pytest.mark.parametrize(
    ("step", "body", "number"),
    [
        ("acceptance", None, "受字〔2026〕1号"),
        ("correction", {"requested": [{"code": "02", "reason": "未盖章"}]}, "补字〔2026〕1号"),
        ("refusal", REFUSAL, "不受字〔2026〕1号"),
        ("return", {"reasons": "政策不符", "policy_basis": "某文件"}, "退字〔2026〕1号"),
    ],
)
async def test_each_answer_of_the_window_is_a_paper_with_number_and_date(
    hall: Hall, step: str, body: object, number: str
) -> None:
    answer = await hall.step(await hall.submitted(), step, body)
    papers = {paper["number"]: paper["dated"] for paper in answer.json()["documents"]}
    assert papers[number] == "2026-09-28"


@pytest.mark.rule("R09", "R05")
async def test_acceptance_by_silence_is_a_paper_too_dated_when_the_silence_was_complete(hall: Hall) -> None:
    number = await hall.submitted()
    hall.harness.clock.move_to(LAST_DAY_ENDS)
    await hall.harness.fire_timers()
    papers = {paper["kind"]: paper["dated"] for paper in (await hall.case(number))["documents"]}
    assert papers["acceptance"] == "2026-10-11"
