"""Two replicas of each service on one database and one broker, all at once: the same result as one.

Every request goes to the other replica than the one before; relays, workers, timers and senders of both run side by side.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

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
from sim.people import DEPARTMENTS
from tests.support.ledger import NINE, story
from tests.support.played import play, served
from tests.support.replay import Recording
from tests.support.sandbox import free_port
from tests.support.tap import TappedCarrier
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import FrozenClock, MovableClock
from yimen.service import Parts, Service
from yimen.testing import Harness, start_service
from yimen.web.tokens import TokenVerifier

DAYS = range(int(os.environ.get("YIMEN_SEEDS", "0")) or 1)
WINDOWS = {"planning": ("planning",), "environment": ("environment",), "fire": ("fire",)}
WINDOWS["window"] = tuple(code for code in DEPARTMENTS if code not in WINDOWS)
NAMES = ["fees", "monitor", "notify", "intake", *WINDOWS]

Services = dict[str, Service[Any]]


class Turns:
    """Each request to the next replica."""

    def __init__(self, *replicas: ASGIApp) -> None:
        self._turns = cycle(replicas)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await next(self._turns)(scope, receive, send)


def build_replica(parts: Parts, urls: dict[str, str], base: str, outside: Outside) -> Services:
    ring = outside.ring
    fees = FeesSettings(
        database_url=urls["fees"],
        bank_url=f"{base}/bank",
        bank_keys_file=ring.public_file,
        bank_message_key=SecretStr(ring.message_key.hex()),
        bank_signing_key_file=outside.hall_key.private_file,
    )
    notify = NotifySettings(
        database_url=urls["notify"],
        sms_gateways=tuple(GatewaySettings(**agreed.as_setting(base)) for agreed in outside.agreed),
    )
    windows = {
        name: build_approval(parts, ApprovalSettings(database_url=urls[name], departments=departments, window=name))
        for name, departments in WINDOWS.items()
    }
    return {
        "fees": build_fees(parts, fees),
        "monitor": build_monitor(parts, MonitorSettings(database_url=urls["monitor"])),
        "notify": build_notify(parts, notify),
        **windows,
        "intake": build_intake(parts, IntakeSettings(database_url=urls["intake"])),
    }


def approval_of(replica: Services) -> ASGIApp:
    return Departments({code: replica[name] for name, codes in WINDOWS.items() for code in codes})


def front(replicas: list[Services], outside: Outside) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(outside.alive())
            services = [service for replica in replicas for service in replica.values()]
            await asyncio.gather(*(service.prepare() for service in services))
            for service in sorted(services, key=lambda one: one.instance == "intake"):
                await stack.enter_async_context(service.running())
            yield

    doors: dict[str, ASGIApp] = {
        name: Turns(*(replica[name].app for replica in replicas)) for name in ("intake", "fees", "monitor", "notify")
    }
    doors["approval"] = Turns(*map(approval_of, replicas))
    mounts = [Mount(f"/{name}", app=app) for name, app in doors.items()]
    return Starlette(routes=[*mounts, *outside.routes()], lifespan=lifespan)


def handled(service: Service[Any]) -> float:
    samples = [sample for family in service.metrics.handled.collect() for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
async def test_two_replicas_of_each_service_end_the_day_as_one_does(
    recording: Recording, amqp_vhost_url: str, postgres_database: Callable[[], str], tmp_path: Path, day: int
) -> None:
    port = free_port()
    base, urls, seen = f"http://127.0.0.1:{port}", {name: postgres_database() for name in NAMES}, {}
    outside = Outside(tmp_path, base)
    taps = [TappedCarrier(RabbitCarrier(amqp_vhost_url), seen) for _ in range(2)]
    verifier = TokenVerifier(outside.issuer, "yimen", outside.keys)
    parts = [Parts(carrier=tap, clock=MovableClock(tmp_path / "clock"), verifier=verifier) for tap in taps]
    replicas = [build_replica(one, urls, base, outside) for one in parts]
    async with served(front(replicas, outside), port):
        played = await play(base, taps[0], [service for replica in replicas for service in replica.values()])
        assert await doubled(replicas[0]) == []
    assert played.faults == []
    assert played.ends == recording.played.ends
    for name in ("monitor", "notify"):
        assert min(handled(replica[name]) for replica in replicas) > 0, f"one replica of {name} did all the work"


async def doubled(replica: Services) -> list[str]:
    """Numbers that were given out twice."""
    found = []
    for service, table, columns in (
        ("intake", "documents", ("kind", "number")),
        ("fees", "tickets", ("ticket_code", "number")),
        ("fees", "notices", ("case_number",)),
        ("notify", "messages", ("event_id", "template", "recipient")),
    ):
        chosen = replica[service].units.metadata.tables[table]
        keys = [chosen.c[name] for name in columns]
        async with replica[service].units.view() as view:
            rows = await view.execute(select(*keys).group_by(*keys).having(func.count() > 1))
            found += [f"{service}.{table}: {tuple(row)}" for row in rows]
    return found


# -- one journal ------------------------------------------------------------------------------------------------------


async def test_two_supervisors_keep_one_chain_while_both_are_flooded(postgres_database: Callable[[], str]) -> None:
    """Shuffled and doubled events in batches of all sizes, three at once in each of two replicas, timers beside them."""
    settings = MonitorSettings(database_url=postgres_database())
    events, dice = story(cases=100, events=10), random.Random(7)
    waiting = [*events, *dice.choices(events, k=200)]
    dice.shuffle(waiting)

    async def flood(harness: Harness) -> None:
        while waiting:
            size = dice.choice((1, 2, 5, 20, 60, 200))
            batch, waiting[:size] = waiting[:size], []
            await harness.process(batch)
            assert await harness.parked() == []

    async def watch(harness: Harness) -> None:
        while waiting:
            await harness.fire_timers()

    async with (
        start_service(build_monitor, settings, clock=FrozenClock(NINE)) as one,
        start_service(build_monitor, settings, clock=FrozenClock(NINE)) as other,
    ):
        await asyncio.gather(*(flood(harness) for harness in (one, other) * 3), watch(one), watch(other))
        journal = one.units.metadata.tables["journal"]
        async with one.units.view() as view:
            positions = (await view.execute(select(journal.c.position).order_by(journal.c.position))).scalars().all()
        assert positions == list(range(1, len(events) + 1))
