"""`make shots`: a picture of every page at 1440 and at 390 px, of the big screen at 1920, into var/shots.

Starts a hall of its own with the played county behind it, or looks at YIMEN_HALL. ARGS: names of pages, or how they
begin; none for all."""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.hall import fill, hall_at, launching
from tests.browser.pages import Shown, all_pages
from tests.browser.people import People
from tests.browser.visiting import NARROW, WIDE, enter, settle

TARGET = Path("var/shots")
SETTLED_MS = 600  # a chart is drawn by then; a page that listens is never idle
SCREEN = {"width": 1920, "height": 1080}


def take(browser: Browser, base: str, people: People, shown: Shown) -> None:
    for viewport in (SCREEN,) if shown.route.startswith("/screen") else (WIDE, NARROW):
        context = browser.new_context(
            base_url=base, viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        page = context.new_page()
        if shown.person:
            enter(context, people, shown.person)
        page.goto(shown.address(people))
        if shown.prepare:
            shown.prepare(page, people)
        settle(page)
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=TARGET / f"{shown.name}-{viewport['width']}.png", full_page=viewport != SCREEN)
        context.close()


def main(wanted: list[str]) -> int:
    chosen = [one for one in all_pages() if not wanted or any(one.name.startswith(name) for name in wanted)]
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        base = os.environ.get("YIMEN_HALL")
        if not base:
            base = stack.enter_context(hall_at(Path(home)))
            fill(base)
        failed = _take_all(base, chosen)
    print(f"{len(chosen) - len(failed)} of {len(chosen)} pages in {TARGET}/")
    print("\n".join(failed))
    return 1 if failed else 0


def _take_all(base: str, chosen: list[Shown]) -> list[str]:
    """Those that could not be taken; the others are taken all the same."""
    failed = []
    people = People(base)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launching())
        for shown in chosen:
            try:
                take(browser, base, people, shown)
                print(f"  {shown.name}", flush=True)
            except (PlaywrightError, AssertionError) as failure:
                failed.append(f"{shown.name}: {str(failure)[:500]}")
        browser.close()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
