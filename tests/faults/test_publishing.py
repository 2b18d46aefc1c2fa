"""What can happen between a commit and a confirm, on real parts: one test for each row of the fault table.

Processes are real and killed with SIGKILL. The exact point comes from the lines: a proxy holds back what the process says
to the broker, or what the broker confirms, or what the process says to its database.
"""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.support.consuming import QUEUE, depth, following, until_effects
from tests.support.driving import until, working
from tests.support.ledger import Ledger, in_order
from tests.support.postgres import run_sql
from tests.support.proxy import Proxy, Way, proxied
from tests.support.publishing import emit, leads, left, waiting
from tests.support.sandbox import free_port
from tests.support.tiny_running import at, complete, made, process, readiness, running, withdraw
from yimen.bus.metrics import BusMetrics
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.relay import _LEADER, Relay

CASES = {f"c{number}" for number in range(20)}
PATIENCE = 30.0
OF_THIS_DATABASE = f"""locktype = 'advisory' AND granted AND objid = {_LEADER}
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
TAKE_THE_LOCK_AWAY = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE {OF_THIS_DATABASE}"


async def _holds(url: str, queue: str, count: int) -> bool:
    """Whether the broker's queue holds exactly so many."""
    return await depth(url, queue) == count


async def _rows_are(database: str, count: int) -> bool:
    """Whether the outbox holds exactly so many, seen from outside any service."""
    return bool(await asyncio.to_thread(run_sql, database, "SELECT count(*) FROM outbox") == count)


async def test_process_killed_after_commit_before_publish(
    amqp_vhost_url: str, postgres_database: Callable[[], str]
) -> None:
    """Another relay publishes; nothing lost."""
    port, database = free_port(), postgres_database()
    async with proxied(amqp_vhost_url) as line, at(port) as http:
        with process(port, database, line.address(amqp_vhost_url)) as doomed:
            await until(readiness(http, True), PATIENCE)
            await withdraw(http, "first")
            await until(complete(http, {"first"}), PATIENCE)
            await until(lambda: _rows_are(database, 0))
            line.stall(Way.UP)
            await withdraw(http, *CASES)
            async with running(made(database, RabbitCarrier(amqp_vhost_url))) as standby:
                told = (await standby.get("/cases")).json()
                assert {case for case, steps in told.items() if steps == ["asked"]} == CASES
                assert await _rows_are(database, len(CASES))
                doomed.kill()
                await asyncio.to_thread(doomed.wait)
                line.cut()
                await until(complete(standby, CASES | {"first"}), PATIENCE)
                await until(lambda: _rows_are(database, 0))


async def _confirmed(http: httpx.AsyncClient) -> int:
    """How many confirms the process has heard, by its own metrics."""
    lines = (await http.get("/metrics")).text.splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith("outbox_published_total "))


async def _hears_of_more(http: httpx.AsyncClient) -> bool:
    return await _confirmed(http) > 1


async def _takes_more(url: str) -> bool:
    return await depth(url, "tiny") > 1


async def test_killed_after_confirm_before_delete(amqp_vhost_url: str, postgres_database: Callable[[], str]) -> None:
    """Published twice; effect once."""
    port, database = free_port(), postgres_database()
    async with proxied(amqp_vhost_url) as broker_line, proxied(database) as database_line, at(port) as http:
        addresses = database_line.address(database), broker_line.address(amqp_vhost_url)
        with process(port, *addresses, parts="api,relay") as doomed:
            await until(readiness(http, True), PATIENCE)
            await withdraw(http, "first")
            await until(lambda: _rows_are(database, 0), PATIENCE)
            broker_line.stall(Way.DOWN)
            await withdraw(http, *CASES)
            await until(lambda: _takes_more(amqp_vhost_url))
            database_line.stall(Way.UP)
            broker_line.resume()
            await until(lambda: _hears_of_more(http))
            confirmed = await _confirmed(http)
            assert await depth(amqp_vhost_url, "tiny") == confirmed
            doomed.kill()
            await asyncio.to_thread(doomed.wait)
        broker_line.cut()
        database_line.cut()
    assert await _rows_are(database, len(CASES))
    service = made(database, RabbitCarrier(amqp_vhost_url))
    async with running(service) as successor:
        await until(complete(successor, CASES | {"first"}), PATIENCE)
        await until(left(service.units, 0))
        await until(lambda: _dropped(service.metrics, confirmed - 1))
        assert await complete(successor, CASES | {"first"})()


async def _dropped(metrics: BusMetrics, count: int) -> bool:
    """Whether at least so many deliveries turned out to be duplicates."""
    return next(sample.value for one in metrics.duplicates.collect() for sample in one.samples) >= count


@pytest.mark.parametrize("how", ["publish timeout", "connection lost"])
async def test_publish_timeout_connection_lost_with_confirms_open(
    ledger: Ledger, amqp_vhost_url: str, how: str
) -> None:
    """Rows stay, batch resent."""
    async with proxied(amqp_vhost_url) as line:
        carrier = RabbitCarrier(line.address(amqp_vhost_url), publish_seconds=1.0 if how == "publish timeout" else 30.0)
        direct = RabbitCarrier(amqp_vhost_url)
        await direct.declare(QUEUE)
        relay = Relay(ledger.units, carrier, ledger.metrics)
        async with working(relay):
            await until(leads(relay))
            line.stall(Way.DOWN)
            await emit(ledger, *(f"c{case}" for case in range(5) for _ in range(4)))
            await until(lambda: _holds(amqp_vhost_url, QUEUE.name, 20))
            if how == "connection lost":
                line.cut()
            await until(lambda: _session_over(relay))
            assert await waiting(ledger.units) == 20
            line.resume()
            await until(left(ledger.units, 0))
        assert await depth(amqp_vhost_url) >= 40
        async with following(ledger, direct):
            await until(lambda: _dropped(ledger.metrics, 20))
    assert in_order(await ledger.effects(), 5, 4)


async def _session_over(relay: Relay) -> bool:
    return not relay.connected


def _address(ledger: Ledger) -> str:
    return ledger.database.url.render_as_string(hide_password=False)


async def _holds_back(line: Proxy) -> bool:
    """Whether events wait in the stalled line; a heartbeat is smaller."""
    return line.held > 200


async def test_two_relays_believe_they_lead(ledger: Ledger, amqp_vhost_url: str) -> None:
    """Duplicates only; order kept. The first loses its lock unawares, and its batch arrives after newer events."""
    direct = RabbitCarrier(amqp_vhost_url)
    async with proxied(amqp_vhost_url) as line, following(ledger, direct):
        slow = Relay(ledger.units, RabbitCarrier(line.address(amqp_vhost_url)), ledger.metrics)
        heir = Relay(ledger.units, direct, ledger.metrics)
        async with working(slow):
            await until(leads(slow))
            line.stall(Way.UP)
            await emit(ledger, "c0", "c1")
            await until(lambda: _holds_back(line))
            async with working(heir):
                await asyncio.to_thread(run_sql, _address(ledger), TAKE_THE_LOCK_AWAY)
                await until(leads(heir))
                assert slow.leads
                await emit(ledger, "c0", "c1")
                await until(left(ledger.units, 0))
                await until_effects(ledger, 4)
                line.resume()
                await until(lambda: _dropped(ledger.metrics, 2))
    assert in_order(await ledger.effects(), 2, 2)


async def test_two_relays_that_carry_all_the_time_only_double(
    ledger: Ledger, amqp_vhost_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = RabbitCarrier(amqp_vhost_url)
    first, second = (Relay(ledger.units, carrier, ledger.metrics) for _ in range(2))
    monkeypatch.setattr(second, "_win", _believe)
    async with following(ledger, carrier), working(first, second):
        await until(leads(first))
        await until(leads(second))
        for _ in range(10):
            await emit(ledger, *(f"c{n}" for n in range(5)))
        assert in_order(await until_effects(ledger, 50), 5, 10)
        await until(left(ledger.units, 0))


async def _believe(conn: object) -> None:
    """Wins without a lock."""
