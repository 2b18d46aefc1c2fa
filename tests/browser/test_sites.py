"""What holds for every site: signing in and out, preferences, a lost page, a forbidden one."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visiting import NARROW, assert_fits, assert_usable, focus_by_tab


def test_a_clerk_signs_in_with_the_provider_and_out_again(visit: Visit) -> None:
    with visit("clerk-market", "/staff/") as page:
        expect(page.get_by_role("banner")).to_contain_text("冯雅琴")
        page.reload()
        expect(page.get_by_role("banner")).to_contain_text("冯雅琴")
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("heading", level=1, name="登录")).to_be_visible()


def test_a_citizen_is_turned_away_from_what_only_staff_may_see(visit: Visit) -> None:
    with visit(None, "/staff/") as page:
        expect(page.get_by_role("heading", level=1, name="登录")).to_be_visible()
        assert_usable(page)


def test_an_address_that_leads_nowhere_says_so(visit: Visit) -> None:
    with visit(None, "/nowhere/at/all", expected=("404",)) as page:
        expect(page.get_by_role("heading", level=1, name="没有这个页面")).to_be_visible()
        assert_usable(page)


def test_large_type_and_contrast_and_language_stay_chosen(visit: Visit) -> None:
    with visit() as page:
        before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        page.get_by_role("button", name="长辈版").click()
        page.get_by_role("button", name="高对比度").click()
        page.reload()
        expect(page.get_by_role("button", name="长辈版")).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= before * 1.25
        assert_usable(page)
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("button", name="Large text")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "en"


def test_the_keyboard_skips_to_the_content(visit: Visit) -> None:
    with visit() as page:
        focus_by_tab(page, "跳到正文", role="link")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_the_pages_beside_the_sites_are_usable_too(visit: Visit) -> None:
    """Where one chooses who to be, and what runs here: plain HTML, no part of the three sites."""
    with visit(None, "/staff/", viewport=NARROW) as page:
        page.get_by_role("banner").get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("heading", level=2).first).to_have_text("每种角色一位")
        assert_usable(page)
        assert_fits(page)
        page.goto("/services")
        assert_usable(page)
        assert_fits(page)
        page.get_by_role("link", name="返回大厅首页").click()
        expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
