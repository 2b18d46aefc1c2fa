"""One case, seven people in seven browsers; and what the lead of a joint case does beside joining the answers."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import Json, People
from tests.browser.reviewing import (
    FELLING,
    MUNICIPAL,
    accepted,
    act,
    confirm,
    done,
    hand_in,
    hours_later,
    item_of,
    open_case,
    press,
)
from tests.browser.seven import CITIZEN, DEPARTMENTS, do_a_joint_case
from tests.browser.visiting import assert_usable


@pytest.mark.rule("R41", "R42", "R49", "R50")
def test_a_joint_case_done_by_seven_people_in_seven_browsers(visit: Visit, people: People) -> None:
    do_a_joint_case(visit, people)


# -- the lead -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R45", "R46")
def test_the_lead_calls_together_urges_and_has_the_last_word(visit: Visit, people: People) -> None:
    item = led_item(people)
    number = str(hand_in(people, item, CITIZEN)["case_number"])
    people.act("clerk-planning", f"/intake/cases/{number}", "acceptance")
    for department in DEPARTMENTS:
        act(people, number, department, "receipt")
    with (
        visit("clerk-planning", "/staff/joint", expected=("409",)) as clerk,
        visit("chief-planning", "/staff/reviews") as chief,
    ):
        clerk.get_by_role("row").filter(has_text=number).get_by_role("link").click()
        urge_environment(clerk)
        meets_at = hours_later(people, 2)
        convening = press(clerk, "召集会审或者踏勘")
        convening.get_by_label("举行时间").fill(meets_at)
        confirm(convening)
        convening.get_by_role("link", name="请填写地点").click()
        clerk.keyboard.type("三楼会议室")
        done(convening)
        people.move_clock(people.now() + timedelta(hours=3))
        record_minutes(clerk)
        expect(clerk.get_by_role("row").filter(has_text="消防").get_by_text(re.compile("视为同意"))).to_be_visible()
        answer(people, number, "environment", "refuse", "排水方案不足")
        answer(people, number, "planning", "consent", "")
        open_case(chief, number)
        chief.get_by_role("link", name="查看各部门的审查情况").click()
        expect(chief.get_by_text("生态环境局不同意")).to_be_visible()
        deciding = press(chief, "牵头部门决定")
        deciding.get_by_role("radio", name="不采纳不同意见，准予许可").check(force=True)
        deciding.get_by_label("理由").fill("排水方案已经整改到位")
        done(deciding)
        expect(chief.get_by_text("排水方案已经整改到位")).to_be_visible()
        expect(clerk.get_by_text("排水方案已经整改到位")).to_be_visible()
        expect(clerk.get_by_role("button", name="牵头部门决定")).to_have_count(0)


def urge_environment(page: Page) -> None:
    for refused in (False, True):
        urging = press(page, "督促生态环境局")
        urging.get_by_label("督促内容").fill("期限将至，请尽快答复")
        if not refused:
            done(urging)
            continue
        confirm(urging)
        expect(urging.get_by_role("alert")).to_contain_text("今日已经督促过该部门")
        urging.get_by_role("button", name="取消").click()


def record_minutes(page: Page) -> None:
    minutes = press(page, "登记纪要")
    confirm(minutes)
    expect(minutes.get_by_role("alert")).to_contain_text("请选择到场部门")
    for name in ("自然资源和规划局", "生态环境局"):
        minutes.get_by_text(name, exact=True).click()
    minutes.get_by_label("纪要").fill("原则同意，排水方案须完善")
    done(minutes)


def answer(people: People, number: str, department: str, opinion: str, reasons: str) -> None:
    body = {"opinion": opinion, "reasons": reasons, "legal_basis": "城乡规划法第四十条"}
    act(people, number, department, "decision", body, by=f"chief-{department}")


def led_item(people: People) -> Json:
    """The municipal permit once more, as an item on which the lead may set a refusal aside (S06)."""
    item = item_of(people, MUNICIPAL)
    if item["lead_may_override"]:
        return item
    report = {name: value for name, value in item.items() if name in REPORTED and value is not None}
    report |= {"lead_may_override": True, "version": item["version"] + 1, "effective_from": hours_later(people, 0)[:10]}
    made = people.create("chief-planning", "/intake/item-reports", {"item": report})
    people.act("centre-admin", f"/intake/item-reports/{made['report_id']}", "entry")
    return item_of(people, MUNICIPAL)


REPORTED = {
    *("code", "name", "department", "organ", "kind", "statutory_days", "statutory_text", "promised_days"),
    *("promised_text", "materials", "fees", "free", "stages", "licence", "disclosures", "quantity", "legal_basis"),
}


@pytest.mark.rule("R17")
def test_the_centre_looks_at_a_return_again(visit: Visit, people: People) -> None:
    number = str(hand_in(people, item_of(people, FELLING))["case_number"])
    case = f"/intake/cases/{number}"
    returned = {"reasons": "在公益林范围内", "policy_basis": "森林法第五十五条"}
    people.act("clerk-forestry", case, "return", returned)
    papers = people.get("clerk-forestry", case)["documents"]
    notice = next(paper["number"] for paper in papers if paper["kind"] == "return")
    people.act("li-qiang", case, "re-examination", {"notice_number": notice, "reasons": "不在公益林内"})
    with visit("centre-admin", "/staff/joint?state=returned") as page:
        page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
        finding = press(page, "作出复核决定")
        finding.get_by_role("radio", name="撤销退件，重新受理").check(force=True)
        confirm(finding)
        finding.get_by_role("link", name="请填写理由").click()
        page.keyboard.type("经核对不在公益林范围内")
        done(finding)
        expect(page.get_by_text("经核对不在公益林范围内")).to_be_visible()
        expect(page.get_by_role("button", name="作出复核决定")).to_have_count(0)


# -- the centre's projects ----------------------------------------------------------------------------------------------


def test_the_centre_registers_a_project_and_sees_what_departments_owe(visit: Visit, people: People) -> None:
    with visit("centre-admin", "/staff/projects") as page:
        expect(page.get_by_text("还没有登记过重大项目。")).to_be_visible()
        page.get_by_role("link", name="登记重大项目").click()
        page.get_by_label("项目名称").fill("诚远建材产业园")
        page.get_by_role("button", name="登记", exact=True).click()
        page.get_by_role("alert").get_by_role("link", name="请填写投资主体名称").click()
        page.keyboard.type("诚远建材有限公司")
        page.reload()
        expect(page.get_by_label("投资主体名称")).to_have_value("诚远建材有限公司")
        page.get_by_label("统一社会信用代码或者身份证号码").fill("91360722MA35K8XQ2K")
        page.get_by_label("联系电话").fill("13800000003")
        page.get_by_label("全程代办人员姓名").fill("万晓芳")
        page.get_by_label("全程代办人员编号").fill("clerk-all")
        page.get_by_label("全程代办委托书").fill("委托书〔2026〕1号")
        page.get_by_role("checkbox", name=re.compile("建设工程规划许可证")).check()
        assert_usable(page)
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="诚远建材产业园")).to_be_visible()
        number = accepted(people, MUNICIPAL, CITIZEN, project=page.url.rpartition("/")[2])
        owed = page.get_by_role("region", name="各部门未答复的审查").get_by_role("row").filter(has_text=number)
        expect(owed).to_have_count(3)
        owed.first.get_by_role("link").click()
        expect(page.get_by_role("button", name=re.compile("督促"))).to_have_count(3)
    with visit("clerk-market", "/staff/projects") as other:
        expect(other.get_by_text("没有由您全程代办的重大项目。")).to_be_visible()
