"""The whole hall in one process: `make run`.

Five services, SQLite files, the bus in process, and the played world: bank, identity provider, SMS gateways, mail
server. Same outbox, inbox and handlers as in production; only the carrier differs. Survives `kill -9` at any point:
what was answered with success is in a database, and goes on from there at the next start.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from deploy.gateway import Departments
from deploy.home import home_page
from deploy.outside import MAIL_FROM, Outside, data_keys_in
from deploy.pages import Pages
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
from sim.county.behind import stand_behind
from yimen import telemetry
from yimen.bus import Carrier
from yimen.bus.local import LocalCarrier
from yimen.clock import MovableClock
from yimen.departments import DEPARTMENTS
from yimen.keys import Keys
from yimen.running import export_traces, run_until_told, server_of, shell_of
from yimen.service import Parts, Service
from yimen.settings import KitSettings
from yimen.web.headers import Shield
from yimen.web.tokens import TokenVerifier

DEFAULT_PORT = 8080


@dataclass(frozen=True)
class Hall:
    """A hall in one process: its services by name, and the application that serves them."""

    services: Mapping[str, Service[Any]]
    app: Starlette
    clock: MovableClock


def _sqlite(home: Path, name: str) -> str:
    return f"sqlite+aiosqlite:///{home / f'{name}.db'}"


def build_services(home: Path, base: str, parts: Parts, outside: Outside) -> dict[str, Service[Any]]:
    """intake last: whoever listens is built, and started, before the first word is spoken."""
    fees = FeesSettings(
        database_url=_sqlite(home, "fees"),
        bank_url=f"{base}/bank",
        bank_keys_file=outside.ring.public_file,
        bank_message_key=SecretStr(outside.ring.message_key.hex()),
        bank_signing_key_file=outside.hall_key.private_file,
        bank_pay_url=f"{base}/bank/pay",
    )
    notify = NotifySettings(
        database_url=_sqlite(home, "notify"),
        sms_gateways=tuple(GatewaySettings(**agreed.as_setting(base)) for agreed in outside.agreed),
        smtp_host="127.0.0.1",
        smtp_port=outside.smtp_port,
        smtp_starttls=False,
        smtp_from=MAIL_FROM,
        allow_private_webhooks=True,
        public_url=base,
        demonstration=True,
    )
    monitor = MonitorSettings(database_url=_sqlite(home, "monitor"), signing_key_file=outside.journal_key)
    services: dict[str, Service[Any]] = {
        "fees": build_fees(parts, fees),
        "monitor": build_monitor(parts, monitor),
        "notify": build_notify(parts, notify),
    }
    for code in DEPARTMENTS:
        settings = ApprovalSettings(database_url=_sqlite(home, f"approval-{code}"), departments=(code,))
        services[f"approval.{code}"] = build_approval(parts, settings)
    services["intake"] = build_intake(parts, IntakeSettings(database_url=_sqlite(home, "intake")))
    return services


def build_hall(home: Path, base: str, carrier: Carrier | None = None) -> Hall:
    """`home` keeps everything that must survive; `base` is where the hall will answer, e.g. http://127.0.0.1:8080."""
    outside = Outside(home, base)
    verifier = TokenVerifier(outside.issuer, "yimen", outside.keys)
    parts = Parts(
        carrier=carrier or LocalCarrier(),
        clock=outside.clock,
        verifier=verifier,
        shell=shell_of(KitSettings()),
        keys=Keys.told(data_keys_in(home)),
        windows={},
    )
    services = build_services(home, base, parts, outside)
    return Hall(services, _front(services, outside), outside.clock)


def _front(services: Mapping[str, Service[Any]], outside: Outside) -> Starlette:
    approval = {name.removeprefix("approval."): s for name, s in services.items() if name.startswith("approval.")}
    doors: dict[str, ASGIApp] = {name: s.app for name, s in services.items() if not name.startswith("approval.")}
    doors["approval"] = Departments(approval)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(outside.alive())
            for service in services.values():
                await service.prepare()  # every queue stands before the first event travels
            try:
                for service in services.values():
                    await service.start()
                yield
            finally:  # together: a relay that waits for a subscriber must not wait for one that has gone
                await asyncio.gather(*(service.stop() for service in services.values()))

    mounts = [Mount(f"/{name}", app=app) for name, app in doors.items()]
    pages = Pages(outside.issuer, demonstration=True)
    routes = [Route("/services", home_page(services)), *mounts, *outside.routes(), *pages.routes()]
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(Shield)])


async def serve(home: Path, port: int, demo: str = "0") -> bool:
    """`demo`: who stands behind the hall (sim.county)."""
    base, fresh = f"http://127.0.0.1:{port}", not (home / "intake.db").exists()
    server = server_of(build_hall(home, base).app, "127.0.0.1", port)
    county = asyncio.create_task(stand_behind(base, demo, fresh=fresh, console=Console()))
    await server.serve()
    county.cancel()
    await asyncio.gather(county, return_exceptions=True)
    return server.started


def refuse_taken(port: int) -> None:
    """Before anything is opened: two halls on one folder would be two writers of one outbox."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as taken:
        raise SystemExit(f"端口 {port} 已被占用：大厅可能已在运行；或换一个端口：make run PORT=…") from taken


def main() -> None:
    telemetry.configure(os.environ.get("YIMEN_LOG_LEVEL", "WARNING"))
    export_traces("hall", "hall")
    port = int(os.environ.get("PORT", DEFAULT_PORT))
    home = Path(os.environ.get("YIMEN_HOME", "var"))
    refuse_taken(port)
    print(f"一门 Yimen → http://127.0.0.1:{port}  (Ctrl-C ends it; everything is kept in {home}/)", flush=True)
    run_until_told(lambda: serve(home, port, os.environ.get("DEMO", "")))


if __name__ == "__main__":
    main()
