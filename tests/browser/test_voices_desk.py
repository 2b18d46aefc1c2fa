"""What people say of the hall, at the desks of those who answer it: complaints, consultations, logs, the journal."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from sim.people import PEOPLE
from tests.browser.conftest import Visit
from tests.browser.pages.supervise import LOG, MAPPING
from tests.browser.paying import handed_in
from tests.browser.people import People
from tests.browser.visiting import assert_usable

DEPARTMENT = "health"
CHIEF = f"chief-{DEPARTMENT}"


@pytest.mark.rule("R90")
@pytest.mark.rule("R93")
@pytest.mark.rule("R94")
def test_an_anonymous_complaint_goes_its_way_unseen_by_whom_it_is_about(visit: Visit, people: People) -> None:
    about = PEOPLE[CHIEF].name
    said = {"topic": "attitude", "content": "首席代表训斥群众。", "department": DEPARTMENT, "person": about}
    number = people.create(None, "/monitor/complaints", said)["complaint_number"]
    with visit("centre-admin", "/staff/complaints?state=filed") as page:
        page.get_by_role("link", name=number).click()
        expect(page.get_by_text("匿名", exact=True)).to_be_visible()
        page.get_by_role("button", name="受理", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="确认受理").click()
        expect(dialog.get_by_role("alert")).to_contain_text("请填写告知部门的内容")
        dialog.get_by_label("情况简单").check()
        dialog.get_by_label("告知部门的内容").fill("窗口人员态度生硬")
        dialog.get_by_role("button", name="确认受理").click()
        expect(page.get_by_text("已受理，正在查办")).to_be_visible()
        page.get_by_role("button", name="答复", exact=True).click()
        dialog.get_by_label("情况属实", exact=True).check()
        dialog.get_by_label("答复内容").fill("情况属实，已经批评教育。")
        dialog.get_by_role("button", name="确认答复").click()
        expect(page.get_by_text("已答复，待回访")).to_be_visible()
        page.get_by_role("button", name="登记回访", exact=True).click()
        dialog.get_by_label("未联系上").check()
        dialog.get_by_label("回访记录").fill("匿名，无法联系。")
        dialog.get_by_role("button", name="确认登记回访").click()
        expect(page.get_by_text("已办结", exact=True)).to_be_visible()
        assert_usable(page)
    with visit(CHIEF, "/staff/complaints") as page:
        expect(page.get_by_text("没有投诉")).to_be_visible()
    with visit(CHIEF, f"/staff/complaints/{number}", expected=("404",)) as page:
        expect(page.get_by_role("alert")).to_contain_text("没有这件投诉")


@pytest.mark.rule("R93")
def test_what_came_by_telephone_is_entered_and_goes_to_the_office_of_its_topic(visit: Visit) -> None:
    with visit("centre-admin", "/staff/complaints/new") as page:
        page.get_by_label("电话").check()
        page.get_by_label("投诉类别").select_option("fee")
        page.get_by_role("button", name="登记投诉").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写投诉内容")
        page.get_by_label("投诉内容").fill("多收了工本费。")
        page.get_by_label("被投诉部门").select_option(DEPARTMENT)
        page.get_by_role("button", name="登记投诉").click()
        expect(page.get_by_text("由纠风办办理")).to_be_visible()
        number = page.locator("strong.digits").first.inner_text()
    with visit("discipline", f"/staff/complaints/{number}") as page:
        page.get_by_role("button", name="不予受理", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("不予受理的情形").select_option("unverifiable")
        dialog.get_by_label("理由").fill("没有写明收费的时间和票据。")
        dialog.get_by_role("button", name="确认不予受理").click()
        expect(page.get_by_text("已告知投诉人不予受理。")).to_be_visible()


def test_a_consultation_is_answered_and_shown_to_everyone(visit: Visit, people: People) -> None:
    asked = {"department": DEPARTMENT, "question": "我是东街的王芳，办健康证要空腹吗？"}
    number = people.create(None, "/monitor/consultations", asked)["consultation_number"]
    with visit(f"clerk-{DEPARTMENT}", "/staff/consultations") as page:
        page.get_by_role("link", name=number).click()
        page.get_by_label("在网上公开").check()
        page.get_by_label("答复内容").fill("需要空腹。")
        page.get_by_role("button", name="答复咨询").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写公开的问题")
        expect(page.get_by_label("答复内容")).to_have_value("需要空腹。")
        page.get_by_label("公开的问题").fill("办健康证要空腹吗？")
        page.get_by_role("button", name="答复咨询").click()
        expect(page.get_by_text("已答复", exact=True)).to_be_visible()
        assert_usable(page)
    shown = people.get(None, f"/monitor/consultations?department={DEPARTMENT}")["items"]
    assert [one["question"] for one in shown] == ["办健康证要空腹吗？"]


@pytest.mark.rule("R82")
def test_a_departments_log_is_mapped_brought_in_and_its_faults_shown(visit: Visit, tmp_path: Path) -> None:
    log = tmp_path / "三月.csv"
    log.write_text(LOG, encoding="utf-8", newline="")
    with visit(CHIEF, "/staff/imports", expected=("404",)) as page:
        page.get_by_text("列的对应关系", exact=True).click()
        page.get_by_role("button", name="保存对应关系").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写办件编号列")
        for label, field in (
            ("办件编号列", "own_number"),
            ("事项名称列", "item_name"),
            ("受理日期列", "accepted"),
            ("统一的承诺时限", "default_promised_days"),
            ("统一的法定时限", "default_statutory_days"),
        ):
            page.get_by_label(label).fill(str(MAPPING[field]))
        page.get_by_role("button", name="保存对应关系").click()
        expect(page.get_by_text("已保存")).to_be_visible()
        page.get_by_label("文件", exact=True).set_input_files(log)
        page.get_by_role("button", name="导入", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="三月.csv")).to_be_visible()
        expect(page.get_by_text("采用 1 行，1 行有错误。")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="三月二日")).to_be_visible()
        assert_usable(page)


def test_the_journal_is_verified_sealed_and_its_proof_taken_away(visit: Visit) -> None:
    with visit("supervisor", "/staff/journal") as page:
        page.get_by_role("button", name="立即封存").click()
        expect(page.get_by_role("table", name="封存").get_by_role("row").filter(has_text="1")).to_have_count(1)
        page.get_by_role("button", name="核验整本日志").click()
        expect(page.get_by_text("完整，未被改动")).to_be_visible()
        page.get_by_text("下载证明", exact=True).click()
        page.get_by_label("封存编号", exact=True).fill("1")
        page.get_by_label("日志序号").fill("1")
        with page.expect_download() as taken:
            page.get_by_role("button", name="下载", exact=True).click()
        assert taken.value.suggested_filename == "inclusion-1-1.json"


def test_the_rulebook_is_revised_and_the_change_stands_beside_what_was(visit: Visit, people: People) -> None:
    with visit("centre-admin", "/staff/rulebook/revise") as page:
        statutory = page.get_by_role("group", name="已超过法定办结时限")
        expect(statutory).to_contain_text("法定")
        expect(statutory.get_by_role("checkbox")).to_have_count(0)
        expect(statutory.get_by_role("option")).to_have_count(1)
        page.get_by_label("答复咨询的工作日").fill("2")
        page.get_by_role("button", name="修订并生效").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写修订理由")
        page.get_by_label("修订理由").fill("提速：咨询两日内答复。")
        page.get_by_role("button", name="修订并生效").click()
        row = page.get_by_role("table", name="与第 1 版比较").get_by_role("row").filter(has_text="答复咨询的工作日")
        expect(row).to_contain_text("3")
        expect(row).to_contain_text("2")
    assert people.get("leader", "/monitor/rulebook")["numbers"]["consultation_days"] == 2


def test_attendance_is_entered_all_lines_or_none(visit: Visit, people: People) -> None:
    with visit("centre-admin", "/staff/attendance") as page:
        page.get_by_text("登记考勤", exact=True).first.click()
        page.get_by_role("button", name="登记考勤").click()
        expect(page.get_by_role("alert")).to_contain_text("第1行：请填写考勤项目")
        group = page.get_by_role("group", name="第 1 行")
        group.get_by_label("部门").select_option(DEPARTMENT)
        group.get_by_label("人员编号").fill(f"clerk-{DEPARTMENT}")
        group.get_by_label("人员姓名").fill(PEOPLE[f"clerk-{DEPARTMENT}"].name)
        group.get_by_label("考勤项目").select_option("late_or_early")
        group.get_by_label("日期").fill(f"{people.now():%Y-%m-%d}")
        page.get_by_role("button", name="登记考勤").click()
        expect(page.get_by_text("已登记 1 行")).to_be_visible()
        row = page.get_by_role("table", name="考勤").get_by_role("row")
        expect(row.filter(has_text=PEOPLE[f"clerk-{DEPARTMENT}"].name)).to_be_visible()
        assert_usable(page)


@pytest.mark.rule("R96")
def test_a_bad_rating_is_called_back_and_put_right(visit: Visit, people: People) -> None:
    case = handed_in(people, "食品经营许可", "zhang-xiaomei")
    people.act("clerk-market", f"/intake/cases/{case['number']}", "acceptance")
    people.until("supervisor", f"/monitor/cases/{case['number']}", lambda found: found["accepted_on"])
    told = {"case_number": case["number"], "stage": "acceptance"}
    ticket = people.create("clerk-market", "/monitor/ratings/tickets", told)["ticket"]
    given = {"stars": 1, "named": True, "rater": "张小梅", "contact": "13800000001", "comment": "等了很久"}
    httpx.put(f"{people.base}/monitor/tablets/{ticket}", json=given, trust_env=False).raise_for_status()
    with visit("chief-market", "/staff/ratings") as page:
        page.get_by_role("row", name=re.compile("待回访整改")).get_by_role("link").first.click()
        expect(page.get_by_text("请回访评价人并整改")).to_be_visible()
        page.get_by_role("button", name="登记回访", exact=True).click()
        dialog = page.get_by_role("dialog", name="登记回访")
        dialog.get_by_label("回访记录").fill("已致歉并说明")
        dialog.get_by_role("button", name="确认登记回访").click()
        expect(dialog.get_by_role("alert")).to_contain_text("是否联系上")
        dialog.get_by_label("已联系上").check()
        dialog.get_by_role("button", name="确认登记回访").click()
        expect(page.get_by_text("已经回访，请填报整改")).to_be_visible()
        page.get_by_role("button", name="填报整改", exact=True).click()
        dialog = page.get_by_role("dialog", name="填报整改")
        dialog.get_by_role("textbox").fill("增设一名窗口人员")
        dialog.get_by_role("button", name="确认填报整改").click()
        expect(page.get_by_text("已经回访整改，存档备查")).to_be_visible()
        assert_usable(page)


def test_the_centre_says_who_sits_at_which_window(visit: Visit) -> None:
    with visit("centre-admin", "/staff/windows-staffing") as page:
        page.get_by_text("登记派驻").first.click()
        page.get_by_label("窗口编号").fill("W09")
        page.get_by_label("窗口名称").fill("九号窗口")
        page.get_by_role("group", name="办理的部门").get_by_label("林业").first.check()
        page.get_by_label("值守人员").fill("王五")
        page.get_by_role("button", name="登记派驻").click()
        expect(page.get_by_role("alert")).to_contain_text("每行填写")
        page.get_by_label("值守人员").fill("clerk-forestry 林窗口")
        page.get_by_role("button", name="登记派驻").click()
        expect(page.get_by_text("已登记：九号窗口")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("W09"))).to_contain_text("林窗口")
