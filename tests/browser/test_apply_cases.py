"""What citizens do with a case that is on its way: supplement, take back, have a return looked at again, read letters."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.applying import CITIZEN, ITEM, apply_by_file, hand_in
from tests.browser.conftest import Visit
from tests.browser.paying import handed_in
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable

CLERK = "clerk-market"


@pytest.mark.rule("R07")
def test_a_correction_is_answered_with_exactly_what_was_asked_for(visit: Visit, people: People) -> None:
    number = hand_in(people, "001", "002")["case_number"]
    asked = [{"code": "003", "reason": "没有提交布局图"}, {"code": "004", "reason": "没有提交制度"}]
    people.act(CLERK, f"/intake/cases/{number}", "correction", {"requested": asked})
    with visit(CITIZEN, "/my?state=correction_requested", viewport=NARROW) as page:
        expect(page.get_by_role("main")).to_contain_text("请补交：设备布局和操作流程文件、食品安全规章制度")
        assert_usable(page)
        assert_fits(page)
        page.get_by_role("link", name=number).click()
        expect(page.get_by_role("main")).to_contain_text("等待补正材料")
        expect(page.get_by_role("group", name=re.compile("食品经营许可申请书"))).to_have_count(0)
        expect(page.get_by_role("group", name=re.compile("设备布局"))).to_contain_text("没有提交布局图")
        page.get_by_role("button", name="提交补正材料").click()
        expect(page.get_by_role("alert")).to_contain_text("请至少提交一份材料")
        assert_usable(page)
        apply_by_file(page, "设备布局", "布局图.pdf")
        page.reload()
        expect(page.get_by_role("group", name=re.compile("设备布局"))).to_contain_text("已上传 布局图.pdf")
        page.get_by_role("group", name=re.compile("食品安全")).get_by_label("带纸质件到窗口").check()
        assert_fits(page)
        page.get_by_role("button", name="提交补正材料").click()
        expect(page.get_by_role("main")).to_contain_text("已受理，正在审查")
        expect(page.get_by_role("button", name="提交补正材料")).to_have_count(0)
        expect(page.get_by_role("main")).to_contain_text("受理通知书 受字")
        with page.expect_download():
            page.get_by_role("button", name=re.compile("下载.*设备布局")).click()
        _letters(page, number)
    assert people.get(CITIZEN, f"/intake/cases/{number}")["state"] == "accepted"


def _letters(page: Page, number: str) -> None:
    page.goto("/letters")
    letter = page.get_by_role("listitem").filter(has_text=number).first
    expect(letter).to_contain_text("未读")
    assert_usable(page)
    assert_fits(page)
    said = letter.locator(".text").inner_text()
    letter.get_by_role("button", name="标为已读").click()
    # Others may come meanwhile, and unread ones stand first.
    marked = page.get_by_role("listitem").filter(has_text=said)
    expect(marked).to_contain_text("已读")
    expect(marked.get_by_role("button")).to_have_count(0)
    page.reload()
    expect(marked).to_contain_text("已读")


@pytest.mark.rule("R16")
def test_what_was_let_follow_is_handed_in_later(visit: Visit, people: People) -> None:
    number = hand_in(people, "001", "002", "003")["case_number"]
    gap = {"defer": [{"code": "004", "reason": "制度正在修订"}], "commitment": True}
    people.act(CLERK, f"/intake/cases/{number}", "acceptance", gap)
    with visit(CITIZEN, f"/cases/{number}") as page:
        expect(page.get_by_role("main")).to_contain_text("容缺受理，请补交以下材料")
        assert_usable(page)
        apply_by_file(page, "食品安全规章制度", "制度.pdf")
        page.get_by_role("button", name="提交容缺材料").click()
        expect(page.get_by_role("button", name="提交容缺材料")).to_have_count(0)
        expect(page.get_by_role("main")).to_contain_text("有关部门审查后将作出决定")


@pytest.mark.rule("R17")
def test_a_return_is_looked_at_again_once(visit: Visit, people: People) -> None:
    number = hand_in(people, "001")["case_number"]
    returned = {"reasons": "不符合产业政策", "policy_basis": "县政府〔2026〕1号文件"}
    people.act(CLERK, f"/intake/cases/{number}", "return", returned)
    with visit(CITIZEN, f"/cases/{number}") as page:
        expect(page.get_by_role("main")).to_contain_text("不符合产业政策")
        page.get_by_role("button", name="申请复核").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("退件通知书编号")).to_have_value(re.compile("退字"))
        dialog.get_by_role("button", name="确认申请复核").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写理由")
        dialog.get_by_label("理由").fill("该政策已经修改")
        assert_usable(page)
        dialog.get_by_role("button", name="确认申请复核").click()
        expect(page.get_by_role("main")).to_contain_text("已退件，正在复核")
        expect(page.get_by_role("button", name="申请复核")).to_have_count(0)


def test_an_application_is_taken_back_and_nobody_else_may(visit: Visit, people: People) -> None:
    number = hand_in(people, "001")["case_number"]
    with visit("li-qiang", f"/cases/{number}", expected=("404",)) as page:
        expect(page.get_by_label("查询密码")).to_be_visible()
        expect(page.get_by_role("button", name="撤回申请")).to_have_count(0)
        assert_usable(page)
    with visit(CITIZEN, f"/cases/{number}", expected=("412",)) as page:
        expect(page.get_by_role("main")).to_contain_text("已收件，等待受理")
        people.act(CLERK, f"/intake/cases/{number}", "correction", {"requested": _everything()})
        page.get_by_role("button", name="撤回申请").click()
        page.get_by_role("dialog").get_by_label("理由").fill("不再需要")
        page.get_by_role("dialog").get_by_role("button", name="确认撤回申请").click()
        expect(page.get_by_role("main")).to_contain_text("等待补正材料")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("内容已被他人更新")
        page.get_by_role("dialog").get_by_role("button", name="确认撤回申请").click()
        expect(page.get_by_role("main")).to_contain_text("已撤回")
        expect(page.get_by_role("button", name="撤回申请")).to_have_count(0)


def _everything() -> list[dict[str, str]]:
    return [{"code": code, "reason": "没有提交"} for code in ("002", "003", "004")]


def test_ones_own_papers_and_letters_need_no_password(visit: Visit, people: People) -> None:
    case = handed_in(people, "公共场所卫生许可", CITIZEN)
    people.until(CITIZEN, "/notify/inbox", lambda inbox: case["number"] in str(inbox))
    with visit(CITIZEN, f"/cases/{case['number']}") as page:
        expect(page.get_by_label("查询密码")).to_have_count(0)
        page.get_by_role("button", name="打开文书").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("收件凭证")).click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        page.get_by_role("button", name="查看这件办件的通知").click()
        expect(page.get_by_role("main")).to_contain_text("申请材料已收到")
        assert_usable(page)


def test_a_licence_that_ends_is_renewed_from_ones_own_list(visit: Visit, people: People) -> None:
    case = handed_in(people, "公共场所卫生许可", CITIZEN)
    path = f"/intake/cases/{case['number']}"
    people.act("clerk-health", path, "acceptance")
    basis = {"outcome": "granted", "reasons": "材料齐全，符合法定形式", "legal_basis": "行政许可法第三十四条"}
    licence = people.act("clerk-health", path, "decision", basis)["licence"]["number"]
    with visit(CITIZEN, "/my-licences") as page:
        row = page.get_by_role("row").filter(has_text=licence)
        expect(row).to_contain_text("有效")
        row.get_by_role("link", name="申请延续").click()
        expect(page).to_have_url(re.compile("renews="))
        expect(page.get_by_label("证件编号")).to_have_value(licence)
        assert_usable(page)


def test_staff_may_not_apply(visit: Visit) -> None:
    with visit("supervisor", f"/apply/{ITEM}") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
