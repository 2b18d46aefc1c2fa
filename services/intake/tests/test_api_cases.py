"""Steps and reading, over HTTP: who may, from which version, in which state."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import COMMITTED, INSTANT, MONDAY
from yimen.contracts.intake import CaseClosed, CaseLicenceIssued
from yimen.web import Role
from yimen.worktime import end_of_day

STEPS: dict[str, Any] = {
    "acceptance": None,
    "correction": {"requested": [{"code": "02", "reason": "未盖章"}]},
    "refusal": {"ground": "not_a_licence_matter", "reasons": "不属于许可事项"},
    "return": {"reasons": "政策不符", "policy_basis": "某文件"},
    "decision": {"outcome": "granted"},
    "posting": {"carrier": "邮政速递", "waybill": "EMS1"},
    "service": {"way": "pick_up", "receiver": "张三"},
    "supplement": {"materials": [{"code": "02"}]},
    "withdrawal": {"reasons": "不办了"},
}
OF_THE_APPLICANT = {"supplement", "withdrawal"}


@pytest.mark.rule("R37")
async def test_an_instant_item_is_accepted_decided_licensed_served_and_closed_on_one_visit(hall: Hall) -> None:
    number = await hall.accepted(INSTANT)
    decided = (await hall.step(number, "decision", STEPS["decision"])).json()
    assert (decided["state"], decided["outcome"]) == ("decided", "granted")
    assert decided["licence"]["number"] == "证字〔2026〕1号"
    assert decided["licence"]["valid_until"] == "2031-09-27"
    served = (await hall.step(number, "service", STEPS["service"])).json()
    assert served["state"] == "closed"
    assert [document["kind"] for document in served["documents"]] == ["receipt", "acceptance", "grant", "service"]
    (closed,) = await hall.harness.events(CaseClosed)
    assert closed.closed_at == hall.now


@pytest.mark.rule("R30")
async def test_a_licence_is_to_be_served_within_ten_working_days(hall: Hall) -> None:
    number = await hall.accepted(INSTANT)
    await hall.step(number, "decision", STEPS["decision"])
    (licence,) = await hall.harness.events(CaseLicenceIssued)
    assert licence.serve_by.on == date(2026, 10, 16)


async def test_a_denial_at_the_window_needs_reasons_and_articles_and_issues_no_licence(hall: Hall) -> None:
    number = await hall.accepted(INSTANT)
    bare = await hall.step(number, "decision", {"outcome": "denied", "reasons": "不符合"})
    assert (bare.status_code, bare.json()["code"]) == (422, "denial-without-reasons")
    whole = await hall.step(number, "decision", {"outcome": "denied", "reasons": "不符合", "legal_basis": "第五条"})
    assert whole.json()["licence"] is None
    assert "行政复议" in whole.json()["reasons"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_foreign_department_may_take_no_step(hall: Hall, step: str) -> None:
    number = await hall.submitted()
    answer = await hall.step(number, step, STEPS[step], by=hall.stranger)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("step", STEPS)
async def test_a_citizen_may_take_only_the_applicants_steps_and_only_with_their_own_case(hall: Hall, step: str) -> None:
    number = await hall.submitted()
    answer = await hall.step(number, step, STEPS[step], by=hall.neighbour)
    assert answer.status_code == (404 if step in OF_THE_APPLICANT else 403)


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_from_a_stale_version_is_refused_and_one_without_version_too(hall: Hall, step: str) -> None:
    number = await hall.submitted()
    stale = await hall.step(number, step, STEPS[step], version=7)
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"1"')
    bare = await hall.client.post(f"/cases/{number}/{step}", json=STEPS[step], headers=hall.clerk)
    assert bare.status_code == 428


@pytest.mark.parametrize("step", STEPS)
async def test_no_step_leads_out_of_a_closed_case(hall: Hall, step: str) -> None:
    number = await hall.submitted()
    assert (await hall.step(number, "withdrawal", STEPS["withdrawal"], by=hall.citizen)).status_code == 200
    answer = await hall.step(number, step, STEPS[step])
    assert answer.status_code == 409
    assert answer.json()["detail"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_case_that_is_not_there_is_not_found(hall: Hall, step: str) -> None:
    assert (await hall.step("45072120260928L9999990", step, STEPS[step], version=1)).status_code == 404


@pytest.mark.rule("R06")
async def test_asking_a_second_time_is_a_conflict_that_says_why(hall: Hall) -> None:
    number = await hall.submitted()
    assert (await hall.step(number, "correction", STEPS["correction"])).status_code == 200
    again = await hall.step(number, "correction", STEPS["correction"])
    assert (again.status_code, again.json()["code"]) == (409, "correction-already-requested")


@pytest.mark.rule("R07")
async def test_the_applicant_supplements_and_the_case_is_accepted_by_itself(hall: Hall) -> None:
    number = await hall.submitted(codes=("01",), as_is=True)
    await hall.step(number, "correction", STEPS["correction"])
    hall.harness.clock.advance(timedelta(days=1))
    answer = await hall.step(number, "supplement", STEPS["supplement"], by=hall.citizen)
    assert (answer.json()["state"], answer.json()["accepted_on"]) == ("accepted", "2026-09-29")
    assert len(answer.json()["reviews"]) == 3


@pytest.mark.rule("R05")
async def test_after_the_last_minute_the_window_can_no_longer_refuse(hall: Hall) -> None:
    number = await hall.submitted()
    hall.harness.clock.move_to(end_of_day(date(2026, 10, 10)))
    answer = await hall.step(number, "refusal", STEPS["refusal"])
    assert (answer.status_code, answer.json()["code"]) == (409, "deemed-accepted")


async def test_only_instant_items_are_decided_at_the_window(hall: Hall) -> None:
    answer = await hall.step(await hall.accepted(COMMITTED), "decision", STEPS["decision"])
    assert (answer.status_code, answer.json()["code"]) == (409, "decided-by-departments")


async def test_whole_identification_is_for_the_applicant_and_the_lead_departments_clerks(hall: Hall) -> None:
    number = await hall.submitted()
    officer = hall.harness.as_(Role.SECTION_OFFICER, departments=["planning"], id="o")
    for reader, whole in [(hall.clerk, True), (hall.citizen, True), (hall.supervisor, False), (officer, False)]:
        shown = (await hall.case(number, reader))["applicant"]
        assert (shown["id_number"], shown["phone"]) == ((ZHANG, "13800000000") if whole else (None, None))
        assert shown["masked_id"] == "1101**********002X"


async def test_others_cases_are_not_found_by_citizens_and_forbidden_to_other_departments(hall: Hall) -> None:
    path = f"/cases/{await hall.submitted()}"
    assert (await hall.client.get(path, headers=hall.neighbour)).status_code == 404
    assert (await hall.client.get(path, headers=hall.stranger)).status_code == 403
    fees = hall.harness.as_(Role.FEE_OFFICER)
    assert (await hall.client.get(path, headers=fees)).status_code == 403
    assert (await hall.client.get("/cases/nothing", headers=hall.clerk)).status_code == 404


async def test_lists_are_read_page_by_page_oldest_first(hall: Hall) -> None:
    numbers = []
    for _ in range(5):
        numbers.append(await hall.submitted())
        hall.harness.clock.advance(timedelta(minutes=1))
    seen: list[list[str]] = []
    query = {"limit": "2"}
    for _ in range(3):
        page = (await hall.client.get("/cases", params=query, headers=hall.clerk)).json()
        seen.append([case["case_number"] for case in page["items"]])
        query["after"] = page["next"]
    assert seen == [numbers[:2], numbers[2:4], numbers[4:]]
    assert query["after"] is None


async def test_an_applicants_newest_case_comes_first_over_all_pages(hall: Hall) -> None:
    numbers = []
    for _ in range(5):
        numbers.append(await hall.submitted())
        hall.harness.clock.advance(timedelta(minutes=1))
    await hall.step(numbers[3], "refusal", STEPS["refusal"])
    seen, query = [], {"limit": "2"}
    while query.get("after", "") is not None:
        page = (await hall.client.get("/my/cases", params=query, headers=hall.citizen)).json()
        seen.append([case["case_number"] for case in page["items"]])
        query["after"] = page["next"]
    assert seen == [numbers[:2:-1], numbers[2:0:-1], numbers[:1]]


async def test_lists_show_a_clerk_their_own_departments_and_a_citizen_their_own_cases(hall: Hall) -> None:
    number = await hall.submitted()
    await hall.submitted(by=hall.neighbour)

    async def listed(path: str, by: dict[str, str]) -> int:
        return len((await hall.client.get(path, headers=by)).json()["items"])

    assert await listed("/cases", hall.clerk) == await listed("/cases", hall.supervisor) == 2
    assert await listed("/cases", hall.stranger) == 0
    assert await listed("/cases?state=accepted", hall.clerk) == 0
    foreign = await hall.client.get("/cases?department=planning", headers=hall.stranger)
    assert foreign.status_code == 403
    mine = (await hall.client.get("/my/cases", headers=hall.citizen)).json()["items"]
    assert [case["case_number"] for case in mine] == [number]
    assert ("窗口将告知您是否受理" in mine[0]["next"], mine[0]["by"]) == (True, "2026-10-10")
    await hall.step(number, "correction", STEPS["correction"])
    mine = (await hall.client.get("/my/cases", headers=hall.citizen)).json()["items"]
    whole = await hall.case(number, hall.citizen)
    assert mine[0].items() <= whole.items(), "the list says what the case says"
    assert "请补交：" in whole["next"]


async def test_open_cases_are_those_that_somebody_still_has_to_work_on_or_serve(hall: Hall) -> None:
    waiting, accepted, due = await hall.submitted(), await hall.accepted(COMMITTED), await hall.accepted(INSTANT)
    closed, refused = await hall.accepted(INSTANT), await hall.submitted()
    for number in (due, closed):
        await hall.step(number, "decision", STEPS["decision"])
    await hall.step(closed, "service", STEPS["service"])
    await hall.step(refused, "refusal", STEPS["refusal"])
    for path, reader in (("/cases", hall.clerk), ("/cases", hall.supervisor), ("/my/cases", hall.citizen)):
        listed = (await hall.client.get(path, params={"state": "open"}, headers=reader)).json()["items"]
        assert {case["case_number"] for case in listed} == {waiting, accepted, due}


async def test_a_list_shows_one_kind_of_case_and_the_working_days_that_are_left(hall: Hall) -> None:
    waiting, decided = await hall.submitted(), await hall.accepted(INSTANT)
    await hall.step(decided, "decision", STEPS["decision"])

    async def listed(**query: str) -> dict[str, int | None]:
        items = (await hall.client.get("/cases", params=query, headers=hall.clerk)).json()["items"]
        return {case["case_number"]: case["left"] for case in items}

    assert await listed(kind="instant") == {decided: 10}
    assert await listed(kind="instant", state="open") == {decided: 10}
    assert await listed(kind="committed", state="open") == {}
    assert await listed(state="submitted") == {waiting: 5}
    hall.harness.clock.advance(timedelta(days=30))
    late = (await listed(state="decided"))[decided]
    assert late is not None
    assert late < 0


@pytest.mark.parametrize(
    "after", ["x", "2026-09-28T00:00:00~1", "2026-09-28T00:00:00Z~", "~", "0001-01-01T00:00:00+23:59~1"]
)
async def test_a_page_that_is_none_is_refused(hall: Hall, after: str) -> None:
    answer = await hall.client.get("/cases", params={"after": after}, headers=hall.clerk)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-page")


async def test_progress_needs_number_and_password_and_shows_no_personal_data(hall: Hall) -> None:
    told = (await hall.apply()).json()
    path, password = f"/progress/{told['case_number']}", {"Query-Password": told["query_password"].lower()}
    shown = await hall.client.get(path, headers=password)
    assert (shown.json()["status"], shown.json()["state"]) == ("submitted", "已收件，等待受理")
    assert shown.json()["by"] == "2026-10-10"
    assert not any(secret in shown.text for secret in (ZHANG, "1101***", "13800000000", "张三"))
    wrong = await hall.client.get(path, headers={"Query-Password": "22222222"})
    unknown = await hall.client.get("/progress/45072120260928L9999990", headers=password)
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json()["title"] == unknown.json()["title"]
    assert (await hall.client.get(path)).status_code == 422


async def test_after_ten_wrong_passwords_nobody_is_let_in_for_an_hour(hall: Hall) -> None:
    told = (await hall.apply()).json()
    path, right = f"/progress/{told['case_number']}", {"Query-Password": told["query_password"]}
    for _ in range(10):
        assert (await hall.client.get(path, headers={"Query-Password": "wrong"})).status_code == 404
    assert (await hall.client.get(path, headers=right)).status_code == 429
    hall.harness.clock.move_to(MONDAY + timedelta(hours=1))
    assert (await hall.client.get(path, headers=right)).status_code == 200
