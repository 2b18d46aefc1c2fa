"""The centre's pages."""

from playwright.sync_api import Page

from tests.browser.pages import Shown
from tests.browser.people import People

ADMIN = "centre-admin"
WINDOW = {
    "name": "消防窗口",
    "place": "一楼东侧1号",
    "hours": "工作日9:00-17:00",
    "phone": "0774-1234567",
    "departments": ["fire"],
    "staff": [
        {"id": "clerk-fire", "name": "赵铁军", "part": "A"},
        {"id": "officer-fire", "name": "孙浩然", "part": "B"},
    ],
}


def _item(people: People) -> str:
    return f"/staff/centre/items/{people.get(None, '/intake/items')[0]['code']}"


def _report(people: People) -> str:
    """One that waits, else any, else one that is made."""
    found = people.get(ADMIN, "/intake/item-reports")["items"]
    waiting = [one for one in found if one["state"] == "reported"] or found
    return f"/staff/centre/reports/{(waiting or [_reported(people)])[0]['report_id']}"


def _reported(people: People) -> dict[str, str]:
    code = people.get(None, "/intake/items")[0]["code"]
    item = people.get(None, f"/intake/items/{code}")
    del item["windows"]
    item["version"] += 1
    made: dict[str, str] = people.create(f"chief-{item['department']}", "/intake/item-reports", {"item": item})
    return made


def _window(people: People) -> str:
    if not people.get(None, "/intake/windows"):
        people.create(ADMIN, "/intake/windows/W1", WINDOW, "PUT", **{"If-Match": '"0"'})
    return f"/staff/centre/windows/{people.get(None, '/intake/windows')[0]['window']}"


def _revise(page: Page, _people: People) -> None:
    page.get_by_role("button", name="修改安排").click()


PAGES = (
    Shown("centre-items", "/staff/centre/items", ADMIN),
    Shown("centre-item", "/staff/centre/items/:code", ADMIN, _item),
    Shown("centre-reports", "/staff/centre/reports", ADMIN),
    Shown("centre-report-new", "/staff/centre/reports/new", "chief-market"),
    Shown("centre-import", "/staff/centre/reports/import", "chief-market"),
    Shown("centre-report", "/staff/centre/reports/:id", ADMIN, _report),
    Shown("centre-calendar", "/staff/centre/calendar", ADMIN),
    Shown("centre-calendar-revise", "/staff/centre/calendar", ADMIN, prepare=_revise),
    Shown("centre-limit-changes", "/staff/centre/calendar/changes", ADMIN),
    Shown("centre-announcements", "/staff/centre/announcements", ADMIN),
    Shown("centre-announcement-new", "/staff/centre/announcements/new", ADMIN),
    Shown("centre-windows", "/staff/centre/windows", ADMIN),
    Shown("centre-window-new", "/staff/centre/windows/new", ADMIN),
    Shown("centre-window", "/staff/centre/windows/:window", ADMIN, _window),
    Shown("centre-bans", "/staff/centre/bans", ADMIN),
    Shown("centre-ban-new", "/staff/centre/bans/new", ADMIN),
    Shown("centre-templates", "/staff/centre/templates", ADMIN),
    Shown("centre-template", "/staff/centre/templates/:code", ADMIN, lambda _: "/staff/centre/templates/accepted"),
    Shown("centre-rules", "/staff/centre/rules", ADMIN),
    Shown("centre-rule", "/staff/centre/rules/:id", ADMIN, lambda _: "/staff/centre/rules/withdrawn"),
)
