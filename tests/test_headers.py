"""What every answer tells the browser; and that no right travels in a cookie, so that no other site can use one."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from deploy.pages import BUILT, Pages
from tests.support.furniture import ROOMS
from tests.support.one_look import OneLook
from tests.support.rooms import Room, as_sent
from yimen.web.headers import HEADERS, Shield

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEPT = ("no-store", "no-cache", "private, no-cache", "public, max-age=31536000, immutable")
"""What may be said of keeping: only parts whose name carries their hash stay without being asked for."""


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=sorted(ROOMS))
async def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp(request.param)
    async with ROOMS[request.param](f"sqlite+aiosqlite:///{folder / 'test.db'}", folder) as opened:
        if opened.name == "notify":
            opened.harness.service.context.hub = OneLook(opened.harness.service.database)
        yield opened


def faults_of(answer: httpx.Response) -> list[str]:
    headers, faults = answer.headers, []
    if "set-cookie" in headers:
        faults.append("sets a cookie")
    policy = dict(rule.partition(" ")[::2] for rule in headers.get("content-security-policy", "").split("; "))
    if policy.get("frame-ancestors") != "'none'" and "sandbox" not in policy:
        faults.append("may be framed")
    if "html" not in headers.get("content-type", "") and "pdf" not in headers.get("content-type", ""):
        faults += (
            [] if policy.get("default-src") == "'none'" or "javascript" in headers["content-type"] else ["may load"]
        )
    if headers.get("cache-control") not in KEPT:
        faults.append(f"may be kept: {headers.get('cache-control')}")
    faults += [f"no {name}" for name in HEADERS if name.lower() not in headers]
    return faults + ([] if headers.get("x-content-type-options") == "nosniff" else ["may be guessed"])


async def test_every_route_answers_with_all_of_them(room: Room) -> None:
    """The wished answer and the refusal, files and streams among them; and whatever is no route."""
    wrong: dict[str, Any] = {}
    for operation in room.operations:
        url = operation.path.format(**room.ids)
        more = {"params": {"after": 0}} if operation.path == "/stream" else as_sent(room.bodies.get(operation.label))
        callers = [{}, *(room.rightful(role) for role in operation.access.roles[:1])]
        for caller in callers:
            headers = {"Idempotency-Key": "k", "If-Match": '"1"', "Query-Password": "00000000"} | caller
            answer = await room.harness.client.request(operation.method, url, headers=headers, **more)
            wrong[operation.label, answer.status_code] = faults_of(answer)
    for path in ("/openapi.json", "/nowhere", "/%00", "/items?x=%00"):
        wrong[path, 0] = faults_of(await room.harness.client.get(path))
    assert {place: faults for place, faults in wrong.items() if faults} == {}
    assert len({status for _, status in wrong}) > 3, "a wide walk"


def hall(tmp_path: Path, pages: Pages) -> Starlette:
    return Starlette(routes=[Mount("/", routes=pages.routes())], middleware=[Middleware(Shield)])


async def test_so_do_the_pages_and_their_parts(tmp_path: Path) -> None:
    """Scripts and styles are what a page's own policy lets in."""
    assert BUILT.exists(), "make hall/dist/stamp"
    app = hall(tmp_path, Pages("https://identity.example", demonstration=False))
    assets = sorted((BUILT / "assets").iterdir())
    parts = [next(one.name for one in assets if one.suffix == kind) for kind in (".js", ".css")]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hall.test") as browser:
        for path in ("/", "/staff/", "/screen", "/nowhere", "/hall.json", *(f"/assets/{part}" for part in parts)):
            for accept in ("text/html", "*/*"):
                answer = await browser.get(path, headers={"Accept": accept})
                assert faults_of(answer) == [], (path, accept, answer.status_code)


async def test_nobody_is_known_by_a_cookie(room: Room) -> None:
    """A right token in a cookie, under any name, opens no more than none at all."""
    for operation in room.operations:
        if operation.access.roles:
            bearer = room.rightful(operation.access.roles[0])["Authorization"]
            token = bearer.removeprefix("Bearer ")
            names = ("Authorization", "authorization", "token", "access_token", "session", "yimen")
            cookie = "; ".join(f"{name}={value}" for name in names for value in (token, f"Bearer {token}"))
            status, _ = await room.ask(operation, {"Cookie": cookie})
            assert status == 401, operation.label
