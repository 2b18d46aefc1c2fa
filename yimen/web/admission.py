"""How much at once: a bound on the requests at work, a short line before it, and a plain no to whoever comes on top.

Guarantees: no more than `at_work` requests of a process work at any time, no more than `waiting` stand in line, and none
stands there longer than `LINE_SECONDS`; none works longer than `WORK_SECONDS`. Whoever is not served is told so at once by
503 and when to come again (`Retry-After`, a little different for each, so that they do not return in step). A request counts
from when its body is there until its answer is made: neither a live stream nor a slow reader or sender takes a place. Does
not: ask for places where ops teams look (`/healthz`, `/readyz`, `/metrics`).
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge

from yimen.web.problems import Problem

AT_WORK = 10
"""Fewer than the database has connections for (yimen.db): what events, timers and senders need stays free."""

WAITING = 60
LINE_SECONDS = 3.0
WORK_SECONDS = 60.0
_COME_AGAIN = (1, 4)


class Gate:
    """One process's; `shed` counts whom it sent away, and why."""

    def __init__(self, registry: CollectorRegistry, at_work: int = AT_WORK, waiting: int = WAITING) -> None:
        self._places = asyncio.Semaphore(at_work)
        self._most_waiting = waiting
        self._waiting = 0
        self.shed = Counter("http_requests_shed", "Requests sent away unheard", ["reason"], registry=registry)
        self._at_work = Gauge("http_requests_at_work", "Requests that work now", registry=registry)
        Gauge("http_requests_waiting", "Requests in line", registry=registry).set_function(lambda: self._waiting)

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        """Raises the 503 problem for whom there is no place."""
        await self._enter()
        try:
            with self._at_work.track_inprogress():
                async with asyncio.timeout(WORK_SECONDS) as deadline:
                    yield
        except TimeoutError as late:
            if not deadline.expired():
                raise
            raise self._busy("overdue") from late
        finally:
            self._places.release()

    async def _enter(self) -> None:
        if self._places.locked() and self._waiting >= self._most_waiting:
            raise self._busy("line_full")
        self._waiting += 1
        try:
            async with asyncio.timeout(LINE_SECONDS):
                await self._places.acquire()
        except TimeoutError as late:
            raise self._busy("line_slow") from late
        finally:
            self._waiting -= 1

    def _busy(self, reason: str) -> Problem:
        self.shed.labels(reason).inc()
        detail = "当前办理的人较多，请稍候几秒后重试，已提交的内容不会重复办理。"
        headers = {"Retry-After": str(random.randint(*_COME_AGAIN))}  # noqa: S311 - to spread them, no secret
        return Problem(503, "busy", "系统繁忙", detail, headers=headers)
