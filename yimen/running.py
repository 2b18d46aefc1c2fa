"""One service as a process of its own: `python -m services.intake`, told by environment variables alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from yimen import telemetry
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import Clock, MovableClock, SystemClock
from yimen.service import Build, Parts, Service
from yimen.settings import ClockKind, KitSettings, ServiceSettings
from yimen.web.tokens import TokenVerifier


def clock_of(kit: KitSettings) -> Clock:
    if kit.clock is ClockKind.MOVABLE:
        kit.clock_file.parent.mkdir(parents=True, exist_ok=True)
        return MovableClock(kit.clock_file)
    return SystemClock()


def parts_of(kit: KitSettings) -> Parts:
    return Parts(
        carrier=RabbitCarrier(kit.bus_url),
        clock=clock_of(kit),
        verifier=TokenVerifier(kit.issuer, kit.audience),
        does=kit.parts,
    )


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

    async def run() -> None:
        service = build(parts_of(kit), settings)
        config = uvicorn.Config(_served(service), host=kit.host, port=kit.port, log_config=None, access_log=False)
        await uvicorn.Server(config).serve()

    asyncio.run(run())
