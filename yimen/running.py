"""One service as a process of its own: `python -m services.intake`, told by environment variables alone.

SIGTERM and SIGINT: open requests get 5 s, then what the loops have in hand is finished; exit 0 within 25 s. A service that
cannot start (no database, a schema that does not fit, a failed migration) exits 3, for whoever runs it to start it again.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import structlog
import uvicorn
from fastapi import FastAPI

from yimen import telemetry, tracing
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import Clock, MovableClock, SystemClock
from yimen.keys import Keys, NoKeys
from yimen.service import Build, Parts, Service
from yimen.settings import ClockKind, KitSettings, Migrate, ServiceSettings
from yimen.web.app import Shell
from yimen.web.connections import PatientProtocol
from yimen.web.rates import Rates
from yimen.web.tokens import TokenVerifier

log = structlog.get_logger()

REQUEST_SECONDS = 5
START_FAILED = 3


def clock_of(kit: KitSettings) -> Clock:
    if kit.clock is ClockKind.MOVABLE:
        kit.clock_file.parent.mkdir(parents=True, exist_ok=True)
        return MovableClock(kit.clock_file)
    return SystemClock()


def keys_of(kit: KitSettings) -> Keys:
    """Raises SystemExit with a sentence: nobody's number is written down in the clear because a setting was forgotten."""
    try:
        return Keys.told(kit.data_keys.get_secret_value())
    except NoKeys as wrong:
        raise SystemExit(
            f"YIMEN_DATA_KEYS: {wrong}. Personal data is kept under keys (docs/operations/guides/personal-data.md): "
            "make one with `openssl rand -base64 32`, and keep it as you keep the backups. `plain` writes in the clear."
        ) from wrong


def parts_of(kit: KitSettings) -> Parts:
    return Parts(
        carrier=RabbitCarrier(kit.bus_url),
        clock=clock_of(kit),
        verifier=TokenVerifier(kit.issuer, kit.audience, kit.issuer_keys or None),
        does=kit.parts,
        migrates=kit.migrate is Migrate.START,
        shell=shell_of(kit),
        keys=keys_of(kit),
        windows=kit.windows,
    )


def shell_of(kit: KitSettings) -> Shell:
    rates = Rates(kit.anonymous_per_minute, kit.person_per_minute, kit.wrong_per_hour)
    return Shell(kit.requests_at_work, kit.requests_waiting, rates)


def _served(service: Service[Any]) -> FastAPI:
    """The service's application, whose life is the service's life."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    service.app.router.lifespan_context = lifespan
    return service.app


def main(build: Build, settings: ServiceSettings, kit: KitSettings | None = None) -> None:
    """Serves until SIGTERM or SIGINT; then finishes what is in hand and exits 0."""
    kit = kit or KitSettings()
    telemetry.configure(kit.log_level)

    async def serve() -> bool:
        service = build(parts_of(kit), settings)
        export_traces(service.blueprint.name, service.instance)
        server = server_of(_served(service), kit.host, kit.port, kit.trusted_proxies)
        await server.serve()
        return server.started

    run_until_told(serve)


def export_traces(name: str, instance: str) -> None:
    """If the standard variables name a collector. Where OpenTelemetry is not installed, that is said, and no reason to
    refuse work."""
    if not tracing.is_wanted():
        return
    try:
        from yimen import otel  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as missing:
        log.warning("traces_not_exported", missing=missing.name, install="yimen[telemetry]")
    else:
        otel.start(name, instance)


def server_of(app: Any, host: str, port: int, trusted_proxies: str = "127.0.0.1") -> uvicorn.Server:
    """Runs the application's lifespan, and gives open requests (a live stream, say) 5 s when it is told to end."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="on",
        http=PatientProtocol,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
        server_header=False,
        timeout_graceful_shutdown=REQUEST_SECONDS,
    )
    return uvicorn.Server(config)


def run_until_told(serve: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Exit 0 when SIGTERM or SIGINT ended it, 3 when `serve` says that nothing was ever served."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)  # uvicorn has them while it serves, and raises what it got once more afterwards
    if not asyncio.run(serve()):
        raise SystemExit(START_FAILED)


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)
