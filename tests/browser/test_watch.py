"""The supervisor's and the leader's own pages: from any number down to the event that it counts."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import Json, People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab, settle, visit
from tests.browser.watching import FIVE_DAYS, ONE_DAY, accept, alert_of, hand_in, item_of, pass_promise

CULTURE, APPROVAL = "文广体旅局", "行政审批局"
PAGE = 25


@dataclass
class Story:
    """`late`: promised within a day, and not done for days; `calm`: has days left. `alert`: of the late one."""

    late: str
    calm: str
    alert: Json


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


@pytest.fixture(scope="module")
def story(browser: Browser, base: str, people: People) -> Story:
    """The list of lights is looked at while the clock moves on: nobody has to ask again."""
    calm, late = accept(people, FIVE_DAYS), accept(people, ONE_DAY)
    with visit(browser, base, "supervisor", "/staff/watch/cases") as page:
        expect(row(page, late)).to_contain_text("承诺办结")
        expect(row(page, late)).not_to_contain_text("黄牌")
        pass_promise(people, late)
        top = page.get_by_role("row").nth(1)
        expect(top).to_contain_text(late)
        expect(top).to_contain_text("黄牌")
        expect(top).to_contain_text(re.compile(r"超期\d+个工作日（\d+小时）"))
        expect(row(page, calm)).not_to_contain_text("黄牌")
        assert_usable(page)
    return Story(late, calm, alert_of(people, late, "yellow"))


@pytest.mark.rule("R71", "R78")
def test_a_supervisor_goes_from_a_number_down_to_the_event(visit: Visit, story: Story) -> None:
    with visit("supervisor", "/staff/watch") as page:
        assert_usable(page)
        yellow = row(page, CULTURE).first.get_by_role("cell").last.locator("xpath=preceding-sibling::td[1]//a")
        expect(yellow).to_have_text("1")
        yellow.click()
        expect(page).to_have_url(re.compile("department=culture&light=yellow"))
        expect(page.get_by_role("row")).to_have_count(2)
        page.get_by_role("link", name=story.late).click()
        expect(page.get_by_text(story.late).first).to_be_visible()
        expect(row(page, "承诺办结").first).to_contain_text("1")
        raised = (
            page.get_by_role("listitem")
            .filter(has_text="发出黄牌")
            .or_(page.get_by_role("listitem").filter(has_text="依据规则R71"))
        )
        expect(raised.first).to_contain_text(re.compile(r"alert/\S+ #1"))
        expect(raised.first.get_by_role("link", name=re.compile("日志第"))).to_have_attribute(
            "href", re.compile(r"/staff/journal\?after=\d+")
        )
        assert_usable(page)
        expect(page.get_by_role("listitem").filter(has_text="受理，自").first).to_contain_text("经办：")
        page.go_back()
        expect(page).to_have_url(re.compile("light=yellow"))


def test_the_browser_itself_checks_that_an_event_is_under_the_seal(visit: Visit, people: People, story: Story) -> None:
    people.until(None, "/monitor/journal/seals", lambda page: page["items"])
    with visit("leader", f"/staff/watch/cases/{story.late}") as page:
        page.get_by_role("button", name="存证").first.click()
        expect(page.get_by_role("dialog")).to_contain_text("核验通过")


@pytest.mark.rule("R74", "R83")
def test_a_leader_reads_ranking_sheet_and_the_event_that_cost_points(visit: Visit, story: Story) -> None:
    month = story.alert["raised_at"][:7]
    with visit("leader", f"/staff/watch/scores?month={month}") as page:
        expect(page.get_by_text("尚未公布")).to_be_visible()
        assert_usable(page)
        page.get_by_role("link", name=CULTURE).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{CULTURE}考核表")
        line = row(page, story.late).filter(has_text="R71")
        expect(line).to_contain_text("-5.0")
        assert_usable(page)
        line.get_by_role("link", name=story.late).click()
        marked = page.locator("li[aria-current=true]")
        expect(marked).to_be_in_viewport()
        expect(marked).to_contain_text("依据规则R71")


def test_a_supervisor_computes_the_month_anew(visit: Visit, story: Story) -> None:
    with visit("supervisor", f"/staff/watch/scores?month={story.alert['raised_at'][:7]}") as page:
        page.get_by_role("button", name="重新核算").click()
        page.get_by_role("dialog").get_by_role("button", name="确认重新核算").click()
        expect(page.get_by_text(re.compile(r"核算一致：\d+张考核表"))).to_be_visible()
        expect(page.get_by_role("button", name="公布本月考核")).to_have_count(0)


def test_filters_stay_in_the_address_and_a_list_goes_on(visit: Visit, people: People, story: Story) -> None:
    for _ in range(PAGE):
        last = hand_in(people, FIVE_DAYS)
    people.until("supervisor", f"/monitor/cases/{last}", lambda case: case["state"])
    with visit("supervisor", "/staff/watch/cases") as page:
        expect(page.get_by_role("row")).to_have_count(PAGE + 1)
        page.get_by_role("button", name="显示更多").click()
        expect(page.get_by_role("row")).to_have_count(PAGE + 3)
        page.get_by_label("部门", exact=True).select_option(label=CULTURE)
        expect(page.get_by_role("row")).to_have_count(2)
        page.get_by_label("灯色").select_option(label="红牌")
        expect(page.get_by_text("没有符合条件的办件")).to_be_visible()
        page.reload()
        expect(page.get_by_label("灯色")).to_have_value("red")
        page.get_by_role("button", name="清除筛选").click()
        page.get_by_label("事项").select_option(item_of(people, ONE_DAY)["code"])
        expect(page.get_by_role("row").nth(1)).to_contain_text(story.late)
        page.set_viewport_size(NARROW)
        assert_fits(page)


def test_statistics_open_their_lists_and_lead_to_the_process_map(visit: Visit, people: People, story: Story) -> None:
    with visit("centre-admin", "/staff/watch/statistics") as page:
        page.get_by_role("button", name="今年").click()
        expect(page).to_have_url(re.compile("from=20..-01-01"))
        settle(page)
        assert_usable(page)
        page.get_by_role("link", name=item_of(people, ONE_DAY)["name"]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("流程图")
        page.get_by_label("从").fill(story.alert["raised_at"][:4] + "-01-01")
        page.get_by_text("查看数据表").click()
        expect(row(page, "收件").filter(has_text="受理").first).to_contain_text("1")
        assert_usable(page)
        page.get_by_text("统计的办件").get_by_role("link").click()
        expect(page.get_by_role("row").nth(1)).to_contain_text(story.late)


def test_a_number_is_opened_without_a_mouse(visit: Visit, story: Story) -> None:
    with visit("leader", "/staff/watch") as page:
        settle(page)
        focus_by_tab(page, "1", role="link")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/staff/watch/cases"))
        assert story.late


def test_a_chief_representative_sees_the_own_department_and_an_officer_no_overview(visit: Visit, story: Story) -> None:
    with visit("chief-administration", "/staff/watch", expected=("403",)) as page:
        expect(row(page, APPROVAL).first).to_be_visible()
        expect(row(page, CULTURE)).to_have_count(0)
        page.goto(f"/staff/watch/cases/{story.late}")
        expect(page.get_by_role("alert")).to_contain_text("不能查看其他部门的办件")
    with visit("officer-market", "/staff/watch") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
