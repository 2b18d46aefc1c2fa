"""More than can be done: a few work, a few wait, the rest is told at once when to come again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry

from yimen.errors import Unavailable
from yimen.web import admission, allow_anyone, create_app, new_router
from yimen.web.app import Shell
from yimen.web.tests.test_problems import check_shape


@dataclass
class Shop:
    """A service whose work ends when the test says so."""

    client: httpx.AsyncClient
    registry: CollectorRegistry
    go_on: asyncio.Event
    begun: list[asyncio.Event] = field(default_factory=list)

    def shed(self, reason: str) -> float:
        return self.registry.get_sample_value("http_requests_shed_total", {"reason": reason}) or 0.0


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    router, registry, go_on = new_router(dependencies=[allow_anyone()]), CollectorRegistry(), asyncio.Event()

    @router.get("/work")
    async def work() -> dict[str, str]:
        await go_on.wait()
        return {"done": "yes"}

    @router.get("/outage")
    async def outage() -> dict[str, str]:
        raise Unavailable("no connection")

    @router.get("/stream", response_class=StreamingResponse)
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            yield b"first\n"
            await go_on.wait()

        return StreamingResponse(lines(), media_type="text/event-stream")

    app = create_app(title="小店", version="1", routers=[router], registry=registry, shell=Shell(at_work=2, waiting=1))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield Shop(client, registry, go_on)


async def at_work(shop: Shop, working: int, waiting: int) -> None:
    """Until so many work and wait."""
    wanted = {"http_requests_at_work": working, "http_requests_waiting": waiting}
    while {name: shop.registry.get_sample_value(name) for name in wanted} != wanted:
        await asyncio.sleep(0)


async def test_who_finds_no_place_and_no_room_in_line_is_told_when_to_come_again(shop: Shop) -> None:
    async with asyncio.TaskGroup() as group:
        served = [group.create_task(shop.client.get("/work")) for _ in range(3)]
        await at_work(shop, 2, 1)
        sent_away = await shop.client.get("/work")
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await shop.client.get(path)).status_code == 200, "ops teams see all the same"
        shop.go_on.set()
    check_shape(sent_away, 503, "busy")
    assert 1 <= int(sent_away.headers["retry-after"]) <= 10
    assert [task.result().status_code for task in served] == [200, 200, 200]
    assert shop.shed("line_full") == 1
    await at_work(shop, 0, 0)
    assert (await shop.client.get("/work")).status_code == 200


async def test_nobody_stands_in_line_for_long(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "LINE_SECONDS", 0.0)
    async with asyncio.TaskGroup() as group:
        served = [group.create_task(shop.client.get("/work")) for _ in range(2)]
        await at_work(shop, 2, 0)
        check_shape(await shop.client.get("/work"), 503, "busy")
        shop.go_on.set()
    assert [task.result().status_code for task in served] == [200, 200]
    assert shop.shed("line_slow") == 1


async def test_no_request_works_for_ever(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WORK_SECONDS", 0.01)
    check_shape(await shop.client.get("/work"), 503, "busy")
    assert shop.shed("overdue") == 1


async def test_whoever_gives_up_in_line_or_at_work_leaves_the_place_free(shop: Shop) -> None:
    impatient = [asyncio.create_task(shop.client.get("/work")) for _ in range(3)]
    await at_work(shop, 2, 1)
    for task in impatient:
        task.cancel()
    await asyncio.gather(*impatient, return_exceptions=True)
    shop.go_on.set()
    answers = await asyncio.gather(*(shop.client.get("/work") for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_live_streams_take_no_place(shop: Shop) -> None:
    async def follow() -> httpx.Response:
        return await shop.client.get("/stream")

    followers = [asyncio.create_task(follow()) for _ in range(20)]
    worker = asyncio.create_task(shop.client.get("/work"))
    await at_work(shop, 1, 0)
    shop.go_on.set()
    assert (await worker).status_code == 200
    assert {(await task).status_code for task in followers} == {200}
    assert shop.shed("line_full") == 0


async def test_a_database_that_gives_no_connection_is_not_our_error(shop: Shop) -> None:
    answer = await shop.client.get("/outage")
    check_shape(answer, 503, "try-again")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.real
async def test_a_wait_for_a_connection_ends(postgres_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yimen.db.WAIT_SECONDS", 0.05)
    from yimen.db import Database

    database = Database(postgres_database(), pool_size=1)
    try:
        async with database.write():
            with pytest.raises(Unavailable):
                async with database.read():
                    pass
    finally:
        await database.close()
