"""The fee window's pages: lists against the standard, the notice, disputes, refunds, money in suspense."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charging import OTHER, charge, pay
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab

REASONS = "登记的是住宅，应按每件80元收取"


def confirm(page: Page, act: str) -> None:
    """Opens an act and says yes to it."""
    page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog", name=act)
    dialog.get_by_role("button", name=f"确认{act}").click()
    expect(dialog).to_have_count(0)


def say(page: Page, act: str, field: str, words: str) -> None:
    """Opens an act that asks for words, and says them."""
    page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog", name=act)
    dialog.get_by_label(field).fill(words)
    dialog.get_by_role("button", name=f"确认{act}").click()
    expect(dialog).to_have_count(0)


@pytest.mark.rule("R50", "R53")
def test_a_list_is_verified_and_its_notice_is_paid_at_the_bank_and_receipted(visit: Visit, people: People) -> None:
    charged = charge(people)
    charged.consent()
    with visit("fee-officer", "/staff/fees") as page:
        page.get_by_role("link", name=re.compile("份清单待核标")).click()
        page.get_by_role("link", name=charged.case_number).click()
        line = page.get_by_role("row").filter(has_text="BDC-ZZ")
        expect(line).to_contain_text("80.00 元")
        expect(line).to_contain_text("与标准一致")
        confirm(page, "核标通过")
        page.get_by_role("link", name=re.compile("^缴款通知书 JK")).click()
        expect(page.get_by_text("待缴款", exact=True)).to_be_visible()
        notice = charged.notice()
        expect(page.get_by_text(notice["payment_code"])).to_be_visible()
        pay(people, notice)
        expect(page.get_by_text("已开票", exact=True)).to_be_visible()  # heard, not asked for
        expect(page.get_by_text("票据代码和号码")).to_be_visible()
        assert_usable(page)
        page.set_viewport_size(NARROW)
        assert_fits(page)
        say(page, "票据作废换号", "理由", "打印错行")
        expect(page.get_by_text("已开票", exact=True)).to_be_visible()
        spoilt = people.get("fee-officer", "/fees/tickets?limit=200")["tickets"]
        assert {one["state"] for one in spoilt if one["notice_number"] == notice["notice_number"]} == {"void", "issued"}


@pytest.mark.rule("R50", "R62")
def test_a_list_is_sent_back_with_reasons_and_what_was_typed_survives_a_mistake(visit: Visit, people: People) -> None:
    charged = charge(people, OTHER)
    with visit("fee-officer", f"/staff/fees/lists/{charged.list_id}") as page:
        page.get_by_role("button", name="退回部门").click()
        dialog = page.get_by_role("dialog", name="退回部门")
        dialog.get_by_label("是否违规收费").select_option(label="超标准收费")
        dialog.get_by_role("button", name="确认退回部门").click()
        summary = dialog.get_by_role("alert")
        expect(summary).to_contain_text("请填写退回理由")
        summary.get_by_role("link").click()
        page.keyboard.type(REASONS)
        page.reload()
        page.get_by_role("button", name="退回部门").click()
        expect(dialog.get_by_label("退回理由")).to_have_value(REASONS)
        assert_usable(page)
        dialog.get_by_role("button", name="确认退回部门").click()
        expect(page.get_by_text("已退回", exact=True)).to_be_visible()
        expect(page.get_by_text(REASONS)).to_be_visible()
        page.goto("/staff/fees/violations?department=" + charged.department)
        row = page.get_by_role("row").filter(has_text=charged.case_number)
        expect(row).to_contain_text("超标准收费")


def test_a_list_is_verified_by_keyboard_alone(visit: Visit, people: People) -> None:
    charged = charge(people)
    with visit("fee-officer", "/staff/fees/lists?state=open") as page:
        expect(page.get_by_role("link", name=charged.case_number)).to_be_visible()
        focus_by_tab(page, charged.case_number, role="link")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="核标通过")).to_be_visible()
        focus_by_tab(page, "核标通过")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="核标通过")).to_be_visible()
        focus_by_tab(page, "确认核标通过")
        page.keyboard.press("Enter")
        expect(page.get_by_text("已核标", exact=True)).to_be_visible()


def test_whoever_comes_second_is_told_and_shown_what_changed(visit: Visit, people: People) -> None:
    charged = charge(people)
    with visit("fee-officer", f"/staff/fees/lists/{charged.list_id}", expected=("412", "409", "stream")) as page:
        page.get_by_role("button", name="核标通过").click()
        page.route("**/notify/stream**", lambda route: route.abort())
        people.act("fee-officer-2", f"/fees/lists/{charged.list_id}", "verification")
        expect(page.get_by_text("已核标", exact=True)).to_be_visible()


@pytest.mark.rule("R55")
def test_a_dispute_is_answered_by_the_treasury(visit: Visit, people: People) -> None:
    notice = charge(people, OTHER).issued()
    with visit("fee-officer", f"/staff/fees/notices/{notice['notice_number']}") as page:
        say(page, "登记缴款异议", "理由", REASONS)
        page.get_by_role("main").get_by_role("link", name="缴款异议", exact=True).click()
        expect(page.get_by_text("由财政部门答复。")).to_be_visible()
        dispute = page.url
    with visit("treasurer", "/staff/fees") as page:
        page.get_by_role("link", name=re.compile("件异议待答复")).click()
        page.goto(dispute)
        page.get_by_role("button", name="发送答复").click()
        expect(page.get_by_role("alert")).to_contain_text("请选择异议是否成立")
        assert_usable(page)
        page.get_by_label("成立：原收费有误").check()
        page.get_by_role("group", name="收费有误的清单").get_by_role("checkbox").check()
        page.get_by_label("答复", exact=True).fill("属住宅登记，原清单适用标准有误。")
        page.get_by_role("button", name="发送答复").click()
        expect(page.get_by_text("异议成立", exact=True)).to_be_visible()
        page.get_by_role("link", name=re.compile("^缴款通知书 JK")).click()
        expect(page.get_by_text("已作废", exact=True)).to_be_visible()


@pytest.mark.rule("R59")
def test_a_refund_goes_through_three_people_and_none_of_them_takes_two_steps(visit: Visit, people: People) -> None:
    notice = charge(people).paid()
    with visit("fee-officer", f"/staff/fees/notices/{notice['notice_number']}") as page:
        page.get_by_role("button", name="登记退款").click()
        dialog = page.get_by_role("dialog", name="登记退款")
        dialog.get_by_role("button", name="确认登记退款").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写理由")
        dialog.get_by_label("理由", exact=True).fill("符合免征条件，当时未提供证明")
        dialog.get_by_role("button", name="确认登记退款").click()
        expect(page.get_by_role("heading", level=1, name="退款")).to_be_visible()
        expect(page.get_by_text("双人办理：登记、核实、审批须由不同的人办理")).to_be_visible()
        expect(page.get_by_text("您已办理过本事项的前一步")).to_be_visible()
        expect(page.get_by_role("button", name="核实通过")).to_have_count(0)
        refund = page.url
    with visit("fee-officer-2", "/staff/fees/refunds?state=requested") as page:
        page.goto(refund)
        confirm(page, "核实通过")
        expect(page.get_by_text("待财政审批", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="批准退款")).to_have_count(0)
    with visit("treasurer", "/staff/fees/refunds?state=verified") as page:
        page.goto(refund)
        confirm(page, "批准退款")
        expect(page.get_by_text("已退付", exact=True)).to_be_visible()  # the bank's word is heard
        assert_usable(page)
        assert page.get_by_role("listitem").filter(has_text="钱多多").count() == 1


@pytest.mark.rule("R53")
def test_a_second_payment_waits_in_suspense_and_goes_back_by_two_people(visit: Visit, people: People) -> None:
    notice = charge(people).paid()
    number = notice["notice_number"]
    again = {"payment_code": notice["payment_code"], "amount": notice["amount"], "method": "card"}
    people.create(None, "/bank-control/payments", again)
    people.until("fee-officer", f"/fees/exceptions?notice_number={number}", lambda page: page["exceptions"])
    with visit("fee-officer", f"/staff/fees/notices/{number}") as page:
        page.get_by_role("link", name=re.compile("^待查款 ")).click()
        say(page, "提出处理意见", "意见理由", "同一通知书重复缴款，退回缴款人。")
        expect(page.get_by_text("待审批", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="批准处理意见")).to_have_count(0)
        suspense = page.url
    with visit("treasurer", "/staff/fees/exceptions?state=proposed") as page:
        page.goto(suspense)
        confirm(page, "批准处理意见")
        expect(page.get_by_text("已办结", exact=True)).to_be_visible()
        page.get_by_role("link", name=re.compile("^退款 TK")).click()
        expect(page.get_by_text("待查款退回")).to_be_visible()


@pytest.mark.rule("R58")
def test_a_reduction_is_written_down_reviewed_and_approved(visit: Visit, people: People) -> None:
    charged = charge(people)
    notice = charged.issued()
    with visit("fee-officer", f"/staff/fees/notices/{notice['notice_number']}") as page:
        page.get_by_role("button", name="登记减免缓申请").click()
        dialog = page.get_by_role("dialog", name="登记减免缓申请")
        dialog.get_by_label("减免百分比").fill("五成")
        dialog.get_by_label("政策依据").fill("财综〔2020〕1号")
        dialog.get_by_label("理由", exact=True).fill("小微企业")
        dialog.get_by_role("button", name="确认登记减免缓申请").click()
        expect(dialog.get_by_role("alert")).to_contain_text("0.01到100")
        dialog.get_by_label("减免百分比").fill("50")
        dialog.get_by_role("button", name="确认登记减免缓申请").click()
        # The notice it came from shows the state as well.
        expect(page).to_have_url(re.compile(r"/staff/fees/reliefs/\w"))
        expect(page.get_by_text("待部门审核", exact=True)).to_be_visible()
        relief = page.url
    with visit(f"chief-{charged.department}", "/staff/fees/reliefs?state=requested") as page:
        page.goto(relief)
        confirm(page, "审核通过")
        expect(page.get_by_text("待财政审批", exact=True)).to_be_visible()
    with visit("treasurer", relief) as page:
        confirm(page, "财政批准")
        expect(page.get_by_text("已批准", exact=True)).to_be_visible()
        page.get_by_role("link", name=re.compile("^缴款通知书 JK")).click()
        expect(page.get_by_text("40.00 元").first).to_be_visible()


def test_a_notice_is_found_by_any_of_its_numbers(visit: Visit, people: People) -> None:
    notice = charge(people).issued()
    number = notice["notice_number"]
    with visit("leader", "/staff/fees") as page:
        for typed in (number, notice["payment_code"], notice["case_number"]):
            page.goto("/staff/fees")
            page.get_by_label("通知书编号、缴款码或办件编号").fill(typed)
            page.keyboard.press("Enter")
            if typed != number:
                page.get_by_role("link", name=number).click()
            expect(page.get_by_text(notice["payment_code"])).to_be_visible()
        expect(page.get_by_role("button", name="登记减免缓申请")).to_have_count(0)
        expect(page.get_by_role("button", name="登记缴款异议")).to_have_count(0)
