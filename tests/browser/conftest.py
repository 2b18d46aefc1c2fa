"""The whole hall as a process of its own, and Debian's Chromium before it: one of each for a module's tests.

Playwright's own loop would stand in the way of later tests with an event loop: it ends with the module.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.pages import BUILT
from tests.browser.hall import chromium, hall_at, launching
from tests.browser.people import People
from tests.browser.visiting import visit
from yimen.departments import DEPARTMENTS

Visit = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session", autouse=True)
def _able() -> None:
    """In CI the walk through the pages is never left out in silence."""
    lacking = [
        words
        for words, there in (("chromium", chromium()), ("the built pages (make hall/dist/stamp)", BUILT.is_dir()))
        if not there
    ]
    if lacking and os.environ.get("CI"):
        pytest.fail(f"browser tests need {' and '.join(lacking)}")
    if lacking:
        pytest.skip(f"browser tests need {' and '.join(lacking)}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Callable[[str], Path]) -> Path:
    """Of an empty hall, whose databases were migrated already: half of its first start."""
    folder = tmp_path_factory.mktemp("hall")
    for name in ("intake", "fees", "monitor", "notify", *(f"approval-{code}" for code in DEPARTMENTS)):
        shutil.copy(migrated_sqlite(name.partition("-")[0]), folder / f"{name}.db")
    return folder


@pytest.fixture(scope="module")
def base(home: Path) -> Iterator[str]:
    """Where an empty hall answers, on a working morning: the bank books what comes late in the day on the next."""
    with hall_at(home) as address:
        with closing(People(address)) as first:
            first.open_doors()
        yield address


@pytest.fixture(scope="module")
def people(base: str) -> Iterator[People]:
    with closing(People(base)) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(**launching())
        yield opened
        opened.close()


@pytest.fixture(name="visit")
def visit_fixture(browser: Browser, base: str) -> Visit:
    """`with visit("clerk-market", "/staff/") as page:`"""
    return partial(visit, browser, base)
