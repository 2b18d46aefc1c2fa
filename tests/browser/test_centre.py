"""The centre's own work, each from signing in to done: items, announcements, the year's plan, words of messages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab

CODE = "11450721000000158G4450131903000"
DISCLOSED = {
    "审批内容": "小餐饮登记。",
    "依据": "《中华人民共和国食品安全法》第三十六条",
    "条件": "场所、设备、人员符合食品安全要求。",
    "程序": "申请、受理、审查、决定、发证。",
    "时限": "法定时限10个工作日，承诺时限5个工作日。",
    "收费标准": "不收费",
}


def fill_report(page: Page) -> None:
    """A sound one, but for its promise: longer than the law's limit, and not what its words say."""
    page.get_by_label("事项名称").fill("小餐饮登记")
    page.get_by_label("编码", exact=False).first.fill(CODE)
    page.get_by_label("生效日期").fill("2026-01-05")
    page.get_by_label("设定依据").fill("《中华人民共和国食品安全法》第三十六条")
    page.get_by_label("法定时限（工作日）").fill("10")
    page.get_by_label("承诺时限（工作日）").fill("50")
    page.get_by_label("承诺时限的文字").fill("5个工作日")
    page.get_by_label("材料名称").fill("小餐饮登记申请书")
    page.get_by_role("button", name="增加环节").click()
    page.get_by_label("环节", exact=True).fill("审查")
    page.get_by_label("时限（工作日）", exact=True).fill("5")
    for label, text in DISCLOSED.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("数量").fill("无数量限制")


@pytest.mark.rule("R21")
@pytest.mark.rule("S01")
def test_a_department_mends_its_report_and_the_centre_enters_it(visit: Visit, people: People) -> None:
    with visit("chief-market", "/staff/centre/reports", expected=("422",)) as page:
        page.get_by_role("link", name="申报事项").click()
        fill_report(page)
        page.get_by_role("button", name="提交申报").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("承诺时限50个工作日超过法定时限10个工作日")
        expect(summary).to_contain_text("与文字“5个工作日”不一致")
        assert_usable(page)
        page.reload()
        expect(page.get_by_label("事项名称")).to_have_value("小餐饮登记")
        page.get_by_label("承诺时限（工作日）").fill("5")
        page.get_by_role("button", name="提交申报").click()
        expect(page.get_by_role("heading", level=1, name="小餐饮登记")).to_be_visible()
        expect(page.get_by_text("待审定")).to_be_visible()
        expect(page.get_by_role("button", name="准予进驻")).to_have_count(0)
        address = page.url
    with visit("centre-admin", address) as page:
        page.get_by_role("button", name="准予进驻").click()
        page.get_by_role("dialog").get_by_role("button", name="确认准予进驻").click()
        expect(page.get_by_text("准予进驻", exact=True).first).to_be_visible()
        expect(page.get_by_role("button", name="不予进驻")).to_have_count(0)
    (listed,) = [one for one in people.get(None, "/intake/items") if one["code"] == CODE]
    assert (listed["name"], listed["promised_days"], listed["version"]) == ("小餐饮登记", 5, 1)


def test_what_was_entered_is_reported_anew_and_refused_with_a_reason(visit: Visit, people: People) -> None:
    code = people.get(None, "/intake/items")[0]["code"]
    item = people.get(None, f"/intake/items/{code}")
    with visit(f"chief-{item['department']}", f"/staff/centre/items/{code}") as page:
        page.get_by_role("link", name="申报新版本").click()
        expect(page.get_by_label("事项名称")).to_have_value(item["name"])
        expect(page.get_by_label("版本")).to_have_value(str(item["version"] + 1))
        page.get_by_role("button", name="提交申报").click()
        expect(page.get_by_text("待审定")).to_be_visible()
        address = page.url
    with visit("centre-admin", address) as page:
        page.get_by_role("button", name="不予进驻").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="确认不予进驻").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写原因")
        dialog.get_by_label("原因").fill("与现行版本没有区别")
        dialog.get_by_role("button", name="确认不予进驻").click()
        expect(page.get_by_text("与现行版本没有区别")).to_be_visible()


def test_a_file_with_a_mistake_is_told_by_line(visit: Visit) -> None:
    with visit("chief-fire", "/staff/centre/reports/import", expected=("422",)) as page:
        page.get_by_label("文件", exact=True).set_input_files(
            {"name": "ours.yaml", "mimeType": "application/yaml", "buffer": b"department: fire\nitems: []\n"}
        )
        expect(page.get_by_label("文件内容")).to_have_value("department: fire\nitems: []\n")
        page.get_by_role("button", name="导入事项文件").click()
        expect(page.get_by_role("alert")).to_contain_text("至少一项")
        assert_usable(page)


def test_an_announcement_is_published_by_keyboard_alone_and_withdrawn(visit: Visit, people: People) -> None:
    with visit("centre-admin", "/staff/centre/announcements") as page:
        focus_by_tab(page, "发布公告", role="link")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="发布公告")).to_be_focused()
        focus_by_tab(page, "发布公告")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("请填写标题")
        focus_by_tab(page, "标题", role="textbox")
        page.keyboard.insert_text("元旦放假安排")
        page.keyboard.press("Tab")
        page.keyboard.insert_text("1月1日放假一天。")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("公告已经发布")).to_be_visible()
        listed = people.get(None, "/intake/announcements")["items"]
        assert [one["title"] for one in listed] == ["元旦放假安排"]
        page.get_by_role("button", name="撤下").click()
        page.get_by_label("原因").fill("日期有误")
        page.get_by_role("button", name="确认撤下").click()
        expect(page.get_by_text("没有正在公布的公告")).to_be_visible()
        assert people.get(None, "/intake/announcements")["items"] == []


@pytest.mark.rule("R36")
def test_a_years_plan_arrives_and_the_months_show_it(visit: Visit) -> None:
    with visit("centre-admin", "/staff/centre/calendar?year=2028", viewport=NARROW, expected=("422",)) as page:
        expect(page.get_by_text("2028年的放假安排尚未公布")).to_be_visible()
        page.get_by_role("button", name="修改安排").click()
        page.get_by_label("放假的日期").fill("春节")
        page.get_by_role("button", name="保存并重新计算").click()
        expect(page.get_by_role("alert")).to_contain_text("无法识别：春节")
        page.get_by_label("放假的日期").fill("2028-10-02 至 2028-10-06")
        page.get_by_label("调休上班的周末").fill("2028-09-27")
        page.get_by_role("button", name="保存并重新计算").click()
        expect(page.get_by_role("alert")).to_contain_text("2028-09-27不是周末")
        expect(page.get_by_label("放假的日期")).to_have_value("2028-10-02 至 2028-10-06")
        page.get_by_label("调休上班的周末").fill("2028-09-30")
        page.get_by_role("button", name="保存并重新计算").click()
        expect(page.get_by_text("新的安排已生效")).to_be_visible()
        expect(page.get_by_text("第1版：放假5天（不含周末），调休上班1天")).to_be_visible()
        september = page.get_by_role("table", name="9月")
        expect(september.get_by_role("columnheader")).to_have_text(list("一二三四五六日"))
        expect(september.get_by_role("cell", name="30 班")).to_be_visible()
        expect(page.get_by_role("cell", name="休")).to_have_count(5)
        assert_usable(page)
        assert_fits(page)


def test_a_template_is_previewed_in_both_languages_and_written_anew(visit: Visit, people: People) -> None:
    with visit("centre-admin", "/staff/centre/templates/accepted", expected=("400", "422")) as page:
        expect(page.get_by_role("heading", level=3, name=re.compile("英文"))).to_be_visible()
        page.get_by_label("正文").fill("办件{case_number}已受理，联系人{nobody}。")
        page.get_by_role("button", name="预览").click()
        expect(page.get_by_role("alert")).to_contain_text("“{nobody}”不能使用")
        page.get_by_label("正文").fill("您好，办件{case_number}已受理，将于{promised_due}前办结。")
        page.get_by_role("button", name="预览").click()
        expect(page.get_by_role("status").filter(has_text="您好，办件")).not_to_contain_text("{case_number}")
        page.get_by_role("button", name="写新版本").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写原因")
        page.get_by_label("原因").fill("语气更亲切")
        page.get_by_role("button", name="写新版本").click()
        expect(page.get_by_text("新版本已写入")).to_be_visible()
        expect(page.get_by_role("table").get_by_text("语气更亲切")).to_be_visible()
        assert_usable(page)
    words = people.get("centre-admin", "/notify/templates/accepted")["words"]["zh"]
    assert (words["version"], words["text"][:3]) == (2, "您好，")


def test_a_rule_of_the_law_stays_on_and_another_is_switched_off(visit: Visit) -> None:
    with visit("centre-admin", "/staff/centre/rules/accepted", expected=("409",)) as page:
        expect(page.get_by_label("启用（告知）")).to_have_count(0)
        page.get_by_label("短信").uncheck()
        page.get_by_label("原因").fill("节约费用")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("alert")).to_contain_text("短信不能去掉")
        expect(page.get_by_label("原因")).to_have_value("节约费用")
    with visit("centre-admin", "/staff/centre/rules/withdrawn") as page:
        page.get_by_label("启用（告知）").uncheck()
        page.get_by_label("原因").fill("申请人本人撤回，无需再告知")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("table").get_by_text("申请人本人撤回，无需再告知")).to_be_visible()
        expect(page.get_by_role("definition").filter(has_text="停用")).to_be_visible()


def test_a_window_and_a_ban_are_entered_and_the_ban_is_lifted(visit: Visit) -> None:
    with visit("centre-admin", "/staff/centre/windows/new", expected=("422",)) as page:
        for label, text in {
            "窗口代码": "W9",
            "窗口名称": "九号窗口",
            "位置": "一楼东侧",
            "办公时间": "工作日9:00-17:00",
        }.items():
            page.get_by_label(label).fill(text)
        page.get_by_label("电话").fill("无")
        page.get_by_label("消防救援大队").check()
        for place, (name, account) in enumerate((("赵铁军", "clerk-fire"), ("孙浩然", "officer-fire"))):
            page.get_by_label("姓名").nth(place).fill(name)
            page.get_by_label("账号").nth(place).fill(account)
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("电话").fill("0774-1234567")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("link", name="九号窗口")).to_be_visible()
    with visit("supervisor", "/staff/centre/bans/new", expected=("422",)) as page:
        page.get_by_label("姓名或者单位名称").fill("李强")
        page.get_by_label("身份证号码或者统一社会信用代码").fill("123")
        page.get_by_label("事实和依据").fill("提供虚假健康证明")
        page.get_by_role("button", name="登记限制").click()
        expect(page.get_by_role("alert")).to_contain_text("既不是有效的居民身份证号码")
        page.get_by_label("身份证号码或者统一社会信用代码").fill("360722197805203316")
        page.get_by_role("button", name="登记限制").click()
        expect(page.get_by_role("row").filter(has_text="3607**********3316")).to_be_visible()
        page.get_by_role("button", name="解除").click()
        page.get_by_label("原因").fill("登记有误")
        page.get_by_role("button", name="确认解除").click()
        expect(page.get_by_text("解除：登记有误")).to_be_visible()


def test_who_is_not_of_the_centre_is_turned_away(visit: Visit) -> None:
    for person, path in (
        ("clerk-market", "/staff/centre/announcements"),
        ("supervisor", "/staff/centre/windows/new"),
        ("officer-fire", "/staff/centre/reports"),
    ):
        with visit(person, path) as page:
            expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
