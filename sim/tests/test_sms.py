"""The played gateway: takes a message once, remembers it, and gets its receipts through."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from sim.sms import Handed, SmsGateway, sms_app

SECRET = "whsec_cGxheWVkLWdhdGV3YXk="
MESSAGE = {"id": "m1", "phone": "13800001234", "text": "您的办件已受理<b>"}
KEY = {"Authorization": "Bearer k"}


class Hall:
    """Takes receipts; `refuse` of them first are answered 503."""

    def __init__(self, refuse: int = 0) -> None:
        self.refuse = refuse
        self.taken: list[dict[str, Any]] = []
        self.all_in = asyncio.Event()

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.refuse:
            self.refuse -= 1
            return httpx.Response(503)
        self.taken.append(Webhook(SECRET).verify(request.content, dict(request.headers)))
        self.all_in.set()
        return httpx.Response(204)


def gateway_for(hall: Hall, path: Path | None = None, seed: int = 1) -> SmsGateway:
    return SmsGateway(
        key="k",
        receipt_url="http://hall.test/r",
        receipt_secret=SECRET,
        path=path,
        seed=seed,
        client=hall.client(),
        retry=0.01,
    )


@pytest.fixture
def gateway() -> SmsGateway:
    return gateway_for(Hall())


@pytest.fixture
async def client(gateway: SmsGateway) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=sms_app(gateway)), base_url="http://sms") as one:
        yield one


async def test_a_message_handed_in_twice_is_taken_once(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.post("/messages", json=MESSAGE, headers=KEY)).status_code == 202
    assert len((await client.get("/messages", params={"phone": "13800001234"})).json()) == 1
    assert (await client.get("/messages", params={"phone": "13900000000"})).json() == []


async def test_without_the_key_nothing_is_taken(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer other"}):
        assert (await client.post("/messages", json=MESSAGE, headers=headers)).status_code == 401
    assert (await client.get("/messages")).json() == []


async def test_a_busy_gateway_takes_nothing_and_a_forgetful_one_takes_it(
    client: httpx.AsyncClient, gateway: SmsGateway
) -> None:
    gateway.moods.fail_next, gateway.moods.lose_next = 1, 1
    assert (await client.post("/messages", json=MESSAGE, headers=KEY)).status_code == 503
    assert gateway.shelf.taken() == []
    assert (await client.post("/messages", json=MESSAGE, headers=KEY)).status_code == 504
    assert len(gateway.shelf.taken()) == 1


async def test_whoever_has_the_key_is_told_what_became_of_a_message(client: httpx.AsyncClient) -> None:
    await client.post("/messages", json=MESSAGE, headers=KEY)
    assert (await client.get("/messages/m1", headers=KEY)).json() == {"id": "m1", "status": "delivered"}
    assert (await client.get("/messages/m2", headers=KEY)).status_code == 404
    assert (await client.get("/messages/m1")).status_code == 401


async def test_the_page_shows_messages_as_text(client: httpx.AsyncClient) -> None:
    assert "还没有短信" in (await client.get("/")).text
    await client.post("/messages", json=MESSAGE, headers=KEY)
    page = (await client.get("/")).text
    assert "您的办件已受理&lt;b&gt;" in page
    assert "13800001234" in page


async def test_a_signed_receipt_is_sent_until_it_is_taken() -> None:
    hall = Hall(refuse=2)
    gateway = gateway_for(hall)
    async with sms_app(gateway).router.lifespan_context(object()):
        gateway.take(Handed(**MESSAGE))
        await asyncio.wait_for(hall.all_in.wait(), 5)
    assert hall.taken == [{"message_id": "m1", "status": "delivered"}]
    assert gateway.shelf.owed() == []


async def test_what_was_taken_and_what_is_owed_survive_the_process(tmp_path: Path) -> None:
    killed = gateway_for(Hall(), tmp_path / "sms.db")
    killed.take(Handed(**MESSAGE))
    hall = Hall()
    again = gateway_for(hall, tmp_path / "sms.db")
    again.take(Handed(**MESSAGE))
    async with sms_app(again).router.lifespan_context(object()):
        await asyncio.wait_for(hall.all_in.wait(), 5)
    assert len(hall.taken) == 1
    assert len(again.shelf.taken()) == 1


def test_the_same_seed_gives_the_same_fates() -> None:
    def fates(seed: int) -> list[str]:
        gateway = gateway_for(Hall(), seed=seed)
        gateway.moods.undelivered_share = 0.5
        return [gateway.fate(f"m{n}") for n in range(50)]

    assert fates(1) == fates(1)
    assert fates(1) != fates(2)
    assert set(fates(1)) == {"delivered", "failed"}
