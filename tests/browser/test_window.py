"""The window: a clerk takes a walk-in's file in, accepts it, asks once, decides on the spot, serves, sends astray nobody."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sim.people import PEOPLE
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab, settle

CITIZEN = PEOPLE["zhang-xiaomei"]
FOOD, HYGIENE, TRADER = "食品经营许可", "公共场所卫生许可", "个体工商户"


def hand_in(people: People, clerk: str, name: str, leave_out: tuple[str, ...] = (), **more: Any) -> str:
    """A walk-in's application, without the pages."""
    item = next(one for one in people.get(None, "/intake/items") if name in one["name"])
    materials = people.get(None, f"/intake/items/{item['code']}")["materials"]
    body = {
        "item_code": item["code"],
        "channel": "window",
        "applicant": {"type": "person", "name": CITIZEN.name, "id_number": CITIZEN.id_number, "phone": CITIZEN.phone},
        "materials": [{"code": one["code"]} for one in materials if one["code"] not in leave_out],
        "as_is": True,
    }
    return str(people.create(clerk, "/intake/applications", body | more)["case_number"])


def act(page: Page, label: str) -> Any:
    """Opens an act's dialog."""
    page.get_by_role("region", name="可以办理").get_by_role("button", name=label, exact=True).click()
    return page.get_by_role("dialog", name=label)


def confirm(page: Page, label: str) -> None:
    page.get_by_role("dialog", name=label).get_by_role("button", name=f"确认{label}").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_clerk_takes_a_walk_ins_file_in_and_accepts_it(visit: Visit) -> None:
    """Mistakes are told on top and keep what was typed; the slip survives a reload and prints clean."""
    with visit("clerk-market", "/staff/window/apply", expected=("422",)) as page:
        page.get_by_role("searchbox", name="按名称查找事项").fill("食品")
        page.get_by_role("link", name=FOOD).click()
        page.get_by_label("姓名或名称").fill(CITIZEN.name)
        page.get_by_role("button", name="收件登记").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("请填写证件号码")
        expect(summary).to_contain_text("食品经营许可申请书")
        summary.get_by_role("link", name="请填写证件号码").click()
        expect(page.get_by_label("证件号码")).to_be_focused()
        page.get_by_label("证件号码").fill("360722198503124220")
        page.get_by_label("联系电话").fill(CITIZEN.phone)
        page.get_by_role("button", name="全部齐全").click()
        page.get_by_label("营业执照：复印件份数").fill("2")
        page.get_by_role("button", name="收件登记").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.reload()
        expect(page.get_by_label("姓名或名称")).to_have_value(CITIZEN.name)
        page.get_by_label("证件号码").fill(CITIZEN.id_number)
        page.get_by_role("button", name="收件登记").click()
        expect(page.get_by_role("heading", level=1, name="收件凭证")).to_be_visible()
        password = page.locator(".digits").nth(1).inner_text()
        page.reload()
        expect(page.locator(".digits").nth(1)).to_have_text(password)
        assert_usable(page)
        page.emulate_media(media="print")
        expect(page.get_by_role("button", name="打印")).to_be_hidden()
        expect(page.get_by_role("navigation", name="菜单")).to_be_hidden()
        expect(page.get_by_role("row", name=re.compile("营业执照"))).to_contain_text("2")
        page.emulate_media(media="screen")
        page.get_by_role("link", name="打开此件").click()
        expect(page.get_by_text("已收件，等待受理")).to_be_visible()
        expect(page.get_by_text(CITIZEN.id_number)).to_be_visible()
        act(page, "受理")
        confirm(page, "受理")
        expect(page.get_by_text("已受理，正在审查")).to_be_visible()
        expect(page.get_by_text("等待部门审查意见（市场监督管理局）")).to_be_visible()
        with page.expect_download() as kept:
            page.get_by_role("button", name="下载 受理通知书").click()
        assert kept.value.suggested_filename.endswith(".pdf")


@pytest.mark.rule("R06")
def test_a_clerk_asks_once_for_what_is_missing_composed_from_the_checklist(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", FOOD, leave_out=("001", "003"))
    with visit("clerk-market", "/staff/window") as page:
        page.get_by_role("link", name=number).click()
        expect(page.get_by_role("button", name="受理", exact=True)).to_have_count(0)
        dialog = act(page, "一次性告知补正")
        expect(dialog.get_by_label("食品经营许可申请书", exact=True)).to_be_checked()
        expect(dialog.get_by_role("textbox", name="设备布局和操作流程文件：理由")).to_have_value("收件时未提交")
        dialog.get_by_label("营业执照", exact=True).check()
        dialog.get_by_role("button", name="确认一次性告知补正").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写营业执照：理由")
        dialog.get_by_role("textbox", name="营业执照：理由").fill("复印件模糊不清")
        assert_usable(page)
        confirm(page, "一次性告知补正")
        expect(page.get_by_text("等待补正材料", exact=True)).to_be_visible()
        expect(page.get_by_text("补正要求：复印件模糊不清")).to_be_visible()
        expect(page.get_by_role("button", name="一次性告知补正")).to_have_count(0)
        dialog = act(page, "收取补正材料")
        dialog.get_by_role("button", name="全部齐全").click()
        confirm(page, "收取补正材料")
        expect(page.get_by_text("已受理，正在审查")).to_be_visible()


@pytest.mark.rule("R16")
def test_minor_material_may_follow_against_a_commitment(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", FOOD, leave_out=("004",))
    with visit("clerk-market", f"/staff/cases/{number}", expected=("422",), viewport=NARROW) as page:
        settle(page)
        assert_fits(page)
        dialog = act(page, "受理")
        expect(dialog).to_contain_text("食品安全规章制度")
        dialog.get_by_role("button", name="确认受理").click()
        expect(dialog.get_by_role("alert")).to_contain_text("没有确认容缺承诺书")
        dialog.get_by_label("申请人已签容缺承诺书").check()
        confirm(page, "受理")
        expect(page.get_by_text("等待补交容缺材料（食品安全规章制度）")).to_be_visible()
        dialog = act(page, "收取容缺材料")
        dialog.get_by_role("button", name="全部齐全").click()
        confirm(page, "收取容缺材料")
        expect(page.get_by_text("等待部门审查意见（市场监督管理局）")).to_be_visible()


def test_an_instant_item_is_decided_and_served_on_the_same_visit(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-health", HYGIENE)
    with visit("clerk-health", f"/staff/cases/{number}") as page:
        act(page, "受理")
        confirm(page, "受理")
        dialog = act(page, "当场决定")
        dialog.get_by_label("不予许可").check()
        dialog.get_by_role("button", name="确认当场决定").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写理由")
        dialog.get_by_label("准予许可").check()
        confirm(page, "当场决定")
        expect(page.get_by_text("已作出决定，等待送达")).to_be_visible()
        dialog = act(page, "送达")
        expect(dialog.get_by_label("签收人", exact=True)).to_have_value(CITIZEN.name)
        dialog.get_by_label("签收人", exact=True).fill("王芳")
        dialog.get_by_role("button", name="确认送达").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写签收人与申请人的关系")
        dialog.get_by_label("签收人与申请人的关系").fill("配偶")
        dialog.get_by_label("代收理由").fill("申请人住院")
        confirm(page, "送达")
        expect(page.get_by_text("已办结", exact=True).first).to_be_visible()
        _in_the_ledger(page, number)
        _rated(page, number, people)


def _in_the_ledger(page: Page, number: str) -> None:
    page.get_by_role("link", name="台账").click()
    page.get_by_label("台账").select_option(label="送达台账")
    expect(page).to_have_url(re.compile("ledger=service"))
    expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("王芳")
    with page.expect_download() as kept:
        page.get_by_role("button", name="导出CSV").click()
    assert re.fullmatch(r"送达台账\d{8}-\d{8}\.csv", kept.value.suggested_filename)
    assert_usable(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile(number))).to_be_visible()
    page.emulate_media(media="screen")


def _rated(page: Page, number: str, people: People) -> None:
    """The supervisor's side has to have heard of the ending."""
    people.until("supervisor", f"/monitor/cases/{number}", lambda case: case["state"] == "closed")
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="请申请人评价").click()
    page.get_by_role("button", name="打开评价").click()
    expect(page.get_by_role("link", name="在平板上打开评价页面")).to_have_attribute("href", re.compile("^/tablet/.+"))


@pytest.mark.rule("R03")
def test_another_organs_matter_is_refused_and_the_organ_named(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", TRADER)
    with visit("clerk-market", f"/staff/cases/{number}") as page:
        dialog = act(page, "不予受理")
        dialog.get_by_label("属于其他机关职权").check()
        dialog.get_by_label("理由", exact=True).fill("经营场所在邻县")
        dialog.get_by_role("button", name="确认不予受理").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写有权办理的机关")
        expect(dialog.get_by_label("理由", exact=True)).to_have_value("经营场所在邻县")
        dialog.get_by_label("有权办理的机关").fill("邻县市场监督管理局")
        confirm(page, "不予受理")
        expect(page.get_by_text("现在没有需要您办理的事项。")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("不予受理决定书"))).to_be_visible()


def test_a_case_is_accepted_from_the_queue_without_a_mouse(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-planning", "闲置土地处置")
    later = hand_in(people, "clerk-planning", "土地复垦")
    with visit("clerk-planning", "/staff/window?kind=committed") as page:
        expect(page.get_by_role("link", name=later)).to_be_visible()
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.get_by_role("link", name=later)).to_be_focused()
        page.keyboard.press("k")
        expect(page.get_by_role("link", name=number)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="受理", exact=True)).to_be_visible()
        focus_by_tab(page, "受理")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="受理")).to_be_visible()
        focus_by_tab(page, "确认受理")
        page.keyboard.press("Enter")
        expect(page.get_by_text("已受理，正在审查")).to_be_visible()
        page.get_by_role("link", name="返回受理队列").click()
        expect(page.get_by_role("link", name=later)).to_be_visible()
        expect(page.get_by_role("link", name=number)).to_have_count(0)


def test_the_queue_grows_by_itself_and_keeps_its_filters_in_the_address(visit: Visit, people: People) -> None:
    with visit("clerk-all", "/staff/window") as page:
        settle(page)
        page.get_by_role("main").get_by_label("部门").select_option(label="林业局")
        page.get_by_label("办件类型").select_option(label="承诺件")
        expect(page).to_have_url(re.compile("department=forestry.*kind=committed"))
        page.reload()
        expect(page.get_by_role("main").get_by_label("部门")).to_have_value("forestry")
        expect(page.get_by_text("没有符合条件的办件")).to_be_visible()
        number = hand_in(people, "clerk-forestry", "林木采伐")
        expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("还剩5个工作日")
        assert_usable(page)


def test_who_is_not_of_the_department_cannot(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", TRADER)
    with visit("clerk-fire", f"/staff/cases/{number}", expected=("403",)) as page:
        expect(page.get_by_role("alert")).to_contain_text("不是本部门的办件")
    with visit("officer-market", "/staff/window") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
        page.goto(f"/staff/cases/{number}")
        expect(page.get_by_text("现在没有需要您办理的事项。")).to_be_visible()
        expect(page.get_by_text(CITIZEN.id_number)).to_have_count(0)
