"""A process sends its spans where the standard variables say, and does not wait for a collector that is away."""

import asyncio
import gzip
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.notify.tests.played import serving
from tests.support.driving import until
from tests.support.sandbox import free_port
from tests.support.tiny_running import at, process, readiness
from tests.support.traced import GIVEN, TRACE

NOBODY = "amqp://guest:guest@127.0.0.1:1/"


class Collector:
    """Keeps the spans that it is given."""

    def __init__(self) -> None:
        self.spans: list[tuple[dict[str, str], str, str]] = []
        self.port = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scoped in resource.scope_spans:
                self.spans += [(of, span.name, span.trace_id.hex()) for span in scoped.spans]
        await Response()(scope, receive, send)


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    one = Collector()
    async with serving(one) as one.port:
        yield one


async def asked_and_ended(database: Path) -> int:
    """One request to a process that only answers; its exit code after SIGTERM."""
    port = free_port()
    with process(port, f"sqlite+aiosqlite:///{database}", NOBODY, "api") as tiny:
        async with at(port) as http:
            await until(readiness(http, True), 60)
            answer = await http.post("/cases/N1/withdrawal", headers={"traceparent": GIVEN})
            assert answer.status_code == 201
        tiny.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(tiny.wait, 25)


async def test_spans_reach_the_collector_before_the_process_ends(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.port}")
    assert await asked_and_ended(tmp_path / "x.db") == 0
    ours = [(of, name) for of, name, trace in collector.spans if trace == TRACE]
    assert {name for _of, name in ours} == {"POST /cases/{case}/withdrawal", "create intake.case.withdrawn.v1"}
    of: dict[str, Any] = ours[0][0]
    assert (of["service.name"], of["service.namespace"], of["yimen.instance"]) == ("tiny", "yimen", "tiny")


@pytest.mark.skipif(os.environ.get("YIMEN_FAULTS") != "long", reason="one process started more (make faults)")
async def test_a_collector_that_is_away_keeps_nobody_from_working_or_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    assert await asked_and_ended(tmp_path / "x.db") == 0
