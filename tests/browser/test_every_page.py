"""Every page of the hall, with the played county behind it: usable, silent, fits, and none is forgotten."""

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.hall import fill
from tests.browser.pages import Shown, all_pages
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable, visit

SOURCES = Path(__file__).parents[2] / "hall" / "src"
PAGES = all_pages()


@pytest.fixture(scope="module")
def county(base: str) -> str:
    """The hall's address, once everybody has been there. In a thread: Playwright has a loop of its own in this one."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            fill(base)
        except BaseException as failure:  # told by the test, not by the thread
            failed.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return base


@pytest.mark.slow
@pytest.mark.parametrize("shown", PAGES, ids=lambda one: one.name)
def test_a_page_is_usable_by_everybody(county: str, people: People, browser: Browser, shown: Shown) -> None:
    """axe finds nothing, the console is silent, nothing is fetched from elsewhere, nothing needs a mouse, and on a narrow
    screen nothing hangs over the edge."""
    with visit(browser, county, shown.person, shown.address(people), expected=shown.expected, people=people) as page:
        if shown.prepare:
            shown.prepare(page, people)
        assert_usable(page)
        page.set_viewport_size(NARROW)
        assert_fits(page)
        page.evaluate("document.documentElement.toggleAttribute('data-large', true)")
        assert_fits(page)


def test_no_page_is_forgotten() -> None:
    assert {page.route for page in PAGES} >= routes(), routes() - {page.route for page in PAGES}
    assert len({page.name for page in PAGES}) == len(PAGES)


def routes() -> set[str]:
    """As they stand in the areas' routes.ts, with the site before them."""
    found = set()
    for site, before in (("portal", ""), ("staff", "/staff")):
        for source in SOURCES.glob(f"{site}/areas/*/routes.ts"):
            paths = re.findall(r"path: '(/[^']*)'", source.read_text("utf-8"))
            found |= {before + path for path in paths}
    return found


QUEUES = {
    "the door": ("clerk-market", "/intake/cases?state=submitted", "items"),
    "corrections awaited": ("clerk-market", "/intake/cases?state=correction_requested", "items"),
    "reviews of planning": ("officer-planning", "/approval/departments/planning/reviews", "items"),
    "extensions asked for": ("head-administration", "/approval/departments/administration/extension-requests", "items"),
    "fee lists to verify": ("fee-officer", "/fees/lists?state=open", "lists"),
    "refunds to verify": ("fee-officer", "/fees/refunds?state=requested", "refunds"),
    "disputes to answer": ("treasurer", "/fees/disputes?state=open", "items"),
    "money in suspense": ("fee-officer", "/fees/exceptions?state=open", "exceptions"),
    "complaints": ("centre-admin", "/monitor/complaints", "items"),
    "questions": ("chief-planning", "/monitor/consultations/queue", "items"),
    "alerts": ("supervisor", "/monitor/alerts", "items"),
    "orders": ("supervisor", "/monitor/orders", "items"),
    "agencies": ("agent-shanjiao", "/intake/agencies", "items"),
    "item reports": ("centre-admin", "/intake/item-reports", "items"),
    "announcements": (None, "/intake/announcements", "items"),
}


@pytest.mark.parametrize("queue", QUEUES)
def test_the_county_leaves_something_open_in_every_queue(county: str, people: People, queue: str) -> None:
    person, path, key = QUEUES[queue]
    assert people.until(person, path, lambda page: page[key])
    assert county
