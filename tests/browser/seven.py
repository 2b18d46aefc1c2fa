"""One joint case, from the application to the licence in hand, by people who each sit at a browser of their own."""

import re
from contextlib import ExitStack

from playwright.sync_api import Page, expect

from sim.people import PEOPLE
from tests.browser.applying import handed_in, next_step
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.reviewing import MUNICIPAL, done, item_of, press, state
from tests.browser.visiting import assert_usable

CITIZEN, FIRM = "agent-chengyuan", "诚远建材有限公司"
DEPARTMENTS = ("planning", "environment", "fire")


def do_a_joint_case(visit: Visit, people: People) -> None:
    """Citizen, clerk, officer, three chiefs, fee officer; and the supervisor, who only watches. All at once."""
    with ExitStack() as at_once:

        def sit(person: str, path: str) -> Page:
            return at_once.enter_context(visit(person, path))

        citizen = sit(CITIZEN, "/")
        clerk = sit("clerk-planning", "/staff/window")
        officer = sit("officer-planning", "/staff/reviews")
        chiefs = {one: sit(f"chief-{one}", "/staff/reviews") for one in DEPARTMENTS}
        cashier = sit("fee-officer", "/staff/fees/lists")
        supervisor = sit("supervisor", "/staff/watch/cases")
        number = citizen_applies(citizen, people)
        clerk_accepts(clerk, number)
        officer_signs_and_lists_fees(officer, number)
        for department, page in chiefs.items():
            chief_consents(page, number, signs=department != "planning")
        fee_officer_verifies(cashier, number)
        citizen_pays(citizen)
        clerk_sees_all_answers_and_serves(clerk, number)
        supervisor_sees_it_green(supervisor, number)
        citizen_is_told(citizen)


def citizen_applies(page: Page, people: People) -> str:
    item = item_of(people, MUNICIPAL)
    page.goto(f"/apply/{item['code']}")
    next_step(page, "申请人")
    page.get_by_role("radio", name="单位").check()
    page.get_by_label("单位名称").fill(FIRM)
    page.get_by_label("统一社会信用代码").fill(PEOPLE[CITIZEN].id_number)
    page.get_by_label("联系电话").fill(PEOPLE[CITIZEN].phone)
    next_step(page, "申请材料")
    for material in item["materials"]:
        row = page.get_by_role("group", name=re.compile(re.escape(material["name"]))).first
        row.get_by_label("带纸质件到窗口").check()
    next_step(page, "领取方式")
    next_step(page, "核对并提交")
    number, _password = handed_in(page)
    page.get_by_role("main").get_by_role("link", name="查看办件").click()
    expect(page.get_by_role("main")).to_contain_text("已收件，等待受理")
    return number


def clerk_accepts(page: Page, number: str) -> None:
    """The queue was open before the file came."""
    page.get_by_role("link", name=number).click()
    done(press(page, "受理"))
    expect(page.get_by_text("已受理，正在审查")).to_be_visible()


def officer_signs_and_lists_fees(page: Page, number: str) -> None:
    """The queue is open since before the case was accepted: it comes by itself."""
    page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    done(press(page, "签收"))
    fees = press(page, "开收费清单")
    fees.get_by_label("数量").fill("1")
    expect(fees.get_by_role("status")).to_contain_text("550.00")
    done(fees)


def chief_consents(page: Page, number: str, *, signs: bool) -> None:
    page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    if signs:
        done(press(page, "签收"))
    opinion = press(page, "作出意见")
    opinion.get_by_role("radio", name="同意", exact=True).check(force=True)
    opinion.get_by_label("理由").fill("符合审批条件")
    opinion.get_by_label("法律依据").fill("行政许可法第三十八条")
    done(opinion)
    expect(state(page)).to_contain_text("已作出意见")


def fee_officer_verifies(page: Page, number: str) -> None:
    page.get_by_role("link", name=number).first.click()
    done(press(page, "核标通过"))


def citizen_pays(page: Page) -> None:
    """The case's page shows the notice by itself; the bank opens in a window of its own."""
    page.get_by_role("main").get_by_role("link", name="去缴费").click(timeout=60_000)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="去银行缴款（新窗口）").click()
    bank = opened.value
    bank.get_by_role("radio").first.check()
    bank.get_by_role("button", name="确认缴款").click()
    expect(bank.get_by_role("heading", name="缴款成功")).to_be_visible()
    bank.close()
    page.get_by_role("button", name="我已缴款，请查询").click()
    expect(page.get_by_text("已缴款，已开票")).to_be_visible()


def clerk_sees_all_answers_and_serves(page: Page, number: str) -> None:
    """The page was open all along, and has followed."""
    expect(page.get_by_text("已作出决定，等待送达")).to_be_visible()
    assert_usable(page)
    receipt = press(page, "送达")
    receipt.get_by_label("签收人", exact=True).fill("何敏")
    receipt.get_by_label("签收人与申请人的关系").fill("单位经办人")
    receipt.get_by_label("代收理由").fill("受单位委托领取")
    done(receipt)
    expect(page.get_by_text("已办结", exact=True).first).to_be_visible()
    expect(page.get_by_text(number).first).to_be_visible()


def supervisor_sees_it_green(page: Page, number: str) -> None:
    page.goto(f"/staff/watch/cases/{number}")
    expect(page.get_by_text("正常", exact=True).first).to_be_visible()
    expect(page.get_by_text("已办结归档", exact=True).first).to_be_visible()


def citizen_is_told(page: Page) -> None:
    page.goto("/my")
    expect(page.get_by_role("main")).to_contain_text("已办结")
