"""What anybody may look up."""

from playwright.sync_api import Page

from tests.browser.pages import Shown
from tests.browser.people import People

NEWS = {"title": "国庆假期安排", "body": "十月一日至七日放假。\n八日起正常办理。"}


def an_item(people: People) -> str:
    """One that charges, where there is one: its page shows the most."""
    items = sorted(people.get(None, "/intake/items"), key=lambda item: not item["charges"])
    return f"/items/{items[0]['code']}"


def an_announcement(people: People) -> str:
    standing = people.get(None, "/intake/announcements")["items"]
    shown = standing[0] if standing else people.create("centre-admin", "/intake/announcements", NEWS)
    return f"/announcements/{shown['announcement_id']}"


def check_a_licence(page: Page, people: People) -> None:
    """The newest that a decision gave, where there is one."""
    found = (one["licence_number"] for one in people.get(None, "/intake/results")["items"])
    number = next(filter(None, found), None)
    if number:
        page.get_by_label("证件编号").fill(number)
        page.get_by_role("region", name="核验许可证件").get_by_role("button", name="核验").click()
        page.get_by_role("region", name="核验许可证件").get_by_role("status").wait_for()


PAGES = (
    Shown("guide-items", "/items"),
    Shown("guide-item", "/items/:code", path=an_item),
    Shown("guide-windows", "/windows"),
    Shown("guide-kept-out", "/kept-out"),
    Shown("guide-announcements", "/announcements"),
    Shown("guide-announcement", "/announcements/:id", path=an_announcement),
    Shown("guide-results", "/results"),
    Shown("guide-statistics", "/statistics"),
    Shown("guide-check", "/check", prepare=check_a_licence),
)
