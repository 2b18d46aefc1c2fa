"""The whole hall as a process of its own, and Debian's Chromium before it: one of each for a module's tests.

Playwright's own loop would stand in the way of later tests with an event loop: it ends with the module.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.pages import BUILT
from tests.browser.people import People
from tests.browser.visiting import visit
from tests.support.sandbox import free_port

START_SECONDS = 120
Visit = Callable[..., AbstractContextManager[Page]]


def chromium() -> str | None:
    return os.environ.get("YIMEN_TEST_CHROMIUM") or shutil.which("chromium")


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
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an empty hall answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    home = tmp_path_factory.mktemp("hall")
    environment = {**os.environ, "PORT": str(port), "YIMEN_HOME": str(home), "DEMO": "0"}
    process = subprocess.Popen([sys.executable, "-m", "deploy.embedded"], env=environment)
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            if httpx.get(f"{address}/intake/items", trust_env=False).json():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the hall did not start")


@pytest.fixture(scope="module")
def people(base: str) -> Iterator[People]:
    found = People(base)
    yield found
    found.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield opened
        opened.close()


@pytest.fixture(name="visit")
def visit_fixture(browser: Browser, base: str) -> Visit:
    """`with visit("clerk-market", "/staff/") as page:`"""
    return partial(visit, browser, base)
