"""The hall's big display: public figures, large, and honest about whether they are still true."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable
from tests.browser.watching import ONE_DAY, accept

DISPLAY = {"width": 1920, "height": 1080}
LEGIBLE = 30
"""Pixels of the smallest type that is read from ten metres, on a display of 1920."""


def figure(page: Page, name: str) -> str:
    return page.locator(f"[data-figure={name}] .big").inner_text()


@pytest.fixture(scope="module")
def busy(people: People) -> None:
    accept(people, ONE_DAY)
    for title in ("国庆期间办事安排", "停电通知"):
        people.create("centre-admin", "/intake/announcements", {"title": title, "body": "详见大厅公告栏。"})


@pytest.mark.usefixtures("busy")
def test_the_display_shows_the_halls_own_figures_as_they_come(visit: Visit, people: People) -> None:
    with visit(None, "/screen", viewport=DISPLAY) as page:
        page.locator("[data-figure=accepted]").wait_for()
        board = people.get(None, "/monitor/statistics/board")
        assert figure(page, "accepted") == str(board["today"]["accepted"])
        assert figure(page, "closed") == str(board["today"]["closed"])
        expect(page.locator("[data-row=culture]")).to_contain_text("文广体旅局")
        sizes = (
            "[...document.querySelectorAll('dt, dd, td, h2')].map(one => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert min(page.evaluate(sizes)) >= LEGIBLE
        assert page.evaluate("document.documentElement.scrollHeight") <= DISPLAY["height"], "nobody scrolls it"
        assert_usable(page)
        accept(people, ONE_DAY)
        expect(page.locator("[data-figure=accepted] .big")).to_have_text(str(board["today"]["accepted"] + 1))
        page.set_viewport_size(NARROW)
        assert_fits(page)


@pytest.mark.usefixtures("busy")
def test_the_display_outlives_a_hall_that_is_cut_off(visit: Visit) -> None:
    with visit(None, "/screen", viewport=DISPLAY, expected=("ERR_INTERNET_DISCONNECTED",)) as page:
        page.locator("[data-figure=accepted]").wait_for()
        before = figure(page, "accepted")
        page.context.set_offline(True)
        expect(page.get_by_role("alert")).to_contain_text(re.compile(r"与大厅失去联系，自\d\d:\d\d起"))
        assert figure(page, "accepted") == before
        assert_usable(page)
        page.context.set_offline(False)
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.usefixtures("busy")
def test_pages_turn_by_themselves_and_stand_still_for_who_wants_it(visit: Visit) -> None:
    with visit(None, "/screen", viewport=DISPLAY, reduced_motion="no-preference") as page:
        shown = page.locator("section").last
        expect(shown).to_contain_text("停电通知")
        expect(shown).to_contain_text("国庆期间办事安排")
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="自动翻页")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("ArrowRight")
        expect(shown).to_contain_text("停电通知")
    with visit(None, "/screen", viewport=DISPLAY, reduced_motion="reduce") as page:
        expect(page.get_by_role("button", name="自动翻页")).to_be_visible()
