"""The treasury's pages: the bank's days and files, tickets, reports and the books; and who may only look."""

import re
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.charging import charge
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable
from yimen.worktime import local_date

HEADERS = ("Bank-Timestamp", "Bank-Nonce", "Bank-Serial", "Bank-Signature")
NOTE = "已与银行核对，次日文件更正"


def statement(people: People, folder: Path, day: date, form: str, fault: str | None = None) -> tuple[Path, Path]:
    """The bank ends its day and hands its file over the counter, its signature beside it."""
    people.create(None, f"/bank-control/days/{day}/closing", {"fault": fault})
    given = httpx.get(f"{people.base}/bank-control/days/{day}/file?form={form}", trust_env=False).raise_for_status()
    file, signature = folder / f"{day}.{form}", folder / f"{day}.sig"
    file.write_bytes(given.content)
    signature.write_text("".join(f"{name}: {given.headers[name]}\n" for name in HEADERS), "utf-8")
    return file, signature


def bring(page: Page, file: Path, signature: Path) -> None:
    page.get_by_label("对账文件", exact=True).set_input_files(file)
    page.get_by_label(re.compile("^签名文件")).set_input_files(signature)
    expect(page.get_by_label("证书序列号（Bank-Serial）")).not_to_have_value("")
    page.get_by_role("button", name="验签并导入").click()


@pytest.mark.rule("R57")
def test_a_bank_day_is_reconciled_from_the_banks_file_and_closed(visit: Visit, people: People, tmp_path: Path) -> None:
    charge(people).paid()
    today = local_date(people.now())
    file, signature = statement(people, tmp_path, today, "xml", "line_missing")
    with visit("treasurer", "/staff/fees/days", expected=("401",)) as page:
        page.get_by_role("button", name="验签并导入").click()
        expect(page.get_by_role("alert")).to_contain_text("请选择对账文件")
        changed = tmp_path / "changed.xml"
        changed.write_bytes(file.read_bytes() + b"\n")
        bring(page, changed, signature)
        expect(page.get_by_role("alert")).to_contain_text("文件未通过验签")
        bring(page, file, signature)
        expect(page.get_by_role("heading", level=1)).to_contain_text("年")
        expect(page.get_by_text("未日结", exact=True)).to_be_visible()
        line = page.get_by_role("row").filter(has_text="只系统有").first
        expect(line).to_contain_text("80.00 元")
        assert_usable(page)
        page.set_viewport_size(NARROW)
        assert_fits(page)
        line.get_by_role("button", name="结转", exact=True).click()
        dialog = page.get_by_role("dialog", name="结转")
        dialog.get_by_role("button", name="确认结转").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写说明")
        dialog.get_by_label("说明").fill(NOTE)
        dialog.get_by_role("button", name="确认结转").click()
        expect(page.get_by_text("三方一致，自动日结")).to_be_visible()
        expect(page.get_by_text("结转 1 项差异。")).to_be_visible()
        page.get_by_role("link", name="1", exact=True).click()
        expect(page.get_by_text(NOTE)).to_be_visible()


@pytest.mark.rule("R57")
def test_a_day_that_is_not_settled_is_closed_by_hand(visit: Visit, people: People, tmp_path: Path) -> None:
    people.move_clock(people.now() + timedelta(days=1))
    charge(people).paid()
    file, signature = statement(people, tmp_path, local_date(people.now()), "csv", "wrong_opening")
    with visit("treasurer", "/staff/fees/days") as page:
        bring(page, file, signature)
        expect(page.get_by_text("余额不符").first).to_be_visible()
        page.get_by_role("button", name="手工日结").click()
        dialog = page.get_by_role("dialog", name="手工日结")
        dialog.get_by_label("说明").fill(NOTE)
        dialog.get_by_role("button", name="确认手工日结").click()
        expect(page.get_by_text("手工日结。")).to_be_visible()
        expect(page.get_by_role("button", name="手工日结")).to_have_count(0)


def test_a_report_leads_to_the_notices_behind_it_and_goes_into_a_spreadsheet(visit: Visit, people: People) -> None:
    charged = charge(people)
    notice = charged.paid()
    with visit("leader", "/staff/fees/reports") as page:
        expect(page.get_by_role("heading", level=1, name="收费报表")).to_be_visible()
        table = page.get_by_role("region", name=re.compile("^各部门收缴与退付"))
        with page.expect_download() as saved:
            page.get_by_role("button", name="下载表格（CSV）").click()
        kept = Path(saved.value.path()).read_text("utf-8-sig")
        assert re.search(r"^自然资源和规划局,\d+,\d+", kept, re.MULTILINE), kept
        assert_usable(page)
        table.get_by_role("link", name=re.compile("份通知书$")).first.click()
        expect(page.get_by_role("link", name=notice["notice_number"])).to_be_visible()
        page.go_back()
        page.get_by_role("link", name="按日", exact=True).click()
        expect(page.get_by_role("region", name=re.compile("^每日收缴与退付")).first).to_be_visible()


@pytest.mark.rule("R56")
def test_the_treasury_gives_a_block_of_tickets(visit: Visit) -> None:
    with visit("treasurer", "/staff/fees/tickets") as page:
        page.get_by_role("button", name="发放票号").click()
        dialog = page.get_by_role("dialog", name="发放票号")
        dialog.get_by_label("票据代码").fill("4501")
        dialog.get_by_role("button", name="确认发放票号").click()
        expect(dialog.get_by_role("alert")).to_contain_text("八位数字")
        dialog.get_by_label("票据代码").fill("45010199")
        dialog.get_by_label("起号").fill("1")
        dialog.get_by_label("止号").fill("20")
        dialog.get_by_role("button", name="确认发放票号").click()
        block = page.get_by_role("link", name=re.compile("45010199 0000000001"))
        block.click()
        expect(page.get_by_text("还没有开出票据")).to_be_visible()


def test_the_books_answer_each_invariant_in_words(visit: Visit) -> None:
    with visit("supervisor", "/staff/fees/invariants") as page:
        expect(page.get_by_text("全部满足")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="I8").first).to_contain_text("是")
        page.get_by_role("button", name="English").click()
        expect(page.get_by_text("All hold")).to_be_visible()


@pytest.mark.rule("R52")
def test_the_treasury_reads_what_it_may_not_change_and_others_are_turned_away(visit: Visit, people: People) -> None:
    charged = charge(people)
    with visit("treasurer", f"/staff/fees/lists/{charged.list_id}") as page:
        expect(page.get_by_text("待核标", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="核标通过")).to_have_count(0)
        expect(page.get_by_role("button", name="退回部门")).to_have_count(0)
        assert page.get_by_label(re.compile("金额")).count() == 0
    with visit("clerk-market", "/staff/fees") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
    with visit("fee-officer", "/staff/fees/days") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
