"""The spans of yimen.tracing, made by OpenTelemetry and sent to a collector. Imported only where one is named.

Guarantees: told by the standard variables (`OTEL_EXPORTER_OTLP_*`, `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`,
`OTEL_SERVICE_NAME`); a collector that is away costs spans and nothing else. Of a call outside, its host is kept and
nothing else of its address: paths and queries hold tokens and numbers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from yimen import __version__, tracing
from yimen.tracing import Attributes, Kind

log = structlog.get_logger()

_PROPAGATOR = TraceContextTextMapPropagator()
_KINDS = {kind: trace.SpanKind[kind.name] for kind in Kind}


def start(name: str, instance: str) -> None:
    """Once per process: `name` is the service, `instance` which one of it (a department's window)."""
    resource = Resource.create(
        {
            "service.namespace": "yimen",
            "service.version": __version__,
            "yimen.instance": instance,
        }
    )
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": name}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    follow(provider)
    log.info("traces_exported", service=name)


def follow(provider: TracerProvider) -> None:
    """Steps of this process, and calls that it makes over HTTP, are spans of this provider."""
    HTTPXClientInstrumentor().instrument(tracer_provider=provider, request_hook=_bare, async_request_hook=_bare_async)
    tracing.export(OtelSpans(provider))


def leave() -> None:
    """For tests: as if it had never been."""
    tracing.export(None)
    HTTPXClientInstrumentor().uninstrument()


class OtelSpans:
    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("yimen", __version__)

    @contextmanager
    def span(
        self, kind: Kind, name: str, parent: str | None, attributes: Attributes, links: Sequence[str]
    ) -> Iterator[tuple["OtelSpan", str]]:
        with self._tracer.start_as_current_span(
            name,
            context=_context_of(parent),
            kind=_KINDS[kind],
            attributes=attributes,
            links=[trace.Link(_spoken_of(one)) for one in links],
            record_exception=False,  # its words may name somebody
            set_status_on_exception=False,
        ) as begun:
            made = OtelSpan(begun)
            try:
                yield made, _traceparent_of(begun)
            except Exception as error:
                made.fail(type(error).__name__)
                raise

    def past(
        self, kind: Kind, name: str, parent: str | None, attributes: Attributes, began: int | None, failed: str | None
    ) -> str:
        begun = self._tracer.start_span(
            name, context=_context_of(parent), kind=_KINDS[kind], attributes=attributes, start_time=began
        )
        if failed:
            OtelSpan(begun).fail(failed)
        begun.end()
        return _traceparent_of(begun)


class OtelSpan:
    def __init__(self, begun: trace.Span) -> None:
        self._begun = begun

    def rename(self, name: str) -> None:
        self._begun.update_name(name)

    def tell(self, attributes: Attributes) -> None:
        self._begun.set_attributes(attributes)

    def fail(self, why: str) -> None:
        self._begun.set_attribute("error.type", why)
        self._begun.set_status(trace.StatusCode.ERROR)


def _context_of(parent: str | None) -> Context:
    """Of the one who caused it; an empty one begins a trace, whatever runs around it."""
    return _PROPAGATOR.extract({"traceparent": parent}, Context()) if parent else Context()


def _spoken_of(traceparent: str) -> trace.SpanContext:
    return trace.get_current_span(_context_of(traceparent)).get_span_context()


def _traceparent_of(begun: trace.Span) -> str:
    context = begun.get_span_context()
    ids = f"{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}"
    return f"00-{ids}-{context.trace_flags:02x}"


def _bare(begun: trace.Span, request: Any) -> None:
    """The library has written the whole address: only where it leads may stay."""
    if not begun.is_recording():
        return
    origin = str(httpx.URL(request.url).copy_with(raw_path=b"/", fragment=None, userinfo=b""))
    kept = getattr(begun, "attributes", None) or {}
    begun.set_attributes({name: origin for name in ("http.url", "url.full") if name in kept})


async def _bare_async(begun: trace.Span, request: Any) -> None:
    _bare(begun, request)
