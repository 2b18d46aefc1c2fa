"""A hall as a process of its own, empty or with the played county behind it, and the browser that stands before it."""

import asyncio
import importlib
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from sim.county.seeding import seed
from sim.demo.hall import Hall
from tests.support.sandbox import free_port

START_SECONDS = 120
HALLS = multiprocessing.get_context("forkserver")
HALLS.set_forkserver_preload(["deploy.embedded"])  # reading it is half of a hall's start, and each module starts one


def chromium() -> str | None:
    """The shell without a desktop, which Debian packs apart, takes half the processor of the whole browser."""
    told = os.environ.get("YIMEN_TEST_CHROMIUM")
    return told or shutil.which("chromium-headless-shell") or shutil.which("chromium")


def launching() -> dict[str, Any]:
    """How Playwright starts it. Root has no sandbox."""
    return {"executable_path": chromium(), "args": ["--no-sandbox"] if os.geteuid() == 0 else []}


@contextmanager
def hall_at(home: Path, module: str = "deploy.embedded", **environment: str) -> Iterator[str]:
    """Where it answers, until it is no longer needed."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told = {**os.environ, "PORT": str(port), "YIMEN_HOME": str(home), "DEMO": "0", **environment}
    process = HALLS.Process(target=_run, args=(module, told))
    process.start()
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.join()


def _run(module: str, environment: dict[str, str]) -> None:
    """`python -m module`, in a process that has read the hall's code already."""
    os.environ.update(environment)
    importlib.import_module(module).main()


def _wait_for(address: str, process: BaseProcess) -> None:
    ends = time.monotonic() + START_SECONDS
    while process.is_alive() and time.monotonic() < ends:
        try:
            answer = httpx.get(f"{address}/intake/items", trust_env=False)
            if answer.is_success and answer.json():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the hall did not start")


def fill(base: str, patience: float = 180) -> None:
    """The county's fortnight, and what stands open after it."""

    async def play() -> None:
        async with Hall(base, patience) as hall:
            await seed(hall)

    asyncio.run(play())
