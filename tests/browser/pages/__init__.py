"""Every page of the hall, by area: what test_every_page looks at and `make shots` takes pictures of."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.people import People


@dataclass(frozen=True)
class Shown:
    """One page as one person sees it.

    `route`: as it stands in the area's routes.ts, with the site before it (`/staff/cases/:number`). `path`: where it is in
    a hall with the played county behind it; found by asking, where it has a number in it; `route` itself where it has none.
    `person`: who is signed in. `prepare`: what is typed or pressed before there is something to see. `name`: of its picture.
    `expected`: words of what the browser says that is no fault, such as the 404 of what no healthy hall has.
    """

    name: str
    route: str
    person: str | None = None
    path: Callable[[People], str] | None = None
    prepare: Callable[[Page, People], None] | None = None
    expected: tuple[str, ...] = ()

    def address(self, people: People) -> str:
        return self.path(people) if self.path else self.route


def all_pages() -> tuple[Shown, ...]:
    modules = (importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    return tuple(page for module in modules for page in module.PAGES)
