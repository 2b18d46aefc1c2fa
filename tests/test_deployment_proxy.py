"""deploy/proxy as it is shipped, run by Debian's nginx before stand-ins of the services: who is reached, and who is not."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.nginx import NAME, PrivateNginx, nginx_program
from tests.support.parts import RealParts
from tests.support.serving import doors

NAMES = ("intake", "fees", "monitor", "notify", "pages", "keycloak", "approval-fire", "approval-window")
"""Who is there. Nobody stands at the other upstreams: they are down."""

MEBIBYTE = 1024 * 1024
PROBLEM = "application/problem+json"
NEVER = "rate=1r/m"
"""So little that no machine is too slow to be refused."""


def doubles() -> Starlette:
    """Whoever stands behind the proxy, at a door for each: says who it is and what reached it."""
    second_word = asyncio.Event()

    async def answer(request: Request) -> Response:
        body = await request.body()
        told = {"who": request.scope["door"], "path": request.url.path, "query": request.url.query, "bytes": len(body)}
        return JSONResponse(told | {"headers": dict(request.headers)}, headers={"X-Content-Type-Options": "nosniff"})

    async def stream(_request: Request) -> Response:
        async def words():
            yield b"data: one\n\n"
            await second_word.wait()
            yield b"data: two\n\n"

        return StreamingResponse(words(), media_type="text/event-stream")

    async def go_on(_request: Request) -> Response:
        second_word.set()
        return Response()

    return Starlette(
        routes=[
            Route("/stream", stream),
            Route("/go-on", go_on),
            Route("/{path:path}", answer, methods=["GET", "POST"]),
        ]
    )


Make = Callable[..., PrivateNginx]


@pytest.fixture(scope="module")
def make_proxy(real_parts: RealParts) -> Iterator[Make]:
    if nginx_program() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no nginx: install the package nginx-light")
    made: list[PrivateNginx] = []
    with doors(doubles, NAMES) as places:

        def make(**changed: str) -> PrivateNginx:
            made.append(PrivateNginx(real_parts.sandbox, f"nginx{len(made)}", places, changed))
            assert made[-1].check() == ""
            made[-1].start()
            return made[-1]

        yield make
        for one in made:
            one.kill()


@pytest.fixture(scope="module")
def proxy(make_proxy: Make) -> PrivateNginx:
    """As it is shipped."""
    return make_proxy()


async def test_each_path_leads_to_its_service_without_its_prefix(proxy: PrivateNginx) -> None:
    wanted = {
        "/intake/cases": ("intake", "/cases"),
        "/fees/notices/1": ("fees", "/notices/1"),
        "/monitor/": ("monitor", "/"),
        "/notify/check": ("notify", "/check"),
        "/approval/departments/fire/reviews": ("approval-fire", "/departments/fire/reviews"),
        "/approval/departments/housing/operations/parked": (
            "approval-window",
            "/departments/housing/operations/parked",
        ),
        "/identity/realms/county/protocol/openid-connect/token": (
            "keycloak",
            "/identity/realms/county/protocol/openid-connect/token",
        ),
        "/": ("pages", "/"),
        "/staff/cases": ("pages", "/staff/cases"),
        "/assets/app.js": ("pages", "/assets/app.js"),
    }
    async with proxy.client() as client:
        found = {}
        for path in wanted:
            told = (await client.get(path, params={"page": "2"})).json()
            assert told["query"] == "page=2"
            found[path] = (told["who"], told["path"])
    assert found == wanted


@pytest.mark.parametrize(
    "path",
    [
        "/intake/metrics",
        "/fees/readyz",
        "/monitor/healthz",
        "/notify/metrics/",
        "/approval/metrics",
        "/metrics",
        "/readyz",
        "/intake/%6Detrics",
        "/intake//metrics",
        "/intake/x/../metrics",
        "/approval/departments/unknown/reviews",
        "/approval/operations/parked",
        "/identity/admin/",
        "/identity/realms/master/protocol/openid-connect/auth",
        "/identity/metrics",
    ],
)
async def test_what_is_for_inside_is_not_to_be_had_outside(proxy: PrivateNginx, path: str) -> None:
    async with proxy.client() as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
    assert answer.json()["title"] == "没有这个地址"


async def test_every_answer_carries_the_headers_once(proxy: PrivateNginx) -> None:
    async with proxy.client() as client:
        answers = [
            await client.get(path)
            for path in ("/", "/intake/cases", "/metrics", "/approval/departments/environment/reviews")
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 503]
    for answer in answers:
        assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
        assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "nginx/" not in answer.headers["Server"]


async def test_what_a_client_says_of_itself_goes_no_further(proxy: PrivateNginx) -> None:
    lies = {
        "X-Forwarded-For": "10.9.8.7",
        "X-Forwarded-Proto": "http",
        "Forwarded": "for=10.9.8.7",
        "X-Real-IP": "1.1.1.1",
    }
    async with proxy.client() as client:
        told = (await client.get("/intake/cases", headers=lies)).json()["headers"]
    assert (told["x-forwarded-for"], told["x-real-ip"], told["x-forwarded-proto"]) == (
        "127.0.0.1",
        "127.0.0.1",
        "https",
    )
    assert "forwarded" not in told
    assert told["host"] == NAME


async def test_plain_http_is_sent_to_the_halls_own_name(proxy: PrivateNginx) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        plain = f"http://127.0.0.1:{proxy.plain_port}/items?page=2"
        sent = await client.get(plain, headers={"Host": NAME})
        lost = await client.get(plain, headers={"Host": "elsewhere.example"})
    assert (sent.status_code, sent.headers["Location"]) == (308, f"https://{NAME}/items?page=2")
    assert lost.status_code == 421


async def test_a_flood_from_one_address_is_told_to_wait(make_proxy: Make) -> None:
    """As many at once as are let pass at once, whatever the rate is."""
    async with make_proxy(**{"rate=50r/s": NEVER, "burst=200": "burst=20"}).client() as client:
        at_once = [await client.get("/intake/cases") for _ in range(21)]
        refused = await client.get('/intake/cases/"?q="')
        bank = await client.post("/fees/bank/messages")
    assert {answer.status_code for answer in at_once} == {200}
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert refused.headers["Content-Type"] == PROBLEM
    problem = refused.json()
    assert (problem["status"], problem["title"], problem["code"]) == (429, "请求过于频繁", "too-many-requests")
    assert problem["instance"].startswith("/intake/cases/")
    assert bank.status_code == 200, "the bank has a measure of its own"


async def test_whoever_guesses_passwords_is_slowed_before_others_are(make_proxy: Make) -> None:
    async with make_proxy(**{"rate=30r/m": NEVER}).client() as client:
        guesses = [await client.get("/intake/progress/1", headers={"Query-Password": str(n)}) for n in range(22)]
        sign_in = await client.post("/identity/realms/county/login-actions/authenticate")
        other = await client.get("/intake/progress/1")
    assert [answer.status_code for answer in guesses] == [200] * 21 + [429]
    assert (sign_in.status_code, other.status_code) == (429, 200)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/intake/cases", 1),
        ("/intake/files", 20),
        ("/fees/statements", 8),
        ("/monitor/imports", 8),
        ("/notify/check", 21),
    ],
)
async def test_a_body_is_as_large_as_its_service_takes_and_no_larger(proxy: PrivateNginx, path: str, most: int) -> None:
    async with proxy.client() as client:
        taken = await client.post(path, content=bytes(most * MEBIBYTE))
        too_much = await client.post(path, content=bytes(most * MEBIBYTE + 1))
    assert (taken.status_code, taken.json()["bytes"]) == (200, most * MEBIBYTE)
    assert too_much.status_code == 413
    assert too_much.json()["title"] == "提交的内容过大"


async def test_the_live_stream_passes_word_by_word(proxy: PrivateNginx) -> None:
    """The second word is said only after the first has arrived: a proxy that keeps it back would wait for ever."""
    async with proxy.client() as client:
        async with asyncio.timeout(20), client.stream("GET", "/notify/stream") as answer:
            words = answer.aiter_lines()
            assert await anext(words) == "data: one"
            await client.get("/notify/go-on")
            assert [line async for line in words if line] == ["data: two"]


async def test_a_service_that_is_away_is_a_problem_to_be_tried_again(proxy: PrivateNginx) -> None:
    async with proxy.client() as client:
        answer = await client.get("/approval/departments/environment/reviews")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["title"] == "系统暂时繁忙"


async def test_who_sends_slowly_is_cut_off(make_proxy: Make) -> None:
    """The head that never ends, and the body. Both read to an end that only the proxy can make."""
    house = make_proxy(
        **{"client_header_timeout 10s": "client_header_timeout 1s", "body_timeout 10s": "body_timeout 1s"}
    )
    for sent in (
        b"GET / HTTP/1.1\r\nHost: hall.test\r\nX-Slow: ",
        b"POST /intake/cases HTTP/1.1\r\nHost: hall.test\r\nContent-Length: 100\r\n\r\n1",
    ):
        async with asyncio.timeout(60):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", house.port, ssl=house.tls(), server_hostname=NAME
            )
            writer.write(sent)
            with suppress(ConnectionResetError):
                assert b" 200 " not in await reader.read()
            writer.close()


async def test_the_log_tells_no_queries(make_proxy: Make) -> None:
    house = make_proxy()
    async with house.client() as client:
        await client.get("/intake/cases", params={"applicant": "张三"})
    house.stop()
    (line,) = (json.loads(line) for line in (house.folder / "access.log").read_text().splitlines() if "cases" in line)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/intake/cases", 200)
    assert "applicant" not in json.dumps(line)
