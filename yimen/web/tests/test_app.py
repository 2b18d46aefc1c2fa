"""What every service's application has, without having written it."""

import asyncio
import gc
import re
import weakref
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends

from yimen.bus.unit import Unit
from yimen.web import (
    Role,
    UndeclaredAccess,
    access_of,
    allow,
    allow_anyone,
    clock,
    create_app,
    current_unit,
    new_router,
    operations,
    personal,
)


def app_of(*routers: APIRouter) -> Any:
    return create_app(title="t", version="1", routers=routers)


def test_a_route_that_does_not_say_who_may_call_stops_the_application() -> None:
    router = new_router(prefix="/cases")

    @router.get("/open", dependencies=[allow_anyone()])
    async def fine() -> None: ...

    @router.post("/silent")
    async def silent() -> None: ...

    with pytest.raises(UndeclaredAccess, match="POST /cases/silent") as refused:
        app_of(router)
    assert "/cases/open" not in str(refused.value)


def test_a_route_outside_the_unit_of_work_s_router_stops_the_application() -> None:
    router = APIRouter()

    @router.get("/plain", dependencies=[allow_anyone()])
    async def plain() -> None: ...

    with pytest.raises(UndeclaredAccess, match="/plain"):
        app_of(router)


def test_access_is_declared_once_and_names_a_role() -> None:
    router = new_router(dependencies=[allow(Role.LEADER)])
    with pytest.raises(TypeError, match="more than once"):

        @router.get("/twice", dependencies=[allow_anyone()])
        async def twice() -> None: ...

    with pytest.raises(TypeError, match="needs a role"):
        allow()


def test_a_route_that_reads_cannot_write() -> None:
    router = new_router()
    with pytest.raises(TypeError, match="current_view"):

        @router.get("/x", dependencies=[allow_anyone()])
        async def read_and_write(unit: Annotated[Unit[None], Depends(current_unit)]) -> None: ...


def test_access_can_be_read_from_the_route(world: Any) -> None:
    router = new_router()

    @router.get("/x", dependencies=[allow(Role.LEADER, Role.SUPERVISOR)])
    async def read() -> None: ...

    access = access_of(router.routes[0])
    assert access is not None
    assert access.roles == (Role.LEADER, Role.SUPERVISOR)


async def test_openapi_says_who_may_call_and_how_it_refuses(world: Any) -> None:
    paths = (await world.client.get("/openapi.json")).json()["paths"]
    write, close, count = paths["/notes"]["post"], paths["/notes/{text}/closing"]["post"], paths["/notes"]["get"]
    assert write["x-allowed-roles"] == ["citizen", "window_clerk"]
    assert write["security"] == [{"bearer": []}]
    assert "x-allowed-roles" not in count
    assert "security" not in count
    assert {"400", "401", "403", "409", "413", "415", "422", "503"} <= set(write["responses"])
    assert {"404", "412", "428"} <= set(close["responses"])
    assert {"401", "412", "413"}.isdisjoint(count["responses"])
    assert count["responses"]["429"]["content"] == close["responses"]["404"]["content"]
    assert [p["name"] for p in write["parameters"]] == ["Idempotency-Key"]
    assert "If-Match" in [p["name"] for p in close["parameters"]]
    for operation in (write, close, count):
        refusals = [answer for status, answer in operation["responses"].items() if status >= "400"]
        assert all(list(answer["content"]) == ["application/problem+json"] for answer in refusals)


async def test_the_docs_page_says_it_all_and_fetches_nothing(world: Any) -> None:
    answer = await world.client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert "/notes/{text}/closing" in page
    assert "办事群众" in page
    assert "任何人 anyone" in page
    assert "Idempotency-Key" in page
    assert "quantity" not in page or "lines" in page
    assert re.findall(r"https?://|//[a-z]|<script|<link|<img|@import|url\(", page) == []
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_docs_page_escapes_what_it_shows() -> None:
    router = new_router()

    @router.get("/x", dependencies=[allow_anyone()], description="<script>alert(1)</script>")
    async def read() -> None: ...

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_of(router)), base_url="http://t") as client:
        assert "<script" not in (await client.get("/docs")).text


async def test_alive_needs_nothing_and_ready_tells_the_truth(world: Any) -> None:
    async def fine() -> tuple[bool, str]:
        return True, "正常"

    async def bad() -> tuple[bool, str]:
        return False, "积压"

    async def broken() -> tuple[bool, str]:
        raise RuntimeError("secret")

    world.app.state.checks = {"database": fine}
    ready = await world.client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": {"ok": True, "detail": "正常"}})
    world.app.state.checks = {"database": fine, "bus": bad, "issuer": broken}
    answer = await world.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert answer.headers["content-type"] == "application/problem+json"
    assert [name for name, check in answer.json()["checks"].items() if not check["ok"]] == ["bus", "issuer"]
    assert "bus" in answer.json()["detail"]
    assert "secret" not in answer.text
    world.app.state.units = None
    assert (await world.client.get("/healthz")).json() == {"status": "alive"}


async def test_a_check_that_hangs_is_a_check_that_fails(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> tuple[bool, str]:
        await asyncio.Event().wait()
        return True, ""

    monkeypatch.setattr("yimen.web.health.PATIENCE", 0.01)
    world.app.state.checks = {"database": hang}
    answer = await world.client.get("/readyz")
    assert answer.json()["checks"] == {"database": {"ok": False, "detail": "检查超时"}}


async def test_requests_are_counted_by_route_pattern(world: Any) -> None:
    for text in ("a", "b"):
        await world.client.post(f"/notes/{text}/closing")
    await world.client.get("/no/such/place")
    metrics = (await world.client.get("/metrics")).text
    assert 'http_requests_total{method="POST",route="/notes/{text}/closing",status="401"} 2.0' in metrics
    assert 'http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in metrics
    assert "http_request_seconds_bucket" in metrics


async def test_the_application_works_below_a_path(world: Any) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    hall = Starlette(routes=[Mount("/fees", world.app)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(hall), base_url="http://hall") as client:
        assert (await client.get("/fees/notes")).json()["count"] == 0
        assert (await client.get("/fees/nowhere")).json()["instance"] == "/fees/nowhere"
        assert (await client.get("/fees/docs")).status_code == 200
        headers = world.headers(Role.CITIZEN, key="k")
        first = await client.post("/fees/notes", json={"text": "a"}, headers=headers)
        again = await client.post("/fees/notes", json={"text": "a"}, headers=headers)
        assert (first.status_code, again.headers["idempotency-replayed"]) == (201, "true")


async def test_an_application_that_nobody_holds_is_gone() -> None:
    """FastAPI remembers thousands of handlers: one that belongs to an application would keep it, and its service, alive."""
    app = app_of(clock.router, operations.router, personal.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        assert (await client.get("/docs")).status_code == 200
    held = weakref.ref(app)
    del app, client
    gc.collect()
    assert held() is None
