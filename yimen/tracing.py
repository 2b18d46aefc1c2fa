"""One trace from a request to the last webhook that it causes (W3C trace context, decision 0065).

Guarantees: whatever is done because of something else carries on its trace: requests, events, timers, jobs outside.
Without OpenTelemetry a trace is a string that is handed on as it came; with it (`export`, `pip install yimen[telemetry]`)
each step is a span, child of the step that caused it. Does not: put anything into a span that names a person; bodies,
queries, passwords and the values of path parameters stay out.
"""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol

Attributes = dict[str, str | int | bool]

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


class Kind(StrEnum):
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"
    INTERNAL = "internal"


class Span(Protocol):
    """A step that is under way. An exception that leaves it marks it as failed, by its class and never by its words."""

    def rename(self, name: str) -> None: ...

    def tell(self, attributes: Attributes) -> None: ...

    def fail(self, why: str) -> None: ...


class Spans(Protocol):
    """What makes spans, where they are exported (yimen.otel)."""

    def span(
        self, kind: Kind, name: str, parent: str | None, attributes: Attributes, links: Sequence[str]
    ) -> AbstractContextManager[tuple[Span, str]]: ...

    def past(
        self, kind: Kind, name: str, parent: str | None, attributes: Attributes, began: int | None, failed: str | None
    ) -> str: ...


class _Unseen:
    def rename(self, name: str) -> None:
        """Nobody looks."""

    def tell(self, attributes: Attributes) -> None:
        """Nobody looks."""

    def fail(self, why: str) -> None:
        """Nobody looks."""


UNSEEN = _Unseen()
_spans: Spans | None = None


def export(spans: Spans | None) -> None:
    """From now on steps of this process are spans; None: no more."""
    global _spans  # noqa: PLW0603 - of the process, as its log is
    _spans = spans


def is_wanted() -> bool:
    """Whether the standard variables name a collector."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{kind}ENDPOINT") for kind in ("", "TRACES_"))


def current_traceparent() -> str | None:
    """The W3C trace context of the request, event, timer or job that is being worked on; what follows carries it on."""
    return _traceparent.get()


def valid(traceparent: str | None) -> str | None:
    """None for nonsense: it came from outside."""
    return traceparent if traceparent is not None and _TRACEPARENT.fullmatch(traceparent) else None


def enter_trace(traceparent: str | None) -> Callable[[], None]:
    """Follow a given trace, or begin one where none (or nonsense) is given. Returns what ends it."""
    begun = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
    token = _traceparent.set(valid(traceparent) or begun)
    return lambda: _traceparent.reset(token)


@contextmanager
def span(kind: Kind, name: str, parent: str | None, attributes: Attributes | None = None) -> Iterator[Span]:
    """A step of the trace of `parent`, or the first one of a new trace; inside, it is the current one."""
    if _spans is None:
        leave = enter_trace(parent)
        try:
            yield UNSEEN
        finally:
            leave()
        return
    with _spans.span(kind, name, valid(parent), attributes or {}, ()) as (made, traceparent):
        token = _traceparent.set(traceparent)
        try:
            yield made
        finally:
            _traceparent.reset(token)


def batch(
    kind: Kind, name: str, causes: Sequence[str | None], attributes: Attributes
) -> AbstractContextManager[object]:
    """Work done for several traces at once: linked to each, the cause of none, and never the current one."""
    if _spans is None:
        return nullcontext()
    return _spans.span(kind, name, None, attributes, [cause for one in causes if (cause := valid(one))])


def now() -> int:
    """For `past`; the nanoseconds are spared where nobody looks."""
    return 0 if _spans is None else time.time_ns()


def past(
    kind: Kind,
    name: str,
    parent: str | None,
    attributes: Attributes,
    *,
    began: int | None = None,
    failed: str | None = None,
) -> str | None:
    """A step that is over. What it causes carries the answer on."""
    if _spans is None:
        return parent
    return _spans.past(kind, name, valid(parent), attributes, began, failed)
