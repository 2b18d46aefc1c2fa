"""The window, where a case does not go on as usual: sent back, taken back at the desk, served by post."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.test_window import HYGIENE, TRADER, act, confirm, hand_in
from tests.browser.visiting import assert_usable


def test_a_file_is_sent_back_with_its_reasons_and_the_policy(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", TRADER)
    with visit("clerk-market", f"/staff/cases/{number}") as page:
        dialog = act(page, "退件")
        dialog.get_by_label("理由", exact=True).fill("不符合产业政策")
        dialog.get_by_role("button", name="确认退件").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写政策依据")
        expect(dialog.get_by_label("理由", exact=True)).to_have_value("不符合产业政策")
        dialog.get_by_label("政策依据").fill("县政府〔2026〕1号文件")
        assert_usable(page)
        confirm(page, "退件")
        expect(page.get_by_role("row", name=re.compile("退办件通知书"))).to_be_visible()
        dialog = act(page, "登记复核申请")
        expect(dialog.get_by_label("退件通知书文号")).to_have_value(re.compile("退字"))


def test_an_applicant_takes_a_file_back_at_the_desk(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", TRADER)
    with visit("clerk-market", f"/staff/cases/{number}") as page:
        act(page, "受理")
        confirm(page, "受理")
        dialog = act(page, "登记撤回")
        dialog.get_by_role("button", name="确认登记撤回").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写理由")
        dialog.get_by_label("理由").fill("申请人不再经营")
        confirm(page, "登记撤回")
        expect(page.get_by_text("现在没有需要您办理的事项。")).to_be_visible()
        page.get_by_role("link", name="返回受理队列").click()
        expect(page.get_by_role("link", name=number)).to_have_count(0)


def test_what_is_posted_is_served_only_once_the_receipt_is_back(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-health", HYGIENE)
    path = f"/intake/cases/{number}"
    people.act("clerk-health", path, "acceptance")
    basis = {"outcome": "granted", "reasons": "材料齐全，符合法定形式", "legal_basis": "行政许可法第三十四条"}
    people.act("clerk-health", path, "decision", basis)
    with visit("clerk-health", f"/staff/cases/{number}") as page:
        dialog = act(page, "交邮登记")
        dialog.get_by_label("承运单位").fill("邮政速递")
        dialog.get_by_role("button", name="确认交邮登记").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写运单号")
        dialog.get_by_label("运单号").fill("EX123456789CN")
        confirm(page, "交邮登记")
        expect(page.get_by_text("已办结", exact=True)).to_have_count(0)
        dialog = act(page, "送达")
        expect(dialog.get_by_label("邮寄送达")).to_be_checked()
        expect(dialog.get_by_text("运单号（选填）")).to_be_visible()
        dialog.get_by_label("签收日期").fill(people.now().date().isoformat())
        confirm(page, "送达")
        expect(page.get_by_text("已办结", exact=True).first).to_be_visible()
        assert_usable(page)
