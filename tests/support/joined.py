"""A whole hall on real parts in which one department, the fire brigade, has no instance: its own system is to join."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from deploy.gateway import Departments
from deploy.outside import Outside
from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.fees.app import build as build_fees
from services.fees.settings import FeesSettings
from services.intake.app import build as build_intake
from services.intake.settings import IntakeSettings
from services.monitor.app import build as build_monitor
from services.monitor.settings import MonitorSettings
from services.notify.app import build as build_notify
from services.notify.settings import GatewaySettings, NotifySettings
from tests.support.department import WINDOWS
from tests.support.played import served
from tests.support.sandbox import free_port
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import SystemClock
from yimen.service import Parts, Service
from yimen.web.tokens import TokenVerifier

Services = dict[str, Service[Any]]


def build(parts: Parts, database_of: Callable[[str], str], base: str, outside: Outside) -> Services:
    fees = FeesSettings(
        database_url=database_of("fees"),
        bank_url=f"{base}/bank",
        bank_keys_file=outside.ring.public_file,
        bank_message_key=SecretStr(outside.ring.message_key.hex()),
        bank_signing_key_file=outside.hall_key.private_file,
    )
    notify = NotifySettings(
        database_url=database_of("notify"),
        sms_gateways=tuple(GatewaySettings(**agreed.as_setting(base)) for agreed in outside.agreed),
        allow_private_webhooks=True,
    )
    approval = ApprovalSettings(database_url=database_of("approval"), departments=WINDOWS, window="window")
    return {
        "fees": build_fees(parts, fees),
        "monitor": build_monitor(parts, MonitorSettings(database_url=database_of("monitor"))),
        "notify": build_notify(parts, notify),
        "approval": build_approval(parts, approval),
        "intake": build_intake(parts, IntakeSettings(database_url=database_of("intake"))),
    }


@asynccontextmanager
async def hall_without_fire(amqp_url: str, database_of: Callable[[str], str], home: Path) -> AsyncIterator[str]:
    """Its address, once everyone listens and intake speaks."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    outside = Outside(home, base)
    verifier = TokenVerifier(outside.issuer, "yimen", outside.keys)
    parts = Parts(carrier=RabbitCarrier(amqp_url), clock=SystemClock(), verifier=verifier)
    services = build(parts, database_of, base, outside)
    window = services["approval"]
    doors: dict[str, ASGIApp] = {name: one.app for name, one in services.items()}
    doors["approval"] = Departments(dict.fromkeys(WINDOWS, window))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(outside.alive())
            await asyncio.gather(*(service.prepare() for service in services.values()))
            for service in services.values():
                await stack.enter_async_context(service.running())
            yield

    mounts = [Mount(f"/{name}", app=app) for name, app in doors.items()]
    async with served(Starlette(routes=[*mounts, *outside.routes()], lifespan=lifespan), port):
        yield base
