"""A service's life: it starts, says truthfully whether it can work, outlives outages, and ends with nothing lost."""

import asyncio
import secrets
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, select

from tests.support.driving import until
from tests.support.postgres import PrivatePostgres, run_sql
from tests.support.sandbox import free_port, wait_until
from tests.support.tiny import TinySettings, build
from tests.support.tiny_running import complete, failing, made, process, readiness, running, withdraw
from yimen.bus.local import LocalCarrier
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import SystemClock
from yimen.service import Loop, Parts
from yimen.settings import KitSettings, Part
from yimen.web.testing import TestIssuer


async def test_a_request_runs_through_route_bus_handler_timer_and_sender(database_url: str) -> None:
    async with running(made(database_url)) as http:
        await withdraw(http, "a", "b")
        await until(complete(http, {"a", "b"}))
        assert (await http.get("/readyz")).status_code == 200
        assert (await http.get("/healthz")).status_code == 200


async def test_what_was_not_carried_before_the_end_is_carried_after_the_next_start(database_url: str) -> None:
    async with running(made(database_url, None, frozenset({Part.API}))) as http:
        await withdraw(http, "a")
    async with running(made(database_url)) as http:
        await until(complete(http, {"a"}))


@pytest.mark.parametrize(
    ("does", "loops"),
    [
        ({Part.API}, {"gauges"}),
        ({Part.WORKER}, {"worker", "timers", "senders", "housekeeping", "gauges"}),
        ({Part.RELAY}, {"relay", "gauges"}),
        (set(Part), {"worker", "timers", "senders", "relay", "housekeeping", "gauges"}),
    ],
)
async def test_a_process_runs_the_loops_of_its_parts(tmp_path: Path, does: set[Part], loops: set[str]) -> None:
    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", None, frozenset(does))
    async with service.running():
        assert set(service.loops) == loops


@pytest.mark.parametrize(("does", "there"), [({Part.WORKER}, True), ({Part.API}, False), ({Part.RELAY}, False)])
async def test_a_services_own_workers_run_where_it_works(tmp_path: Path, does: set[Part], there: bool) -> None:
    stopping = asyncio.Event()

    async def work() -> None:
        await stopping.wait()

    parts = Parts(LocalCarrier(), SystemClock(), TestIssuer().verifier, frozenset(does))
    at_home = TinySettings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    service = build(parts, at_home, (), (lambda _units: Loop(work, stopping.set),))
    async with service.running():
        assert ("worker0" in service.loops) is there


async def test_what_is_due_can_be_done_at_once_timers_and_own_workers(tmp_path: Path) -> None:
    """By whoever moves the clock; a worker that does nothing by itself is left out."""
    rounds = [3, 0]

    async def work() -> None:
        """Never runs here."""

    async def run_due() -> int:
        return rounds.pop(0)

    parts = Parts(LocalCarrier(), SystemClock(), TestIssuer().verifier)
    at_home = TinySettings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    makers = (lambda _units: Loop(work, lambda: None, run_due), lambda _units: Loop(work, lambda: None))
    service = build(parts, at_home, (), makers)
    await service.begin()
    assert [await service.run_due(), await service.run_due()] == [3, 0]
    await service.stop()


async def test_answers_kept_for_repeated_requests_are_forgotten_after_their_day(database_url: str) -> None:
    service = made(database_url)
    await service.begin()
    now = SystemClock().now()
    kept = {"body_sha256": "", "status": 201, "headers": {}, "body": b""}
    ages = {"old": timedelta(hours=25), "young": timedelta(hours=23)}
    answers = service.units.metadata.tables["idempotency"]
    async with service.units.begin() as unit:
        for name, age in ages.items():
            await unit.execute(answers.insert(), kept | {"key_hash": name, "created_at": now - age})

    async def left() -> set[str]:
        async with service.units.view() as view:
            return set((await view.conn.scalars(select(answers.c.key_hash))).all())

    async def only_the_young() -> bool:
        return await left() == {"young"}

    async with service.running():
        await until(only_the_young)


def test_parts_are_named_in_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_PARTS", "api, relay")
    assert KitSettings().parts == {Part.API, Part.RELAY}


async def test_api_worker_and_relay_as_three_services_do_what_one_does(postgres_database: Callable[[], str]) -> None:
    carrier, url = LocalCarrier(), postgres_database()
    api, worker, relay = (made(url, carrier, frozenset({part})) for part in (Part.API, Part.WORKER, Part.RELAY))
    async with running(api) as http, worker.running(), relay.running():
        await withdraw(http, "a")
        await until(complete(http, {"a"}))


async def test_a_loop_that_fell_over_makes_readiness_fail(tmp_path: Path) -> None:
    async def fall() -> None:
        raise RuntimeError("defect")

    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", None, frozenset(Part), Loop(fall, lambda: None))
    async with running(service) as http:
        await until(readiness(http, False))
        assert await failing(http) == {"loops"}
        await withdraw(http, "a")


async def test_stopping_finishes_what_is_in_hand(tmp_path: Path) -> None:
    stopping, finished = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await stopping.wait()
        await asyncio.sleep(0.2)
        finished.set()

    async with running(
        made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", None, frozenset(Part), Loop(work, stopping.set))
    ):
        pass
    assert finished.is_set()


async def test_a_service_that_cannot_start_says_so_and_holds_nothing_open() -> None:
    service = made(f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(Exception, match="no connection"):
        async with service.running():
            pass


def fresh(server: PrivatePostgres) -> str:
    """A new database on a server that may be killed; it goes with the server."""
    name = f"t_{secrets.token_hex(6)}"
    run_sql(server.url, f'CREATE DATABASE "{name}"')
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


async def test_a_database_that_is_down_is_told_and_work_goes_on_when_it_is_back(
    mortal_postgres: PrivatePostgres,
) -> None:
    async with running(made(fresh(mortal_postgres))) as http:
        await withdraw(http, "a")
        await until(complete(http, {"a"}))
        await asyncio.to_thread(mortal_postgres.kill)
        await until(readiness(http, False))
        assert {"database", "bus"} <= await failing(http)
        answer = await http.post("/cases/b/withdrawal")
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        await asyncio.to_thread(mortal_postgres.start)
        await until(readiness(http, True))
        await until(lambda: _accepted(http, "c"))
        await until(complete(http, {"a", "c"}))


async def _accepted(http: httpx.AsyncClient, case: str) -> bool:
    return (await http.post(f"/cases/{case}/withdrawal")).status_code == 201


async def test_a_frozen_database_is_told_in_time_and_work_goes_on_afterwards(mortal_postgres: PrivatePostgres) -> None:
    async with running(made(fresh(mortal_postgres))) as http:
        await withdraw(http, "a")
        await until(complete(http, {"a"}))
        mortal_postgres.pause()
        started = time.monotonic()
        assert "database" in await failing(http)
        assert time.monotonic() - started < 8
        mortal_postgres.resume()
        await until(readiness(http, True))
        await withdraw(http, "b")
        await until(complete(http, {"a", "b"}))


async def test_a_service_starts_answers_and_ends_without_a_broker(database_url: str) -> None:
    nobody = RabbitCarrier(f"amqp://guest:guest@127.0.0.1:{free_port()}/")
    async with running(made(database_url, nobody)) as http:
        await withdraw(http, "a")
        assert await failing(http) == {"bus"}
    async with running(made(database_url)) as http:
        await until(complete(http, {"a"}))


# -- as a process ------------------------------------------------------------------------------------------------------


async def test_sigterm_ends_a_process_whose_broker_is_away(tmp_path: Path) -> None:
    port = free_port()
    database, nobody = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", f"amqp://127.0.0.1:{free_port()}/"
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        with process(port, database, nobody) as tiny:
            await asyncio.to_thread(wait_until, lambda: _lives(http), 30, lambda: "it never answered")
            assert (await asyncio.to_thread(http.post, "/cases/a/withdrawal")).status_code == 201
            tiny.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(tiny.wait, 10) == 0


def _lives(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").is_success
    except httpx.TransportError:
        return False


async def test_a_process_without_its_database_ends_with_an_error() -> None:
    gone = f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none"
    with process(free_port(), gone, f"amqp://127.0.0.1:{free_port()}/") as tiny:
        assert await asyncio.to_thread(tiny.wait, 20) == 3
