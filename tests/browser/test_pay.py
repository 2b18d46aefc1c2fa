"""A payer's job: from the payment code to the ticket, and what can be asked for beside paying."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.paying import owing
from tests.browser.people import Json, People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab

RECEIPTED = "已缴款，已开票"


@pytest.fixture(scope="module")
def notice(people: People) -> Json:
    return owing(people)


def type_code(page: Page, code: str) -> None:
    page.get_by_label("缴款码").fill(code)
    page.get_by_role("button", name="查看缴款信息").click()


@pytest.mark.rule("R50", "R52")
def test_a_payer_checks_the_standard_pays_at_the_bank_and_gets_a_ticket(visit: Visit, people: People) -> None:
    notice = owing(people, "zhang-xiaomei")
    code = notice["payment_code"]
    with visit(None, "/pay") as page:
        type_code(page, " ".join(code[at : at + 4] for at in range(0, 20, 4)).lower())
        expect(page.get_by_text("待缴款")).to_be_visible()
        row = page.get_by_role("table", name="收费明细").get_by_role("row").nth(1)
        for words in ("自然资源和规划局", "80.00 元/件 × 1", "标准第1版", "80.00"):
            expect(row).to_contain_text(words)
        assert_usable(page)
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="去银行缴款（新窗口）").click()
        bank = opened.value
        bank.get_by_role("radio").first.check()
        bank.get_by_role("button", name="确认缴款").click()
        expect(bank.get_by_role("heading", name="缴款成功")).to_be_visible()
        bank.close()
        page.get_by_role("button", name="我已缴款，请查询").click()
        expect(page.get_by_text(RECEIPTED)).to_be_visible()
        expect(page.get_by_text("票据号码")).to_be_visible()
        expect(page.get_by_role("link", name="去银行缴款（新窗口）")).to_have_count(0)
        assert page.get_by_role("textbox").count() == 0, "nobody registers a payment (R52)"
        ask_back(page)


def ask_back(page: Page) -> None:
    """Once: while it is handled there is nothing more to ask for."""
    page.get_by_role("button", name="申请退款").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="确认申请退款").click()
    expect(dialog.get_by_role("link", name="请填写理由")).to_be_visible()
    dialog.get_by_label("理由").fill("重复办理，已经撤回申请")
    dialog.get_by_role("button", name="确认申请退款").click()
    expect(page.get_by_text("待收费窗口核实")).to_be_visible()
    expect(page.get_by_role("button", name="申请退款")).to_have_count(0)


@pytest.mark.rule("R55", "R58")
def test_a_payer_disputes_by_keyboard_and_asks_for_a_reduction(visit: Visit, notice: Json) -> None:
    with visit(None, "/pay", viewport=NARROW) as page:
        focus_by_tab(page, "缴款码", role="textbox")
        page.keyboard.type(notice["payment_code"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="缴款信息")).to_be_focused()
        assert_fits(page)
        focus_by_tab(page, "提出异议")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        focus_by_tab(page, "理由", role="textbox")
        page.keyboard.type("住宅应当按住宅标准收费")
        focus_by_tab(page, "确认提出异议")
        page.keyboard.press("Enter")
        expect(page.get_by_text("正在核查，最迟")).to_be_visible()
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("button", name="提出异议")).to_have_count(0)
        reduce(page)


def reduce(page: Page) -> None:
    page.get_by_role("button", name="申请减免或者缓缴").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("减免的比例（%）").fill("一半")
    dialog.get_by_label("减免缓的依据").fill("财综〔2020〕1号第三条")
    dialog.get_by_role("button", name="确认申请减免或者缓缴").click()
    summary = dialog.get_by_role("alert")
    expect(summary).to_contain_text("大于0、不超过100")
    expect(summary).to_contain_text("请填写理由")
    expect(dialog.get_by_label("减免缓的依据")).to_have_value("财综〔2020〕1号第三条")
    assert_usable(page)
    summary.get_by_role("link", name="减免比例").click()
    expect(dialog.get_by_label("减免的比例（%）")).to_be_focused()
    dialog.get_by_label("减免的比例（%）").fill("50")
    dialog.get_by_label("理由").fill("小微企业")
    dialog.get_by_role("button", name="确认申请减免或者缓缴").click()
    expect(page.get_by_text("减免 50%")).to_be_visible()
    expect(page.get_by_text("待收费部门审核")).to_be_visible()


def test_a_code_that_cannot_be_one_is_told_before_it_is_sent_and_an_unknown_one_by_the_hall(visit: Visit) -> None:
    with visit(None, "/pay", expected=("404",)) as page:
        type_code(page, "1234")
        expect(page.get_by_role("alert")).to_contain_text("20位字母和数字")
        expect(page.get_by_label("缴款码")).to_have_value("1234")
        assert_usable(page)
        type_code(page, "A" * 20)
        expect(page.get_by_role("alert")).to_contain_text("缴款码有误")
        expect(page.get_by_role("button", name="再试一次")).to_be_visible()
