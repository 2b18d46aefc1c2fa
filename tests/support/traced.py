"""The spans that this process makes while a test looks on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler
from opentelemetry.trace import format_span_id, format_trace_id

from yimen import otel

TRACE, BROWSER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{BROWSER}-01"


@dataclass(frozen=True)
class Step:
    """One span, as a person reads it."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str | None
    failed: bool
    told: dict[str, Any]
    links: tuple[str, ...]


def _step(span: ReadableSpan) -> Step:
    context = span.get_span_context()
    assert context is not None
    return Step(
        span.name,
        span.kind.name,
        format_trace_id(context.trace_id),
        format_span_id(context.span_id),
        format_span_id(span.parent.span_id) if span.parent else None,
        not span.status.is_ok and span.status.status_code.name == "ERROR",
        dict(span.attributes or {}),
        tuple(format_trace_id(link.context.trace_id) for link in span.links),
    )


class Seen:
    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    @property
    def steps(self) -> list[Step]:
        return [_step(span) for span in self._exporter.get_finished_spans()]

    def of(self, trace: str = TRACE) -> list[Step]:
        return [step for step in self.steps if step.trace == trace]

    def line_to(self, last: str) -> Sequence[Step]:
        """From the first step of its trace that is ours down to the one with this id; breaks where a parent is missing."""
        by_id = {step.id: step for step in self.of()}
        line, here = [], by_id.get(last)
        while here is not None:
            line.append(here)
            here = by_id.get(here.parent or "")
        return line[::-1]


@contextmanager
def traced(sampler: Sampler = ALWAYS_ON) -> Iterator[Seen]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    otel.follow(provider)
    try:
        yield Seen(exporter)
    finally:
        otel.leave()
        provider.shutdown()
