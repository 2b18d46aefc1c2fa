"""What citizens say: questions, complaints and ratings, and how they follow them by number and password."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.paying import handed_in
from tests.browser.people import Json, People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab

QUESTION = "食品经营许可需要先办营业执照吗？"


def given(page: Page) -> tuple[str, str]:
    """Number and password, as they are shown once."""
    keep = page.locator(".keep strong.digits")
    expect(keep).to_have_count(2)
    number, password = keep.all_text_contents()
    return number, password


def follow(page: Page, label: str, number: str, password: str) -> None:
    page.get_by_label(label).fill(number)
    page.get_by_label("查询密码").fill(password)
    page.get_by_role("button", name="查询", exact=True).click()


def test_a_question_is_asked_answered_and_shown_to_everyone(visit: Visit, people: People) -> None:
    item = next(one for one in people.get(None, "/intake/items") if one["name"] == "食品经营许可")
    with visit(None, f"/items/{item['code']}") as page:
        page.get_by_role("link", name="就这个事项提问").click()
        expect(page.get_by_label("向哪个部门咨询")).to_have_value("market")
        expect(page.get_by_label("有关事项")).to_have_value(item["code"])
        page.get_by_role("button", name="提交咨询").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写您的问题")
        page.get_by_label("您的问题").fill(QUESTION)
        page.reload()
        expect(page.get_by_label("您的问题")).to_have_value(QUESTION)
        page.get_by_role("button", name="提交咨询").click()
        number, password = given(page)
        expect(page.get_by_text("等待部门答复，最迟")).to_be_visible()
        assert_usable(page)
    answer = {"answer": "需要先取得营业执照。", "shown_question": QUESTION}
    queue = people.get("clerk-market", "/monitor/consultations/queue")["items"]
    version = next(one["version"] for one in queue if one["number"] == number)
    path = f"/monitor/consultations/{number}/answer"
    people.create("clerk-market", path, answer, **{"If-Match": f'"{version}"'})
    with visit(None, "/consultations", viewport=NARROW) as page:
        expect(page.get_by_role("heading", name=f"问：{QUESTION}")).to_be_visible()
        assert_fits(page)
        page.get_by_label("部门").select_option("health")
        expect(page.get_by_text("还没有公开的问答")).to_be_visible()
        follow(page, "咨询编号", number, password.lower())
        expect(page.get_by_text("需要先取得营业执照。")).to_be_visible()


@pytest.mark.rule("R90", "R93")
def test_somebody_complains_by_keyboard_without_a_name_follows_it_and_takes_it_back(
    visit: Visit, people: People
) -> None:
    with visit(None, "/complaints", expected=("404", "422")) as page:
        focus_by_tab(page, "我要投诉", role="link")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="我要投诉")).to_be_focused()
        focus_by_tab(page, "服务不规范 由政务服务中心办理", role="radio")
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        expect(page.get_by_role("radio", name="违规收费")).to_be_checked()
        focus_by_tab(page, "投诉内容", role="textbox")
        page.keyboard.type("窗口多收了二十元工本费，没有开票。")
        focus_by_tab(page, "提交投诉")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("匿名投诉须写明")
        expect(page.get_by_label("投诉内容")).to_have_value("窗口多收了二十元工本费，没有开票。")
        focus_by_tab(page, "被投诉的部门（选填）", role="combobox")
        for _ in range(4):
            page.keyboard.press("ArrowDown")
        focus_by_tab(page, "提交投诉")
        page.keyboard.press("Enter")
        number, password = given(page)
        expect(page.get_by_text("已登记，待决定是否受理")).to_be_visible()
        expect(page.get_by_text("纠风办", exact=True)).to_be_visible()
        assert_usable(page)
    with visit(None, "/complaints", expected=("404",)) as page:
        follow(page, "投诉编号", number, "WRONG23456")
        expect(page.get_by_role("alert")).to_contain_text("编号或查询密码不正确")
        page.get_by_role("button", name="重新填写密码").click()
        page.get_by_label("查询密码").fill(password)
        page.get_by_role("button", name="查询", exact=True).click()
        page.get_by_role("button", name="撤回投诉").click()
        page.get_by_role("button", name="确认撤回投诉").click()
        expect(page.get_by_text("已撤回", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="撤回投诉")).to_have_count(0)
    seen = people.get("discipline", f"/monitor/complaints/{number}")
    assert (seen["state"], seen["file"]["complainant"], seen["department"]) == ("withdrawn", None, "housing")


def test_a_named_complaint_needs_the_name(visit: Visit) -> None:
    with visit(None, "/complaints/new") as page:
        page.get_by_role("radio", name="署名").check()
        page.get_by_role("button", name="提交投诉").click()
        summary = page.get_by_role("alert")
        for words in ("请选择投诉的内容属于", "请填写投诉内容", "请填写您的姓名"):
            expect(summary).to_contain_text(words)
        summary.get_by_role("link", name="请填写您的姓名").click()
        expect(page.get_by_label("您的姓名")).to_be_focused()
        assert_usable(page)


# -- ratings ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(people: People) -> Json:
    """An instant case, from the door to the licence."""
    case = handed_in(people, "公共场所卫生许可", "zhang-xiaomei")
    path = f"/intake/cases/{case['number']}"
    people.act("clerk-health", path, "acceptance")
    basis = {"outcome": "granted", "reasons": "材料齐全，符合法定形式", "legal_basis": "行政许可法第三十四条"}
    people.act("clerk-health", path, "decision", basis)
    people.act("clerk-health", path, "service", {"way": "pick_up", "receiver": "张小梅"})
    people.until("supervisor", f"/monitor/cases/{case['number']}", lambda found: found["closed_at"])
    return case


@pytest.mark.rule("R95")
def test_who_holds_number_and_password_rates_a_stage_once(visit: Visit, served: Json) -> None:
    number, password = served["number"], served["password"]
    with visit(None, f"/rate/{number}", expected=("409",), viewport=NARROW) as page:
        page.get_by_label("查询密码").fill(password)
        page.get_by_role("button", name="查询", exact=True).click()
        expect(page.get_by_text("公共场所卫生许可新办")).to_be_visible()
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("alert")).to_contain_text("请选择满意程度")
        page.get_by_role("radio", name="满意", exact=True).first.check()
        page.get_by_text("还想说得详细一些").click()
        page.get_by_role("group", name="便捷度").get_by_role("radio", name="非常满意").check()
        page.get_by_label("意见和建议").fill("办得很快")
        assert_usable(page)
        assert_fits(page)
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_text("您对“办结”环节的评价：满意。")).to_be_visible()
        page.reload()
        page.get_by_role("radio", name="不满意", exact=True).first.check()
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("alert")).to_contain_text("已经评价过")
        assert password not in unquote(urlsplit(page.url).path + page.url)


@pytest.mark.rule("R95", "R96")
def test_the_applicant_rates_at_the_windows_tablet(visit: Visit, people: People) -> None:
    case = handed_in(people, "食品经营许可", "zhang-xiaomei")
    people.act("clerk-market", f"/intake/cases/{case['number']}", "acceptance")
    people.until("supervisor", f"/monitor/cases/{case['number']}", lambda found: found["accepted_on"])
    body = {"case_number": case["number"], "stage": "acceptance"}
    ticket = people.create("clerk-market", "/monitor/ratings/tickets", body)["ticket"]
    with visit(None, f"/tablet/{ticket}") as page:
        assert_usable(page)
        page.get_by_role("radio", name=re.compile("^非常不满意")).first.check()
        page.get_by_text("还想说得详细一些").click()
        page.get_by_role("radio", name="署名").check()
        page.get_by_label("您的姓名").fill("张小梅")
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写联系电话")
        page.get_by_label("联系电话").fill("13800000001")
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
        expect(page.get_by_text("部门会与您联系并整改")).to_be_visible()


def test_a_ticket_that_nobody_opened_is_refused_in_words(visit: Visit) -> None:
    with visit(None, "/tablet/nothing", expected=("404",)) as page:
        page.get_by_role("radio", name="满意", exact=True).first.check()
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("alert")).to_contain_text("请由窗口人员重新打开评价")
