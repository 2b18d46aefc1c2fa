"""Size, content type, odd addresses; and that they are looked at in the right order."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import Depends, Request
from starlette.applications import Starlette
from starlette.routing import Mount

from yimen.web import Role, allow_anyone, create_app, new_router, raw_body
from yimen.web.limits import BODY_LIMIT
from yimen.web.tests.test_problems import check_shape


async def chunks(size: int, read: list[int]) -> AsyncIterator[bytes]:
    """Without a Content-Length; `read` records how much was asked for."""
    for start in range(0, size, 65536):
        read.append(min(65536, size - start))
        yield b" " * read[-1]


async def test_a_body_that_announces_too_much_is_refused_unread(world: Any) -> None:
    headers = world.headers(Role.CITIZEN, key="k") | {"Content-Type": "application/json"}
    read: list[int] = []
    headers["Content-Length"] = str(BODY_LIMIT + 1)
    answer = await world.client.post("/notes", content=chunks(BODY_LIMIT + 1, read), headers=headers)
    check_shape(answer, 413, "body-too-large")
    assert read == []


async def test_a_chunked_body_is_read_to_the_limit_and_no_further(world: Any) -> None:
    headers = world.headers(Role.CITIZEN, key="k") | {"Content-Type": "application/json"}
    read: list[int] = []
    answer = await world.client.post("/notes", content=chunks(BODY_LIMIT * 4, read), headers=headers)
    check_shape(answer, 413, "body-too-large")
    assert sum(read) <= BODY_LIMIT + 65536


async def test_a_raw_body_is_limited_too_and_may_be_of_any_type(world: Any) -> None:
    answer = await world.client.post("/notes/raw", content=b"x" * BODY_LIMIT, headers={"Content-Type": "text/xml"})
    assert answer.json() == {"bytes": BODY_LIMIT}
    read: list[int] = []
    check_shape(await world.client.post("/notes/raw", content=chunks(BODY_LIMIT + 1, read)), 413, "body-too-large")


@pytest.fixture
async def scans() -> AsyncIterator[httpx.AsyncClient]:
    """A service that lets `/scans` bring three times as much, behind a mount as in the hall."""
    router = new_router(prefix="/scans", dependencies=[allow_anyone(), Depends(raw_body)])

    async def take(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    for path in ("", "/pages"):
        router.add_api_route(path, take, methods=["POST"])
    app = create_app(title="扫描", version="1", routers=[router], body_limits={"/scans": 3 * BODY_LIMIT})
    hall = Starlette(routes=[Mount("/hall", app), Mount("/", app)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(hall), base_url="http://scans") as client:
        yield client


@pytest.mark.parametrize("mount", ["", "/hall"])
async def test_a_path_may_have_a_limit_of_its_own(scans: httpx.AsyncClient, mount: str) -> None:
    whole = await scans.post(f"{mount}/scans", content=chunks(3 * BODY_LIMIT, []))
    assert whole.json() == {"bytes": 3 * BODY_LIMIT}
    read: list[int] = []
    announced = await scans.post(f"{mount}/scans", content=b" " * (3 * BODY_LIMIT + 1))
    unannounced = await scans.post(f"{mount}/scans", content=chunks(4 * BODY_LIMIT, read))
    for answer in (announced, unannounced):
        check_shape(answer, 413, "body-too-large")
        assert "3兆字节" in answer.json()["detail"]
    assert sum(read) <= 3 * BODY_LIMIT + 65536


@pytest.mark.parametrize("path", ["/hall/scans/pages", "/scans/pages", "/scans/", "/scansx", "/hall/hall/scans"])
async def test_no_other_path_has_it(scans: httpx.AsyncClient, path: str) -> None:
    answer = await scans.post(path, content=b" " * (BODY_LIMIT + 1))
    check_shape(answer, 413, "body-too-large")
    assert "1兆字节" in answer.json()["detail"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
)
async def test_a_body_that_is_not_json_is_refused(world: Any, kind: str) -> None:
    headers = world.headers(Role.CITIZEN, key="k") | {"Content-Type": kind}
    answer = await world.client.post("/notes", content=b'{"text": "a"}', headers=headers)
    check_shape(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_by_any_spelling_of_its_name_is_taken(world: Any, kind: str) -> None:
    headers = world.headers(Role.CITIZEN, key="k") | {"Content-Type": kind}
    assert (await world.client.post("/notes", content=b'{"text": "a"}', headers=headers)).status_code == 201


@pytest.mark.parametrize("address", ["/notes%00", "/notes?limit=%00", "/notes?a%00=1"])
async def test_a_nul_in_the_address_is_refused(world: Any, address: str) -> None:
    answer = await world.client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (400, "nul-character")


async def test_answers_are_private_and_not_sniffed(world: Any) -> None:
    answer = await world.client.get("/notes")
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_a_stranger_s_body_is_not_read_and_no_unit_is_opened_for_it(world: Any) -> None:
    world.app.state.units = None  # opening one would break
    read: list[int] = []
    for headers in ({}, world.headers(Role.LEADER)):
        answer = await world.client.post("/notes", content=chunks(100_000, read), headers=headers)
        assert answer.status_code in {401, 403}
    assert len(read) <= 1  # the carrier under the test asks for the first chunk of its own accord


async def test_a_half_sent_body_holds_up_no_writer(world: Any) -> None:
    seen: list[int] = []

    async def slow() -> AsyncIterator[bytes]:
        yield b'{"text": '
        # The one writer of SQLite is free while this body is under way.
        seen.append((await world.write("between", key="other")).status_code)
        yield b'"a"}'

    headers = world.headers(Role.CITIZEN, key="k") | {"Content-Type": "application/json"}
    answer = await world.client.post("/notes", content=slow(), headers=headers)
    assert (seen, answer.status_code) == ([201], 201)
