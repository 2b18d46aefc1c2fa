"""A department at its desk: from the queue to the opinion, with everything that may come in between."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.reviewing import (
    ENERGY,
    FELLING,
    MUNICIPAL,
    REGISTRATION,
    TEMPLE,
    accepted,
    act,
    confirm,
    done,
    hours_later,
    open_case,
    press,
    review_of,
    state,
)
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab


@pytest.mark.rule("R41", "R43", "R50")
def test_a_file_is_signed_for_charged_by_the_standard_and_consented(visit: Visit, people: People) -> None:
    number = accepted(people, REGISTRATION)
    with visit("officer-planning", "/staff/reviews") as officer, visit("chief-planning", "/staff/reviews") as chief:
        open_case(officer, number)
        expect(officer.get_by_role("button", name="开收费清单")).to_have_count(0)
        done(press(officer, "签收"))
        expect(state(officer)).to_contain_text("审查中")
        assigning = press(officer, "分办")
        confirm(assigning)
        expect(assigning.get_by_role("link", name="请填写姓名")).to_be_visible()
        assigning.get_by_role("button", name="填入本人").click()
        done(assigning)
        expect(officer.get_by_role("button", name="作出意见")).to_have_count(0)
        officer.goto("/staff/reviews?state=mine")
        expect(officer.get_by_role("link", name=re.compile("我经办的 1"))).to_be_visible()
        open_case(officer, number)
        fees = press(officer, "开收费清单")
        fees.get_by_label("收费项目").select_option("BDC-ZZ")
        fees.get_by_label("数量").fill("")
        confirm(fees)
        fees.get_by_role("link", name="请填写数量").click()
        expect(fees.get_by_label("数量")).to_be_focused()
        officer.keyboard.type("2")
        expect(fees.get_by_role("status")).to_contain_text("160.00")
        done(fees)
        expect(officer.get_by_role("cell", name="160.00")).to_be_visible()
        open_case(chief, number)
        opinion = press(chief, "作出意见")
        opinion.get_by_role("radio", name="不同意", exact=True).check(force=True)
        opinion.get_by_label("理由").fill("材料不齐")
        confirm(opinion)
        expect(opinion.get_by_role("alert")).to_contain_text("请填写法律依据")
        expect(opinion.get_by_label("理由")).to_have_value("材料不齐")
        chief.reload()
        opinion = press(chief, "作出意见")
        expect(opinion.get_by_label("理由")).to_have_value("材料不齐")
        opinion.get_by_role("radio", name="同意", exact=True).check(force=True)
        opinion.get_by_label("理由").fill("符合登记条件")
        done(opinion)
        expect(state(chief)).to_contain_text("已作出意见")
        expect(officer.get_by_text("作出意见：同意")).to_be_visible()


@pytest.mark.rule("R26", "R31", "R34")
def test_a_clock_is_stopped_for_what_the_law_names_and_goes_on(visit: Visit, people: People) -> None:
    number = accepted(people, FELLING)
    act(people, number, "forestry", "receipt")
    with visit("officer-forestry", "/staff/reviews", expected=("409",)) as page:
        open_case(page, number)
        pausing = press(page, "启动特别程序")
        pausing.get_by_role("radio", name="专家评审").check(force=True)
        pausing.get_by_label("法律依据和事由").fill("行政许可法第四十五条")
        pausing.get_by_label("所需时间（工作日）").fill("3")
        done(pausing)
        expect(state(page)).to_contain_text("计时中止")
        expect(page.get_by_role("button", name="启动特别程序")).to_have_count(0)
        done(press(page, "恢复计时"))
        expect(page.get_by_text("专家评审结束，恢复计时")).to_be_visible()
        visiting = press(page, "登记现场核查")
        visiting.get_by_role("button", name="填入本人").click()
        visiting.get_by_label("核查人员2姓名").fill("王核查")
        visiting.get_by_label("核查人员2编号").fill("forester-2")
        visiting.get_by_label("地点").fill("山脚村林场")
        visiting.get_by_label("开始时间").fill(hours_later(people, 0))
        visiting.get_by_label("被核查人").fill("李强")
        visiting.get_by_label("核查情况").fill("树种、数量与申请相符")
        done(visiting)
        hold_hearing(page, people)


def hold_hearing(page: Page, people: People) -> None:
    today = hours_later(people, 0)[:10]
    asking = press(page, "登记听证申请")
    asking.get_by_label("要求听证的人").fill("山脚村民小组")
    asking.get_by_label("告知听证权利的日期").fill(today)
    asking.get_by_label("提出的日期").fill(today)
    done(asking)
    expect(state(page)).to_contain_text("计时中止")
    noticing = press(page, "发出听证通知")
    noticing.get_by_label("举行时间").fill(hours_later(people, 24 * 14))
    noticing.get_by_label("地点").fill("三楼会议室")
    noticing.get_by_label("主持人姓名").fill("苏主持")
    noticing.get_by_label("主持人编号").fill("forestry-chair")
    done(noticing)
    recording = press(page, "登记听证笔录")
    recording.get_by_label("听证笔录").fill("各方意见一致")
    confirm(recording)
    expect(recording.get_by_role("alert")).to_contain_text("听证尚未举行")


@pytest.mark.rule("R42", "R48")
def test_a_file_goes_up_and_the_superiors_answer_binds(visit: Visit, people: People) -> None:
    number = accepted(people, TEMPLE)
    with visit("officer-religion", "/staff/reviews") as officer, visit("chief-religion", "/staff/reviews") as chief:
        open_case(officer, number)
        done(press(officer, "签收"))
        upward = press(officer, "转报上级")
        upward.get_by_label("上级机关").fill("市民族宗教事务局")
        upward.get_by_label("初审意见").fill("拟同意")
        done(upward)
        answer = press(officer, "登记上级答复")
        answer.get_by_role("radio", name="不同意").check(force=True)
        confirm(answer)
        answer.get_by_role("link", name="请填写上级的意见").click()
        officer.keyboard.type("不符合规划")
        done(answer)
        open_case(chief, number)
        opinion = press(chief, "作出意见")
        expect(opinion.get_by_role("radio")).to_have_count(1)
        opinion.get_by_role("radio", name="不同意").check(force=True)
        opinion.get_by_label("理由").fill("上级不同意")
        opinion.get_by_label("法律依据").fill("宗教事务条例第三十三条")
        done(opinion)
        expect(chief.get_by_text("市民族宗教事务局答复：不同意")).to_be_visible()


@pytest.mark.rule("R23", "R24", "R38")
def test_more_time_is_asked_for_by_the_chief_and_granted_by_the_head(visit: Visit, people: People) -> None:
    number = accepted(people, ENERGY)
    act(people, number, "administration", "receipt")
    with (
        visit("chief-administration", "/staff/reviews") as chief,
        visit("head-administration", "/staff/extensions") as head,
    ):
        expect(head.get_by_text("没有等待答复的延期申请。")).to_be_visible()
        open_case(chief, number)
        asking = press(chief, "申请延期")
        asking.get_by_label("延长天数（工作日）").fill("5")
        confirm(asking)
        expect(asking.get_by_role("alert")).to_contain_text("请填写理由")
        asking.get_by_label("理由").fill("节能报告需要补充论证")
        done(asking)
        head.get_by_role("table").get_by_role("link").click()
        granting = press(head, "批准延期")
        granting.get_by_label("延长天数（工作日）").fill("3")
        granting.get_by_label("理由").fill("情况属实")
        done(granting)
        expect(head.get_by_text("批准延期3个工作日")).to_be_visible()
        expect(chief.get_by_text("已延长3个工作日")).to_be_visible()
        head.get_by_role("link", name="← 审查待办").click()
        expect(head.get_by_role("heading", level=1, name="审查待办")).to_be_visible()


@pytest.mark.rule("R24")
def test_the_countys_head_refuses_a_joint_extension(visit: Visit, people: People) -> None:
    number = accepted(people, MUNICIPAL, "agent-chengyuan")
    act(people, number, "fire", "receipt")
    act(people, number, "fire", "extension-request", {"days": 12, "reasons": "需要复核"})
    with visit("county-head", "/staff/extensions") as page:
        page.get_by_role("table").get_by_role("link").first.click()
        refusing = press(page, "不批准延期")
        refusing.get_by_label("理由").fill("请按期办结")
        done(refusing)
        expect(page.get_by_text("请按期办结")).to_be_visible()
        expect(page.get_by_role("button", name="批准延期")).to_have_count(0)


def test_the_stand_in_decides_while_the_chief_is_away(visit: Visit, people: People) -> None:
    number = accepted(people, REGISTRATION)
    act(people, number, "planning", "receipt")
    today = datetime.fromisoformat(hours_later(people, 0)).date()
    with visit("chief-planning", "/staff/stand-ins") as chief, visit("chief-b-planning", "/staff/reviews") as deputy:
        expect(chief.get_by_text("没有指定过B角。")).to_be_visible()
        naming = press(chief, "指定B角")
        naming.get_by_label("B角姓名").fill("黄副代表")
        naming.get_by_label("B角编号").fill("chief-b-planning")
        naming.get_by_label("起始日").fill(f"{today}")
        naming.get_by_label("终止日（含当日）").fill(f"{today + timedelta(days=3)}")
        confirm(naming)
        expect(naming.get_by_role("link", name="请填写代理原因")).to_be_visible()
        naming.get_by_label("代理原因").fill("外出培训")
        done(naming)
        expect(chief.get_by_text("代理中")).to_be_visible()
        open_case(deputy, number)
        opinion = press(deputy, "作出意见")
        opinion.get_by_role("radio", name="同意", exact=True).check(force=True)
        done(opinion)
        expect(deputy.get_by_text("代黄国栋签发")).to_be_visible()
        done(press(chief, "终止代理"))
        expect(chief.get_by_text(re.compile("终止$"))).to_be_visible()


def test_somebody_else_was_faster(visit: Visit, people: People) -> None:
    """What was typed stays; the page shows what is so now."""
    number = accepted(people, REGISTRATION)
    act(people, number, "planning", "receipt")
    with visit("officer-planning", "/staff/reviews", expected=("412", "ERR_FAILED")) as page:
        page.route("**/notify/stream**", lambda route: route.abort())
        open_case(page, number)
        pausing = press(page, "启动特别程序")
        pausing.get_by_role("radio", name="检测", exact=True).check(force=True)
        pausing.get_by_label("法律依据和事由").fill("需要检测")
        pausing.get_by_label("所需时间（工作日）").fill("2")
        act(people, number, "planning", "assignment", {"assignee": {"id": "u2", "name": "周科员"}})
        confirm(pausing)
        expect(pausing.get_by_role("alert")).to_contain_text("内容已被他人更新")
        expect(pausing.get_by_label("法律依据和事由")).to_have_value("需要检测")
        done(pausing)
        expect(page.get_by_text("分办给周科员")).to_be_visible()


def test_signing_by_keyboard_on_a_narrow_screen(visit: Visit, people: People) -> None:
    number = accepted(people, MUNICIPAL, "agent-chengyuan")
    with visit("officer-environment", f"/staff/reviews?case={number}", viewport=NARROW) as page:
        expect(page.get_by_role("table").get_by_role("link")).to_be_visible()
        assert_fits(page)
        focus_by_tab(page, "建设工程规划许可证（市政）", role="link")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="建设工程规划许可证（市政）")).to_be_focused()
        assert_fits(page)
        assert_usable(page)
        focus_by_tab(page, "签收")
        page.keyboard.press("Enter")
        focus_by_tab(page, "确认签收")
        page.keyboard.press("Enter")
        expect(state(page)).to_contain_text("审查中")


def test_another_departments_review_is_not_shown(visit: Visit, people: People) -> None:
    number = accepted(people, REGISTRATION)
    path = f"/staff/reviews/planning/{review_of(people, number, 'planning')}"
    with visit("officer-fire", path, expected=("403",)) as page:
        expect(page.get_by_role("alert")).to_contain_text("不是本部门的审查")
        page.goto("/staff/extensions")
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
