"""Around every request: its trace, its log line, its metrics, and an answer when our own code broke.

Guarantees: exactly one `request_answered` line per request; routes are counted by their pattern, so labels stay few; a
defect is logged with its traceback and answered without it. Does not: log bodies, queries, tokens or names.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

from yimen.tracing import UNSEEN, Kind, Span, enter_trace, span
from yimen.web.problems import is_passing, out_of_service, unforeseen

log = structlog.get_logger(__name__)

QUIET = {"/healthz", "/readyz", "/metrics"}
"""Asked every few seconds: logged only when they fail."""


class HttpMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["method", "route", "status"]
        self.requests = Counter("http_requests", "Requests answered", labels, registry=registry)
        self.in_flight = Gauge("http_requests_in_flight", "Requests that are being answered now", registry=registry)
        self.seconds = Histogram("http_request_seconds", "Until the answer was sent", labels[:2], registry=registry)


class Watched:
    """ASGI middleware, the outermost of ours."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with _trace(scope) as step, bound_contextvars(), self.metrics.in_flight.track_inprogress():
            await self._watch(scope, receive, send, step)

    async def _watch(self, scope: Scope, receive: Receive, send: Send, step: Span) -> None:
        began, status = time.perf_counter(), 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:
            if status:
                raise  # half an answer is out: only closing the connection tells the truth
            await _excuse(error).response(scope["path"])(scope, receive, seen)
        finally:
            self._record(scope, status or 500, time.perf_counter() - began, step)

    def _record(self, scope: Scope, status: int, seconds: float, step: Span) -> None:
        method, route = scope["method"], getattr(scope.get("route"), "path", "unmatched")
        step.rename(f"{method} {route}")
        step.tell({"http.route": route, "http.response.status_code": status})
        if status >= 500:
            step.fail(str(status))
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        if route in QUIET and status < 400:
            return
        principal = scope.get("state", {}).get("principal")
        line: dict[str, Any] = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        if principal is not None:
            line["principal"] = principal.id
        case_number = scope.get("path_params", {}).get("case_number")
        if case_number and "case_number" not in get_contextvars():
            line["case_number"] = case_number
        log.info("request_answered", **line)


@contextmanager
def _trace(scope: Scope) -> Iterator[Span]:
    """Carries on the caller's trace. Of the address only the route's pattern is told, once it is known."""
    given = Headers(scope=scope).get("traceparent")
    if scope["path"].removeprefix(scope.get("root_path", "")) in QUIET:
        leave = enter_trace(given)
        try:
            yield UNSEEN
        finally:
            leave()
        return
    with span(Kind.SERVER, scope["method"], given, {"http.request.method": scope["method"]}) as step:
        yield step


def _excuse(error: Exception) -> Any:
    if is_passing(error):
        log.warning("request_met_an_outage", error=repr(error))
        return out_of_service()
    log.error("request_broke", exc_info=error)
    return unforeseen()
