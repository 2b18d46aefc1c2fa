"""The supervisor's side of the hall: alerts, orders, appeals and patrols, from both sides of the desk."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.monitor.domain.inspections import ATTENDANCE, DERIVED
from services.monitor.domain.rulebook_check import NATIONAL
from sim.people import PEOPLE
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import assert_usable, focus_by_tab
from yimen.worktime import SHANGHAI

ROOT = Path(__file__).parents[2]
DEPARTMENT = "market"
CHIEF = f"chief-{DEPARTMENT}"


def hand_in(people: People, citizen: str = "zhang-xiaomei", department: str = DEPARTMENT) -> str:
    """A case that nobody has looked at yet; its number."""
    catalogue = people.get(None, "/intake/items")
    item = next(one for one in catalogue if one["department"] == department)
    full = people.get(None, f"/intake/items/{item['code']}")
    materials = [{"code": m["code"], "copies": max(1, m["originals"] + m["copies"])} for m in full["materials"]]
    person = PEOPLE[citizen]
    applicant = {"type": "person", "name": person.name, "id_number": person.id_number, "phone": person.phone}
    body = {"item_code": item["code"], "channel": "web", "applicant": applicant, "materials": materials}
    return str(people.create(citizen, "/intake/applications", body)["case_number"])


def alerts_of(people: People, number: str) -> str:
    return f"/monitor/alerts?case={number}"


@pytest.fixture(scope="module")
def ignored(people: People) -> list[str]:
    """Two cases without an answer for five working days: accepted by law, and an alert for each (R05)."""
    numbers = [hand_in(people), hand_in(people, "li-qiang")]
    people.move_clock(people.now() + timedelta(days=8))
    for number in numbers:
        people.until("supervisor", alerts_of(people, number), lambda page: page["items"])
    return numbers


@pytest.mark.rule("R77")
def test_a_chief_answers_an_alert_by_keyboard_alone(visit: Visit, people: People, ignored: list[str]) -> None:
    with visit(CHIEF, f"/staff/alerts?case={ignored[0]}") as page:
        row = page.get_by_role("row").filter(has_text="依法自收件之日起视为受理")
        expect(row).to_contain_text("还剩")
        focus_by_tab(page, row.get_by_role("link").first.inner_text(), role="link")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2, name="经过")).to_be_visible()
        focus_by_tab(page, "答复")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        focus_by_tab(page, "确认答复")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("请填写答复内容")
        focus_by_tab(page, "答复内容", role="textbox")
        page.keyboard.type("系统故障，收件未及时处理，现已受理。")
        focus_by_tab(page, "确认答复")
        page.keyboard.press("Enter")
        expect(page.get_by_text("部门已经答复，存档备查")).to_be_visible()
        expect(page.get_by_role("button", name="答复", exact=True)).to_have_count(0)
    answered = people.get("supervisor", f"{alerts_of(people, ignored[0])}&answered=true")["items"]
    assert [one["answered_by"] for one in answered] == [PEOPLE[CHIEF].name]


@pytest.mark.rule("R77")
def test_silence_becomes_an_order_that_is_answered_returned_answered_and_closed(
    visit: Visit, people: People, ignored: list[str]
) -> None:
    people.move_clock(people.now() + timedelta(days=6))
    orders = f"/monitor/orders?case={ignored[1]}"
    number = people.until("supervisor", orders, lambda page: page["items"])["items"][0]["order_number"]
    with visit(CHIEF, f"/staff/orders?case={ignored[1]}") as page:
        page.get_by_role("row").filter(has_text="待反馈").get_by_role("link").first.click()
        say(page, "反馈", "反馈内容", "已经补办受理，并调整值班。")
        expect(page.get_by_text("已反馈，待监察人员审核")).to_be_visible()
    with visit("supervisor", f"/staff/orders/{number}") as page:
        say(page, "退回重新反馈", "理由", "未说明责任人。", days="2")
        expect(page.get_by_text("待反馈", exact=True)).to_be_visible()
    people.act(CHIEF, f"/monitor/orders/{number}", "answer", {"answer": "责任人已批评教育。"})
    with visit("supervisor", f"/staff/orders/{number}") as page:
        say(page, "办结", "审核意见", "反馈属实。")
        expect(page.get_by_text("已办结", exact=True)).to_be_visible()
        for step in ("反馈 ", "退回 ", "办结 "):
            expect(page.get_by_role("listitem").filter(has_text=step).first).to_be_visible()


def say(page: Page, act: str, field: str, words: str, days: str = "") -> None:
    """One act that is said in words, from its button to the end of its dialog."""
    page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog")
    if days:
        dialog.get_by_label("反馈期限（工作日）").fill(days)
    dialog.get_by_label(field, exact=True).fill(words)
    dialog.get_by_role("button", name=f"确认{act}").click()
    expect(dialog).to_have_count(0)


def test_an_order_without_a_demand_is_refused_and_what_was_typed_stays(visit: Visit) -> None:
    with visit("supervisor", "/staff/orders/new") as page:
        page.get_by_label("部门", exact=True).select_option(DEPARTMENT)
        page.get_by_label("反馈期限").fill("很快")
        page.get_by_role("button", name="发出督办单").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写督办要求")
        page.reload()
        expect(page.get_by_label("反馈期限")).to_have_value("很快")
        page.get_by_label("反馈期限").fill("2")
        page.get_by_label("督办要求").fill("请说明公示栏未更新的原因。")
        page.get_by_role("button", name="发出督办单").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("督字")
        expect(page.get_by_text("请首席代表在期限内反馈")).to_be_visible()
        assert_usable(page)


@pytest.mark.rule("R82")
@pytest.mark.rule("R76")
def test_a_finding_is_recorded_and_set_right_and_what_it_cost_is_appealed(visit: Visit, people: People) -> None:
    today = f"{people.now().astimezone(SHANGHAI).date()}"
    with visit("supervisor", "/staff/inspections/new") as page:
        page.get_by_label("部门", exact=True).select_option(DEPARTMENT)
        page.get_by_label("检查项目").select_option("wrong_result")
        page.get_by_label("具体情况").fill("许可证上的名称写错。")
        page.get_by_label("检查日期").fill(today)
        page.get_by_label("分值", exact=True).fill("-9")
        page.get_by_role("button", name="登记巡查发现").click()
        expect(page.get_by_role("alert")).to_contain_text("-5 至 -2")
        page.get_by_label("分值", exact=True).fill("-2")
        page.get_by_role("button", name="登记巡查发现").click()
        expect(page.get_by_role("heading", level=1, name="办理结果差错")).to_be_visible()
        number = page.url.rpartition("/")[2]
    with visit(CHIEF, f"/staff/inspections/{number}") as page:
        say(page, "填报整改", "整改措施", "已经换发，并增加核对。")
        expect(page.get_by_text("部门已经整改，存档备查")).to_be_visible()
        assert_usable(page)
    sheet, subject = f"/monitor/scores/{today[:7]}/window/{DEPARTMENT}", f"inspection/{number}"
    found = people.until("supervisor", sheet, lambda one: [line for line in one["lines"] if line["subject"] == subject])
    entry = next(line["entry_id"] for line in found["lines"] if line["subject"] == subject)
    grounds = {"target": "entry", "target_id": entry, "grounds": "名称由申请人填错。"}
    appeal = people.create(CHIEF, "/monitor/appeals", grounds)["appeal_number"]
    with visit("leader", "/staff/appeals?decided=no") as page:
        page.get_by_role("link", name=appeal).click()
        page.get_by_role("button", name="决定").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="确认决定").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请选择决定结果")
        dialog.get_by_label("申诉成立", exact=True).check()
        dialog.get_by_label("理由").fill("申请书原文如此。")
        dialog.get_by_role("button", name="确认决定").click()
        expect(page.get_by_text("有关扣分已经冲正。")).to_be_visible()
    people.until("supervisor", sheet, lambda one: [line for line in one["lines"] if line["reverses"] == entry])


def test_what_the_law_holds_fast_is_the_same_on_the_page_and_in_the_rules() -> None:
    source = (ROOT / "hall/src/staff/areas/supervise/rulebook.ts").read_text()
    listed = re.search(r"NATIONAL = \[(.*?)\]", source, re.DOTALL)
    assert listed
    assert set(re.findall(r"'([\w-]+)'", listed[1])) == NATIONAL
    entered = (ROOT / "hall/src/staff/areas/supervise/findings.ts").read_text()
    for name, codes in (("ATTENDANCE", ATTENDANCE), ("DERIVED", DERIVED)):
        listed = re.search(rf"{name} = \[(.*?)\]", entered, re.DOTALL)
        assert listed
        assert set(re.findall(r"'(\w+)'", listed[1])) == codes


def test_a_section_officer_may_not_supervise(visit: Visit) -> None:
    with visit(f"officer-{DEPARTMENT}", "/staff/alerts") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
