"""What a request leaves in the log, and the trace that it carries on."""

import json
import re
import subprocess
import sys
from typing import Annotated, Any

import httpx
import pytest
import structlog
from fastapi import Depends

from yimen.bus.view import View
from yimen.telemetry import bind_case
from yimen.tracing import current_traceparent
from yimen.web import Role, allow_anyone, create_app, current_view, new_router

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_one_line_per_request_with_who_and_how_it_ended(world: Any) -> None:
    await world.write("a", id="u7")
    await world.client.get("/nowhere")
    lines = [line for line in world.logs if line["event"] == "request_answered"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", "/notes", 201),
        ("GET", "unmatched", 404),
    ]
    assert lines[0]["principal"] == "u7"
    assert lines[0]["ms"] >= 0
    assert "principal" not in lines[1]
    assert not any("用户u7" in str(line) or "Bearer" in str(line) for line in world.logs)


async def test_a_defect_is_logged_with_its_traceback_and_counted(world: Any) -> None:
    await world.client.post("/notes/breaking?how=defect")
    broke = next(line for line in world.logs if line["event"] == "request_broke")
    assert isinstance(broke["exc_info"], RuntimeError)
    assert 'status="500"} 1.0' in (await world.client.get("/metrics")).text


async def test_health_is_asked_in_silence(world: Any) -> None:
    await world.client.get("/healthz")
    await world.client.get("/metrics")
    assert world.logs == []


async def traced(world: Any, traceparent: str | None) -> str:
    seen: list[str | None] = []
    router = new_router()

    @router.get("/cases/{case_number}", dependencies=[allow_anyone()])
    async def look(case_number: str, view: Annotated[View[None], Depends(current_view)]) -> None:
        seen.append(current_traceparent())

    app = create_app(title="t", version="1", routers=[router], units=world.units)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        await client.get("/cases/N1", headers={} if traceparent is None else {"traceparent": traceparent})
    assert seen[0] is not None
    return seen[0]


async def test_a_given_trace_is_carried_on(world: Any) -> None:
    assert await traced(world, GIVEN) == GIVEN
    assert current_traceparent() is None


@pytest.mark.parametrize("given", [None, "", "nonsense", GIVEN + "x", "00-" + "0" * 32 + "-" + "1" * 16 + "-01"])
async def test_without_a_valid_trace_one_begins(world: Any, given: str | None) -> None:
    begun = await traced(world, given)
    assert begun != given
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", begun)


async def test_the_case_in_the_path_is_in_the_line(world: Any) -> None:
    await traced(world, None)
    assert [line["case_number"] for line in world.logs if line["event"] == "request_answered"] == ["N1"]


async def test_a_bound_case_is_in_every_line_and_gone_afterwards(world: Any) -> None:
    log = structlog.get_logger("test")
    with bind_case("N7"):
        log.info("inside")
    log.info("outside")
    assert [line.get("case_number") for line in world.logs] == ["N7", None]


def test_in_production_every_line_is_json_libraries_included() -> None:
    script = """
import logging, structlog
from yimen.telemetry import bind_case, configure
from yimen.tracing import enter_trace
configure(json=True)
enter_trace("GIVEN")
with bind_case("N7"):
    structlog.get_logger("ours").info("case_opened", count=1)
    logging.getLogger("uvicorn.error").warning("from a %s", "library")
    logging.getLogger("uvicorn.access").info("twice told")
    try:
        1 / 0
    except ZeroDivisionError:
        structlog.get_logger("ours").exception("broke")
""".replace("GIVEN", GIVEN)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["case_opened", "from a library", "broke"]
    assert all(line["case_number"] == "N7" and line["timestamp"].endswith("Z") for line in lines)
    assert {line["trace_id"] for line in lines} == {GIVEN.split("-")[1]}
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert "ZeroDivisionError" in lines[2]["exception"]


async def test_a_caller_who_hangs_up_is_no_defect(world: Any) -> None:
    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError("nobody listens")

    headers = world.headers(Role.CITIZEN, key="k") | {"content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/notes",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await world.app(scope, receive, send)
    assert [(line["event"], line["status"]) for line in world.logs] == [("request_answered", 499)]
