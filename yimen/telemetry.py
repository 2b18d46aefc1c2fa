"""Logs that a machine can read.

Guarantees: after `configure` everything logged, by us through structlog or by libraries through `logging`, comes out
as one JSON line each (coloured text where a person sits at a terminal), with what is bound to the present task: case
number, event, trace (yimen.tracing). Does not: ship lines anywhere, or hide what a caller puts into a line: log ids and
numbers, never names or phones.
"""

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

import orjson
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import Processor

from yimen.tracing import current_traceparent

NOISY = {
    "aio_pika": logging.WARNING,
    "aiormq": logging.WARNING,
    "aiosqlite": logging.WARNING,  # it tells every statement with its values
    "httpcore": logging.WARNING,  # and this one what went over the line
    "httpx": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}
"""Libraries whose everyday talk is not ours to keep. Access lines are written by `yimen.web`, so uvicorn's are off."""


def configure(level: str = "INFO", *, json: bool | None = None) -> None:
    """Once per process. `json=None` chooses by where stderr goes: text at a terminal, JSON lines elsewhere."""
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_render(as_json)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _route_libraries()


def _render(as_json: bool) -> list[Processor]:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if not as_json:
        return [clean, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [clean, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_dumps)]


def _dumps(value: Any, **_options: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _route_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
    for name, level in NOISY.items():
        logging.getLogger(name).setLevel(level)


def _add_trace(_logger: Any, _method: str, event: Any) -> Any:
    if traceparent := current_traceparent():
        event.setdefault("trace_id", traceparent.split("-")[1])
    return event


def bind_case(case_number: str) -> AbstractContextManager[None]:
    """Every line logged inside carries the case number; cleared (or set back) at the end."""
    return bound_contextvars(case_number=case_number)
