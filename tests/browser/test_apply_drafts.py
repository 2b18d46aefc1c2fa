"""Drafts that outlast a reload, another browser and another tab; a network that goes away in the middle of it."""

import re

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.applying import CITIZEN, ITEM, answer_applicant, apply_by_file, begin, handed_in, next_step
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import assert_usable

SAVED = re.compile("草稿已保存")


def test_a_draft_is_resumed_in_another_browser_and_deleted(visit: Visit) -> None:
    with visit(CITIZEN, f"/apply/{ITEM}") as page:
        begin(page)
        next_step(page, "申请人")
        answer_applicant(page)
        expect(page.get_by_text(SAVED)).to_be_visible()
        page.reload()
        expect(page.get_by_label("联系电话")).to_have_value("13800000001")
        next_step(page, "申请材料")
        apply_by_file(page, "食品经营许可申请书", "申请书.pdf")
        expect(page.get_by_text(SAVED)).to_be_visible()
    with visit(CITIZEN, "/drafts") as page:
        assert_usable(page)
        page.get_by_role("link", name="继续填写").click()
        begin(page)
        page.get_by_role("link", name="申请人").click()
        expect(page.get_by_label("联系电话")).to_have_value("13800000001")
        page.get_by_role("link", name="申请材料").click()
        expect(page.get_by_role("group", name=re.compile("食品经营许可申请书"))).to_contain_text("已上传")
        page.get_by_role("navigation", name="菜单").get_by_role("link", name="草稿").click()
        page.get_by_role("button", name="删除").click()
        page.get_by_role("dialog").get_by_role("button", name="确认删除").click()
        expect(page.get_by_role("main")).to_contain_text("没有草稿")


def test_of_two_browsers_the_later_is_asked_which_to_keep(visit: Visit) -> None:
    with visit(CITIZEN, f"/apply/{ITEM}?step=applicant") as one, visit(CITIZEN, "/", expected=("412",)) as other:
        _type(one, "13800000011")
        other.goto(one.url)
        expect(other.get_by_label("联系电话")).to_have_value("13800000011")
        _type(one, "13800000022")
        other.get_by_label("联系电话").fill("13800000033")
        expect(other.get_by_role("alert")).to_contain_text("在别处修改过")
        assert_usable(other)
        other.get_by_role("button", name="用那边较新的").click()
        expect(other.get_by_label("联系电话")).to_have_value("13800000022")
        _type(one, "13800000044")
        other.get_by_label("联系电话").fill("13800000055")
        other.get_by_role("button", name="用本页的").click()
        expect(other.get_by_text(SAVED)).to_be_visible()
        other.reload()
        expect(other.get_by_label("联系电话")).to_have_value("13800000055")


def _type(page: Page, phone: str) -> None:
    page.get_by_label("联系电话").fill(phone)
    expect(page.get_by_text("正在保存草稿……")).to_be_visible()
    expect(page.get_by_text(SAVED)).to_be_visible()


def test_an_answer_lost_in_mid_submit_loses_and_doubles_nothing(visit: Visit, people: People) -> None:
    with visit("li-qiang", f"/apply/{ITEM}", expected=("ERR_", "404")) as page:
        _fill(page)
        _lose_answers(page.context)
        page.get_by_role("main").get_by_role("button", name="提交申请").click()
        expect(page.get_by_text("网络不通。您填写的内容都还在")).to_be_visible()
        (case,) = _cases(people)
        page.reload()
        page.context.unroute("**/intake/applications")
        expect(page.get_by_role("alert")).to_contain_text("这份草稿已不在")
        assert_usable(page)
        number, _password = handed_in(page)
        assert (number, _cases(people)) == (case, [case])
        page.goto("/drafts")
        expect(page.get_by_role("main")).to_contain_text("没有草稿")


def test_a_network_that_comes_back_needs_no_second_press(visit: Visit, people: People) -> None:
    before = _cases(people)
    with visit("li-qiang", f"/apply/{ITEM}", expected=("ERR_",)) as page:
        _fill(page)
        page.context.set_offline(True)
        page.get_by_role("main").get_by_role("button", name="提交申请").click()
        expect(page.get_by_text("网络不通。您填写的内容都还在")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_role("heading", level=1, name="申请已提交")).to_be_visible()
    assert len(_cases(people)) == len(before) + 1


def _fill(page: Page) -> None:
    begin(page)
    next_step(page, "申请人")
    answer_applicant(page, "li-qiang")
    page.get_by_role("link", name="核对并提交").click()
    page.get_by_label("材料不齐，仍要先提交").check()
    expect(page.get_by_text(SAVED)).to_be_visible()


def _lose_answers(context: BrowserContext) -> None:
    """Each request reaches the hall; no answer reaches the page."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    context.route("**/intake/applications", lose)


def _cases(people: People) -> list[str]:
    return [case["case_number"] for case in people.get("li-qiang", "/intake/my/cases")["items"]]
