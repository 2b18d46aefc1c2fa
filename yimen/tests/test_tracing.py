"""The steps that a request causes, as spans; and what each line of the log says of the event that it is about."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

from tests.support import tiny
from tests.support.driving import until
from tests.support.ledger import message
from tests.support.tiny_running import complete, made, running
from tests.support.traced import BROWSER, GIVEN, TRACE, Seen, Step, traced
from yimen.tracing import current_traceparent

HEADERS = {"traceparent": GIVEN}
KIND = "intake.case.withdrawn.v1"
DONE = {"job letter", "timer ring"}


@pytest.fixture
def seen() -> Iterator[Seen]:
    with traced() as one:
        yield one


def named(steps: list[Step]) -> dict[str, Step]:
    return {step.name: step for step in steps}


async def withdrawn(url: str, seen: Seen, **headers: str) -> dict[str, Step]:
    """The steps of a case that went its whole way."""
    async with running(made(url)) as http:
        assert (await http.post("/cases/N1/withdrawal?phone=13900001234", headers=headers)).status_code == 201
        await until(complete(http, {"N1"}))
        assert (await http.get("/healthz", headers=HEADERS)).status_code == 200
    return named(seen.of())


async def test_timers_and_jobs_are_steps_of_the_trace_that_set_them(database_url: str, seen: Seen) -> None:
    steps = await withdrawn(database_url, seen, **HEADERS)
    parents = {name: step.parent for name, step in steps.items()}
    request, made, heard = "POST /cases/{case}/withdrawal", f"create {KIND}", f"process {KIND}"
    assert parents == {
        request: BROWSER,
        made: steps[request].id,
        f"send {KIND}": steps[made].id,
        heard: steps[made].id,
        "timer ring": steps[heard].id,
        "job letter": steps[heard].id,
    }, "and health is asked without a step"


async def test_what_is_told_of_a_step_names_no_person(database_url: str, seen: Seen) -> None:
    steps = await withdrawn(database_url, seen, **HEADERS)
    assert steps["POST /cases/{case}/withdrawal"].told == {
        "http.request.method": "POST",
        "http.route": "/cases/{case}/withdrawal",
        "http.response.status_code": 201,
    }
    heard = steps[f"process {KIND}"].told
    assert heard["messaging.rabbitmq.destination.routing_key"] == "intake.case.withdrawn.all"
    assert heard["messaging.message.conversation_id"] == "N1"
    assert heard["messaging.consumer.group.name"] == "tiny"
    assert steps["job letter"].told == {"yimen.job.kind": "letter", "yimen.job.key": "N1", "yimen.job.attempt": 1}
    assert "13900001234" not in repr(steps)


async def test_a_batch_is_linked_to_the_traces_of_its_messages(tmp_path: Any, seen: Seen) -> None:
    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    await service.begin()
    traces = [f"{n:032x}" for n in (1, 2)]
    batch = [
        message(case, 1, cloudEvents_traceparent=f"00-{trace}-{BROWSER}-01")
        for case, trace in zip("ab", traces, strict=True)
    ]
    await service.inbox.process([*batch, message("c", 1, cloudEvents_traceparent="nonsense")])
    await service.stop()
    (received,) = [step for step in seen.steps if step.name == "receive tiny"]
    assert received.links == tuple(traces)
    assert received.parent is None
    assert received.told["messaging.batch.message_count"] == 3
    assert {step.trace for step in seen.steps if step.parent == BROWSER} == set(traces)


async def test_a_step_that_failed_says_by_what_and_not_in_which_words(
    tmp_path: Any, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise ValueError("13900001234")

    monkeypatch.setattr(tiny.handlers, "of", lambda _kind: [refuse])
    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    await service.begin()
    await service.inbox.process([message("a", 1, cloudEvents_traceparent=GIVEN)])
    await service.stop()
    failed = [step for step in seen.of() if step.failed]
    assert len(failed) == 3, "in its batch, alone, and once more"
    assert {step.told["error.type"] for step in failed} == {"ValueError"}
    assert "13900001234" not in repr(seen.steps)


async def test_a_trace_that_is_not_sampled_is_carried_on_all_the_same(database_url: str) -> None:
    with traced(TraceIdRatioBased(0.0)) as seen:
        assert await withdrawn(database_url, seen, **HEADERS) == {}
        service = made(database_url)
        async with service.units.begin() as unit:
            assert unit.traceparent is None
        await service.stop()


async def test_every_line_about_an_event_says_which_and_of_which_case_and_trace(tmp_path: Any) -> None:
    """What is bound where the handler runs; `telemetry.configure` puts the trace beside it."""
    bound: list[dict[str, Any]] = []

    async def look(*_: Any) -> None:
        import structlog

        bound.append(structlog.contextvars.get_contextvars() | {"trace": current_traceparent()})

    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    service.blueprint.handlers.every(look)
    try:
        await service.begin()
        one = message("a", 1, cloudEvents_traceparent=GIVEN)
        await service.inbox.process([one])
        await service.stop()
    finally:
        service.blueprint.handlers._every.remove(look)
    (line,) = bound
    headers = one.headers
    assert line == {
        "event_type": headers["cloudEvents_type"],
        "event_id": headers["cloudEvents_id"],
        "subject": headers["cloudEvents_subject"],
        "case_number": headers["cloudEvents_correlationid"],
        "trace": GIVEN,
    }


def test_a_line_of_a_handler_in_production() -> None:
    script = f"""
import structlog
from yimen.telemetry import configure
from yimen.tracing import Kind, span
configure(json=True)
with span(Kind.CONSUMER, "process", {GIVEN!r}):
    structlog.get_logger("ours").info("review_opened")
structlog.get_logger("ours").info("outside")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    inside, outside = (json.loads(line) for line in done.stderr.splitlines())
    assert inside["trace_id"] == TRACE
    assert "trace_id" not in outside


ALONE = """
import os, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation"):
            raise ModuleNotFoundError("it is not there", name=name)
sys.meta_path.insert(0, Refuse())
from yimen.running import export_traces
from yimen.telemetry import configure
configure(json=True)
os.environ.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None)
export_traces("tiny", "tiny")
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4318"
export_traces("tiny", "tiny")
"""


def test_where_opentelemetry_is_not_installed_that_is_said_and_no_reason_to_stop() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    (line,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (line["event"], line["missing"]) == ("traces_not_exported", "opentelemetry.exporter")
