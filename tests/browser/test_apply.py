"""A citizen applies, from signing in to the case number, and follows the case without an account."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.applying import (
    CITIZEN,
    ITEM,
    SHOP,
    answer_applicant,
    apply_by_file,
    begin,
    choose_way,
    handed_in,
    next_step,
    press,
    type_into,
)
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable


@pytest.mark.rule("R01")
def test_an_application_with_uploads_is_followed_by_number_and_password(visit: Visit, people: People) -> None:
    with visit(CITIZEN, f"/apply/{ITEM}", expected=("422",)) as page:
        begin(page)
        assert_usable(page)
        next_step(page, "申请人")
        answer_applicant(page)
        assert_usable(page)
        next_step(page, "申请材料")
        _bring_materials(page)
        next_step(page, "领取方式")
        next_step(page, "核对并提交")
        expect(page.get_by_role("main")).to_contain_text("已上传 申请书.pdf")
        assert_usable(page)
        number, password = handed_in(page)
        expect(page.get_by_role("main")).to_contain_text("最晚：")
        expect(page.get_by_role("link", name=re.compile("收件凭证"))).to_be_visible()
        assert_usable(page)
        page.reload()
        expect(page.get_by_text(password)).to_be_visible()
        page.get_by_role("main").get_by_role("link", name="查看办件").click()
        expect(page.get_by_role("main")).to_contain_text("已收件，等待受理")
        assert_usable(page)
    case = people.get("clerk-market", f"/intake/cases/{number}")
    assert [bool(held["file_id"]) for held in case["materials"]] == [True, True, False]
    assert case["materials"][2]["copies"] == 2
    with visit(None, "/cases", viewport=NARROW, expected=("404",)) as page:
        _follow(page, number, password)


def _bring_materials(page: Page) -> None:
    asked = page.get_by_role("group", name=re.compile("食品经营许可申请书"))
    asked.get_by_label("上传电子文件").check()
    asked.locator("input[type=file]").set_input_files({"name": "程序.exe", "mimeType": "x/y", "buffer": b"MZ"})
    expect(asked.get_by_role("alert")).to_contain_text("格式不能上传")
    asked.locator("input[type=file]").set_input_files({"name": "假.pdf", "mimeType": "x/y", "buffer": b"no pdf"})
    expect(asked.get_by_role("alert")).to_contain_text("文件格式不支持")
    apply_by_file(page, "食品经营许可申请书", "扫描.pdf")
    asked.get_by_role("button", name="移除").click()
    apply_by_file(page, "食品经营许可申请书", "申请书.pdf")
    apply_by_file(page, "营业执照", "执照.pdf")
    paper = page.get_by_role("group", name=re.compile("设备布局"))
    paper.get_by_label("带纸质件到窗口").check()
    paper.get_by_role("spinbutton").fill("2")
    assert_usable(page)
    next_step(page, "领取方式")
    page.get_by_role("link", name="核对并提交").click()
    expect(page.get_by_role("main")).to_contain_text("还缺以下必需材料")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("alert")).to_contain_text("还缺少：食品安全规章制度")
    page.get_by_label("材料不齐，仍要先提交").check()
    page.get_by_role("link", name="申请材料").click()


def _follow(page: Page, number: str, password: str) -> None:
    page.get_by_label("办件编号").fill(number)
    page.get_by_label("查询密码").fill("WRONGWRONG")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("查询密码").fill(password.lower())
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("main")).to_contain_text("已收件，等待受理")
    expect(page.get_by_role("main")).to_contain_text("最晚：")
    expect(page.get_by_role("button", name="撤回申请")).to_have_count(0)
    page.get_by_role("button", name="打开文书").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("收件凭证")).click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert_usable(page)
    assert_fits(page)


def test_a_wrong_number_shows_the_summary_and_keeps_everything(visit: Visit) -> None:
    with visit(CITIZEN, f"/apply/{ITEM}", expected=("422",)) as page:
        begin(page)
        next_step(page, "申请人")
        answer_applicant(page)
        page.get_by_label("身份证号码").fill("36072219850312")
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("alert").get_by_role("link", name=re.compile("身份证号码应为18位")).click()
        expect(page.get_by_label("身份证号码")).to_be_focused()
        assert_usable(page)
        page.get_by_label("身份证号码").fill("360722198503124229")
        next_step(page, "申请材料")
        page.get_by_role("link", name="核对并提交").click()
        page.get_by_label("材料不齐，仍要先提交").check()
        page.get_by_role("main").get_by_role("button", name="提交申请").click()
        page.get_by_role("alert").get_by_role("link", name=re.compile("校验不通过")).click()
        expect(page.get_by_label("身份证号码")).to_be_focused()
        expect(page.get_by_label("身份证号码")).to_have_value("360722198503124229")
        page.reload()
        expect(page.get_by_label("身份证号码")).to_have_value("360722198503124229")
        answer_applicant(page)
        page.get_by_role("link", name="核对并提交").click()
        expect(page.get_by_label("材料不齐，仍要先提交")).to_be_checked()
        handed_in(page)


def test_a_whole_application_needs_no_mouse(visit: Visit) -> None:
    with visit("li-qiang", f"/apply/{SHOP}") as page:
        expect(page.get_by_role("heading", level=2, name="办理情形")).to_be_visible()
        press(page, "下一步")
        type_into(page, "身份证号码", "360722197805203316")
        type_into(page, "联系电话", "13800000002")
        press(page, "下一步")
        expect(page.get_by_role("heading", level=2, name="申请材料")).to_be_focused()
        for code in ("001", "002", "003"):
            choose_way(page, code)
        press(page, "下一步")
        expect(page.get_by_role("heading", level=2, name="领取方式")).to_be_focused()
        press(page, "下一步")
        expect(page.get_by_role("main")).to_contain_text("纸质1份，带到窗口")
        press(page, "提交申请")
        expect(page.get_by_role("heading", level=1, name="申请已提交")).to_be_visible()
