"""What everybody may read is kept by browsers that ask whether it still holds."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import Response
from fastapi.responses import StreamingResponse

from yimen.web import Role, allow, allow_anyone, create_app, new_router, revalidated, set_etag

KEPT = [allow_anyone(), revalidated()]
told = {"words": "开门"}
router = new_router()


@router.get("/board", dependencies=KEPT)
async def show_board() -> dict[str, str]:
    return told


@router.get("/private", dependencies=[allow_anyone()])
async def show_what_a_password_opens() -> dict[str, str]:
    return told


@router.get("/versioned", dependencies=KEPT)
async def show_version(response: Response) -> dict[str, str]:
    set_etag(response, 3)
    return told


@router.get("/stream", dependencies=KEPT)
async def stream() -> StreamingResponse:
    async def portions() -> AsyncIterator[bytes]:
        yield b"a"

    return StreamingResponse(portions())


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="t", version="1", routers=[router])
    told["words"] = "开门"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hall") as made:
        yield made


async def test_who_shows_the_tag_again_is_told_that_nothing_changed(client: httpx.AsyncClient) -> None:
    first = await client.get("/board")
    assert (first.headers["cache-control"], first.json()) == ("no-cache", told)
    assert first.headers["etag"].startswith('W/"')
    again = await client.get("/board", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "no-cache"
    assert "content-type" not in again.headers


async def test_what_changed_is_told_anew(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/board")).headers["etag"]
    told["words"] = "关门"
    answer = await client.get("/board", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()) == (200, {"words": "关门"})
    assert answer.headers["etag"] != tag


@pytest.mark.parametrize("named", ["*", '"other", {}', "{},", "W/{strong}", "{strong}"])
async def test_tags_are_compared_weakly_one_among_several(client: httpx.AsyncClient, named: str) -> None:
    tag = (await client.get("/board")).headers["etag"]
    shown = named.replace("W/{strong}", tag).replace("{strong}", tag.removeprefix("W/")).replace("{}", tag)
    assert (await client.get("/board", headers={"If-None-Match": shown})).status_code == 304


@pytest.mark.parametrize("named", ['"other"', "", "nonsense", '"'])
async def test_another_tag_is_no_tag(client: httpx.AsyncClient, named: str) -> None:
    assert (await client.get("/board", headers={"If-None-Match": named})).status_code == 200


async def test_what_a_password_opens_is_not_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/private", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in answer.headers


async def test_a_version_stays_the_tag_and_a_stream_has_none(client: httpx.AsyncClient) -> None:
    versioned = await client.get("/versioned", headers={"If-None-Match": '"3"'})
    assert (versioned.status_code, versioned.headers["etag"]) == (200, '"3"')
    streamed = await client.get("/stream")
    assert streamed.content == b"a"
    assert "etag" not in streamed.headers


def test_only_what_anyone_may_read_can_be_kept() -> None:
    other = new_router()
    with pytest.raises(TypeError, match="anyone"):
        other.get("/mine", dependencies=[allow(Role.CITIZEN), revalidated()])(show_board)
    with pytest.raises(TypeError, match="anyone"):
        other.post("/made", dependencies=KEPT)(show_board)
