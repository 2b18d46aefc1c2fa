"""A service that is told to end while it is at work."""

import asyncio
import signal
from collections.abc import Callable

import httpx

from tests.faults.dose import dose
from tests.support.driving import until
from tests.support.sandbox import free_port
from tests.support.tiny import STEPS
from tests.support.tiny_running import at, made, process, readiness, running
from yimen.bus.rabbit import RabbitCarrier

ENDS = dose(1, 5)
DRAIN_SECONDS = 25


async def _load(http: httpx.AsyncClient, prefix: str, accepted: set[str]) -> None:
    """One request after another, until nobody answers any more."""
    for number in range(100_000):
        try:
            answer = await http.post(f"/cases/{prefix}{number}/withdrawal")
        except httpx.TransportError:
            return
        if answer.status_code == 201:
            accepted.add(f"{prefix}{number}")
    raise AssertionError("it never ended")


async def _holds(http: httpx.AsyncClient, accepted: set[str]) -> bool:
    """Every accepted case went its whole way; one more may have been committed as its caller was cut off."""
    found = (await http.get("/cases")).json()
    return accepted <= found.keys() and all(set(steps) == STEPS for steps in found.values())


async def test_sigterm_under_load(amqp_vhost_url: str, postgres_database: Callable[[], str]) -> None:
    """Drains within 25 s; nothing lost."""
    database, accepted = postgres_database(), set[str]()
    for end in range(ENDS):
        port = free_port()
        with process(port, database, amqp_vhost_url) as tiny:
            async with at(port) as http:
                await until(readiness(http, True), 30)
                before = len(accepted)
                loading = asyncio.gather(*(_load(http, f"e{end}c{client}-", accepted) for client in range(4)))
                await until(lambda: _more_than(accepted, before + 100), 30)  # noqa: B023 - awaited in this round
                tiny.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(tiny.wait, DRAIN_SECONDS) == 0
                await loading
    async with running(made(database, RabbitCarrier(amqp_vhost_url))) as again:
        await until(lambda: _holds(again, accepted), 30)


async def _more_than(accepted: set[str], count: int) -> bool:
    return len(accepted) > count
