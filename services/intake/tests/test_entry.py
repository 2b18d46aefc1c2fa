"""Departments report items, the centre decides on their entry; what leaves the hall is refused in words."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.tests.hall import Hall
from services.intake.tests.reports import Office, faults_of, record
from services.intake.tests.samples import JOINT
from yimen.contracts import intake
from yimen.web import Role


@pytest.fixture
def office(hall: Hall) -> Office:
    return Office(hall)


async def listed(hall: Hall) -> dict[str, int]:
    """Code to version, as the public sees it."""
    return {item["code"]: item["version"] for item in (await hall.client.get("/items")).json()}


async def said(hall: Hall, code: str) -> list[str]:
    events = await hall.harness.events(intake.ItemEvent)
    return [event.action for event in events if event.item_code == code]


async def apply(hall: Hall, code: str, **more: Any) -> Any:
    return await hall.apply(JOINT.but(code=code), **more)


# -- reported -------------------------------------------------------------------------------------------------------------


async def test_an_item_is_reported_entered_and_applied_for(hall: Hall, office: Office) -> None:
    item = record()
    answer = await office.report(item)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["state"], shown["version"], shown["item_version"]) == ("reported", 1, 1)
    assert answer.headers["etag"] == '"1"'
    assert (await hall.client.get(f"/items/{item['code']}")).status_code == 404
    assert (await apply(hall, item["code"])).status_code == 404
    entered = await office.decide(shown["report_id"], "entry")
    assert (entered.json()["state"], entered.json()["decided_by"]["name"]) == ("entered", "章有序")
    assert entered.json()["item"]["effective_from"] == "2026-09-28", "never from a day that has passed"
    assert (await hall.client.get(f"/items/{item['code']}")).json()["name"] == "临时占地许可"
    assert (await apply(hall, item["code"])).status_code == 201
    assert await said(hall, item["code"]) == ["reported", "published"]


@pytest.mark.rule("R12", "R13", "R21", "R25")
async def test_a_faulty_report_is_told_every_fault_and_leaves_nothing(hall: Hall, office: Office) -> None:
    fee = {"code": "F1", "name": "费", "unit": "件", "price": 100, "basis": "令"}
    flow = [{"name": "初审", "departments": ["planning"], "limit_days": 21}]
    wrong = record(code="1", kind="forwarded", promised_days=60, promised_text="", fees=[fee], stages=flow, version=7)
    wrong["disclosures"]["basis"] = " "
    wrong["materials"][0]["required"] = False
    answer = await office.report(wrong)
    found = faults_of(answer)
    assert {
        "/item/code",
        "/item/promised_days",
        "/item/fees",
        "/item/stages/0",
        "/item/version",
        "/item/disclosures/basis",
        "/item/materials/0/required",
        "/item/superior",
    } <= set(found)
    assert f"共{len(answer.json()['errors'])}处" in answer.json()["detail"]
    page = await hall.client.get("/item-reports", headers=office.admin)
    assert page.json() == {"items": [], "next": None}


async def test_a_field_of_the_wrong_type_is_pointed_at(hall: Hall, office: Office) -> None:
    found = faults_of(await office.report(record(promised_days="10", colour="red")))
    assert set(found) == {"/item/promised_days", "/item/colour"}
    assert "department" in str(faults_of(await office.report({})))


async def test_a_price_that_another_item_has_otherwise_is_refused(hall: Hall, office: Office) -> None:
    fee = {"code": "BDC-FZZ", "name": "不动产登记费（非住宅类）", "unit": "件", "price": 55001, "basis": "令"}
    told = record()["disclosures"] | {"fee": "每件550.01元"}
    found = faults_of(await office.report(record(free=False, fees=[fee], disclosures=told)))
    assert "收费编码BDC-FZZ的标准与目录中的" in found["/item/fees"]


async def test_a_department_reports_only_its_own_items(hall: Hall, office: Office) -> None:
    answer = await office.report(record(), office.foreigner)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    report_id = await office.reported(record())
    seen = await hall.client.get(f"/item-reports/{report_id}", headers=office.foreigner)
    assert seen.status_code == 403
    page = await hall.client.get("/item-reports", headers=office.foreigner)
    assert page.json()["items"] == []
    foreign = await hall.client.get("/item-reports?department=planning", headers=office.foreigner)
    assert foreign.status_code == 403


async def test_reports_are_listed_page_by_page_and_by_state(hall: Hall, office: Office) -> None:
    made = [await office.reported(record(serial)) for serial in (1, 2, 3)]
    assert (await office.decide(made[1], "refusal", {"reason": "重复设定"})).status_code == 200
    first = (await hall.client.get("/item-reports?limit=2", headers=office.chief)).json()
    rest = (await hall.client.get(f"/item-reports?limit=2&after={first['next']}", headers=office.chief)).json()
    assert [one["report_id"] for one in (*first["items"], *rest["items"])] == made
    assert rest["next"] is None
    refused = (await hall.client.get("/item-reports?state=refused", headers=office.admin)).json()["items"]
    assert [(one["report_id"], one["reason"]) for one in refused] == [(made[1], "重复设定")]


async def test_one_report_of_an_item_waits_at_a_time(hall: Hall, office: Office) -> None:
    await office.reported(record())
    assert "正待中心审定" in faults_of(await office.report(record()))["/item/code"]


# -- decided --------------------------------------------------------------------------------------------------------------


async def test_a_report_is_decided_once_and_as_it_was_seen(hall: Hall, office: Office) -> None:
    report_id = await office.reported(record())
    assert (await office.decide(report_id, "refusal", {"reason": "依据不足"}, version=3)).status_code == 412
    assert (await office.decide(report_id, "refusal", {"reason": "依据不足"})).status_code == 200
    for word, body in (("entry", None), ("refusal", {"reason": "x"}), ("exemption", {"reason": "x"})):
        answer = await office.decide(report_id, word, body, version=2)
        assert (answer.status_code, answer.json()["code"]) == (409, "report-decided")
    assert await said(hall, record()["code"]) == ["reported", "entry_refused"]
    assert (await office.decide("SB0", "entry")).status_code == 404


async def test_after_a_refusal_the_same_version_may_be_reported_again(hall: Hall, office: Office) -> None:
    report_id = await office.reported(record())
    await office.decide(report_id, "refusal", {"reason": "依据不足"})
    await office.entered(record())
    assert (await listed(hall))[record()["code"]] == 1


async def test_what_is_entered_is_held_against_the_catalogue_of_that_day(hall: Hall, office: Office) -> None:
    code = record()["code"]
    report_id = await office.reported(record())
    assert (await office.withdrawn(JOINT.code, "2026-09-28")).status_code == 201
    other = await office.reported(record(2))
    assert (await office.decide(other, "entry", {"effective_from": "2026-09-27"})).status_code == 422
    assert (await office.decide(report_id, "entry", {"effective_from": "2026-09-28"})).status_code == 200
    assert await said(hall, code) == ["reported", "published"]


async def test_a_future_version_is_not_in_force_until_its_day(hall: Hall, office: Office) -> None:
    code = record()["code"]
    await office.entered(record())
    await office.entered(record(version=2, name="临时用地许可"), "2026-10-10")
    assert (await listed(hall))[code] == 1
    hall.harness.clock.advance(timedelta(days=11, hours=14, minutes=59))  # 23:59 on 2026-10-09
    assert (await listed(hall))[code] == 1
    hall.harness.clock.advance(timedelta(minutes=1))
    assert (await listed(hall))[code] == 2
    assert (await hall.client.get(f"/items/{code}")).json()["name"] == "临时用地许可"
    assert await said(hall, code) == ["reported", "published", "reported", "revised"]


async def test_a_new_flow_is_in_force_without_a_release_and_old_cases_keep_the_old(hall: Hall, office: Office) -> None:
    """S16."""
    code = record()["code"]
    await office.entered(record())
    old = (await apply(hall, code)).json()["case_number"]
    flow = [{"name": "联合审查", "departments": ["planning", "housing", "market"], "limit_days": 6}]
    await office.entered(record(version=2, stages=flow))
    new = (await apply(hall, code)).json()["case_number"]
    for number in (old, new):
        assert (await hall.step(number, "acceptance")).status_code == 200
    reviews = {number: (await hall.case(number))["reviews"] for number in (old, new)}
    assert {(one["stage"], one["department"]) for one in reviews[old]} == {("初审", "fire"), ("初审", "environment")}
    assert {one["department"] for one in reviews[new]} == {"planning", "housing", "market"}
    await hall.hear(hall.decided(old, "fire"), hall.decided(old, "environment"))
    after = await hall.case(old)
    assert (after["item_version"], after["reviews"][-1]["stage"]) == (1, "终审")


# -- kept out, abolished --------------------------------------------------------------------------------------------------


async def test_an_item_that_is_kept_out_is_listed_with_its_reason_and_refused(hall: Hall, office: Office) -> None:
    """S01, S22."""
    code = record()["code"]
    report_id = await office.reported(record())
    assert (await office.decide(report_id, "exemption", {"reason": "涉密"})).status_code == 200
    (kept,) = (await hall.client.get("/items/kept-out")).json()
    assert (kept["code"], kept["department"], kept["reason"]) == (code, "planning", "涉密")
    refused = await apply(hall, code)
    assert (refused.status_code, refused.json()["code"]) == (409, "item-kept-out")
    assert "涉密" in refused.json()["detail"]
    assert (await hall.client.get(f"/items/{code}")).status_code == 404
    assert await said(hall, code) == ["reported", "kept_out"]
    await office.entered(record())
    assert (await hall.client.get("/items/kept-out")).json() == []
    assert (await apply(hall, code)).status_code == 201


async def test_an_item_that_leaves_for_outside_leaves_the_list(hall: Hall, office: Office) -> None:
    code = record()["code"]
    await office.entered(record())
    number = (await apply(hall, code)).json()["case_number"]
    report_id = await office.reported(record(version=2))
    await office.decide(report_id, "exemption", {"reason": "网络专线"})
    assert code not in await listed(hall)
    assert (await apply(hall, code)).json()["code"] == "item-kept-out"
    assert (await hall.step(number, "acceptance")).status_code == 200


async def test_an_abolished_item_is_refused_from_its_day_and_running_cases_go_on(hall: Hall, office: Office) -> None:
    code = record()["code"]
    await office.entered(record())
    number = (await apply(hall, code)).json()["case_number"]
    assert (await office.withdrawn(code, "2026-09-29")).status_code == 201
    assert (await apply(hall, code)).status_code == 201
    hall.harness.clock.advance(timedelta(hours=15))  # midnight
    refused = await apply(hall, code)
    assert (refused.status_code, refused.json()["code"]) == (409, "item-abolished")
    assert "2026-09-29" in refused.json()["detail"]
    assert "法律修订" in refused.json()["detail"]
    assert code not in await listed(hall)
    gone = await hall.client.get(f"/items/{code}")
    assert (gone.status_code, gone.json()["title"]) == (404, "该事项已经取消")
    assert (await hall.step(number, "acceptance")).status_code == 200
    assert await said(hall, code) == ["reported", "published", "withdrawn"]


async def test_an_item_is_abolished_once_and_does_not_come_back_under_its_code(hall: Hall, office: Office) -> None:
    code = record()["code"]
    await office.entered(record())
    assert (await office.withdrawn(code, "2026-09-27")).json()["code"] == "effective-in-the-past"
    assert (await office.withdrawn(code, "2026-09-28")).status_code == 201
    again = await office.withdrawn(code, "2026-10-01")
    assert (again.status_code, again.json()["code"]) == (409, "item-already-withdrawn")
    assert "不得再以原编码申报" in faults_of(await office.report(record(version=2)))["/item/code"]
    assert (await office.withdrawn("X", "2026-10-01")).status_code == 404


async def test_a_report_that_waited_while_its_item_was_abolished_is_not_entered(hall: Hall, office: Office) -> None:
    await office.entered(record())
    report_id = await office.reported(record(version=2))
    await office.withdrawn(record()["code"], "2026-12-01")
    assert "不得再以原编码申报" in faults_of(await office.decide(report_id, "entry"))["/item/code"]


async def test_a_departments_own_system_may_report(hall: Hall, office: Office) -> None:
    system = hall.harness.as_(Role.INTEGRATOR, departments=["planning"], id="system", name="规划业务系统")
    answer = await office.report(record(), system)
    assert answer.json()["reported_by"] == {"id": "system", "name": "规划业务系统"}
