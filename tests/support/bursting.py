"""Lives that begin at instants of their own, whether or not the hall has done with the earlier ones (an open loop).

What each answer was is counted; whoever is told to come again later (429, 503) does so then, as the hall's own players do.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import httpx

from sim.demo.hall import PATIENCE_SECONDS, Hall

RATES = (1, 15, 1, 25, 2, 35, 10)
"""Lives a second, step after step."""

WAITS = {404, 409, 412}
"""While somebody waits for what is still on its way, or for their turn."""


class Witness(Hall):
    """A hall whose every answer is written down."""

    def __init__(self, base: str, patience: float = PATIENCE_SECONDS) -> None:
        super().__init__(base, patience)
        self.answers: Counter[int] = Counter()
        self.sent_away: Counter[str] = Counter()
        self.faults: list[str] = []
        hooks = {"response": [self._write_down]}
        limits = httpx.Limits(max_connections=None, keepalive_expiry=2)
        self._client = _Client(
            self.faults, base_url=self.base, timeout=60, trust_env=False, limits=limits, event_hooks=hooks
        )

    async def _write_down(self, answer: httpx.Response) -> None:
        self.answers[answer.status_code] += 1
        if answer.status_code in (429, 503):
            await answer.aread()
            self.sent_away[answer.json()["code"]] += 1
            if "Retry-After" not in answer.headers:
                self.faults.append(f"{answer.request.url}: {answer.status_code} without Retry-After")
        elif answer.status_code >= 400 and answer.status_code not in WAITS:
            await answer.aread()
            self.faults.append(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")


class _Client(httpx.AsyncClient):
    def __init__(self, faults: list[str], **options: Any) -> None:
        super().__init__(**options)
        self._faults = faults

    async def request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Response:
        try:
            return await super().request(method, url, **options)
        except httpx.TransportError as error:
            self._faults.append(f"{url}: {error!r}")
            raise


def instants(rates: Sequence[int], step: float) -> Iterator[float]:
    """When each life begins, in seconds: evenly within each step."""
    for number, rate in enumerate(rates):
        count = round(rate * step)
        yield from (number * step + at * step / count for at in range(count))


async def burst(one: Callable[[], Awaitable[None]], rates: Sequence[int], step: float) -> list[float]:
    """Begins `one` at each instant, waits for the end of all; how late each began, at most a scheduler's whim."""
    began, late = time.monotonic(), []
    async with asyncio.TaskGroup() as group:
        for at in instants(rates, step):
            await asyncio.sleep(began + at - time.monotonic())
            late.append(time.monotonic() - began - at)
            group.create_task(one())  # type: ignore[arg-type] # a coroutine
    return late
