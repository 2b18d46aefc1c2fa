"""A person at a browser: a page of their own, signed in by the identity provider, which hears every complaint.

Guarantees: a page that writes an error to its console, throws, or fetches from elsewhere fails the test that opened it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.people import People

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],  # what is in order need not be told of each element
}

# A key of the wording that stands where its words should.
_AREAS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "hall" / "src").glob("*/areas/*/routes.ts"))
_KEY = re.compile(rf"\b(?:{'|'.join((*_AREAS, 'page', 'form', 'shell'))})\.[a-z]\w*(?:\.\w+)*(?!\.?\w)(?<!\.v\d)")

# What an element that reacts to the mouse must be, or be inside of, to be reached without one.
_ONLY_BY_MOUSE = """() => [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect()
    if (!box.width || !box.height || one.closest('[aria-hidden=true]')) return false
    if (getComputedStyle(one).cursor !== 'pointer') return false
    return !one.closest('a[href], button, input, select, textarea, label, summary, [tabindex], [role=option]')
}).map(one => one.outerHTML.slice(0, 200))"""


@dataclass
class Heard:
    """What a browser complained of, and what it fetched from elsewhere."""

    base: str
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"thrown: {error.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(words in message.text for words in self.expected):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and f"{address.scheme}://{address.netloc}" != self.base:
            self.complaints.append(f"fetched from elsewhere: {request.url}")


@contextmanager
def visit(browser: Browser, base: str, person: str | None = None, path: str = "/", **options: Any) -> Iterator[Page]:
    """`person` None: nobody signs in. `expected`: words of console errors that this test provokes, such as "409".
    `people`: they open the door, and nobody waits for the provider's page."""
    heard = Heard(base, expected=options.pop("expected", ()))
    people: People | None = options.pop("people", None)
    options = {
        "viewport": WIDE,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "reduced_motion": "reduce",
    } | options
    context = browser.new_context(base_url=base, **options)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    heard.listen(context)
    page = context.new_page()
    if person is not None and people is not None:
        enter(context, people, person)
    if person is None or people is not None:
        page.goto(path)
    else:
        sign_in(page, person, path)
    yield page
    context.close()
    assert not heard.complaints, "\n".join(heard.complaints)


def enter(context: BrowserContext, people: People, person: str) -> None:
    """Every page of the context begins with this person signed in. For looking at pages; whoever walks a job signs in."""
    kept = json.dumps(json.dumps(people.session(person), ensure_ascii=False))
    context.add_init_script(f"sessionStorage.setItem('yimen.session', {kept})")


def sign_in(page: Page, person: str, path: str = "/") -> None:
    """As people do it: the button in the header, then the provider's page, then back to where they were."""
    site = "/staff/" if path.startswith("/staff") else "/"
    page.goto(site)
    page.get_by_role("banner").get_by_role("button", name="登录", exact=True).click()
    page.locator(f'a[href*="person={person}"]').first.click()
    page.wait_for_url(lambda address: urlsplit(address).path.startswith(site) and "/signed-in" not in address)
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    if page.url != path:
        page.goto(path)


def settle(page: Page) -> None:
    """Until what the page asked for is there."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("正在读取……")).to_have_count(0)


def assert_usable(page: Page) -> None:
    """No violation of WCAG 2.1 A and AA that axe can find; one heading; nothing that only a mouse can reach."""
    settle(page)
    found = Axe().run(page, options=WCAG)
    assert not found.response["violations"], _told(found.response["violations"])
    assert page.locator("h1").count() == 1, "a page has one main heading"
    assert not (only := page.evaluate(_ONLY_BY_MOUSE)), f"only a mouse reaches: {only}"
    assert not (bare := _KEY.findall(page.locator("body").inner_text())), f"words without a wording: {bare}"


def assert_fits(page: Page) -> None:
    """Nothing hangs over the edge of a narrow screen."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 1, f"{page.url} is {over} px wider than the screen"


def _told(violations: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{one['id']} ({one['impact']}): {one['help']}\n  "
        + "\n  ".join(f"{node['html'][:200]} -- {node['failureSummary'][:300]}" for node in one["nodes"][:4])
        for one in violations
    )


def focus_by_tab(page: Page, name: str, role: Any = "button", limit: int = 150) -> None:
    """Presses Tab until the element of that role and name has the focus. Fails if the keyboard never gets there."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _ in range(limit):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches the {role} {name}")
