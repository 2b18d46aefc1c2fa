"""The messenger under test, with a played gateway inside the process."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from services.notify.app import build
from services.notify.providers.sms import HttpGateway
from services.notify.settings import GatewaySettings, NotifySettings
from services.notify.tests.played import Listener
from sim.sms import SmsGateway, sms_app
from tests.support.driving import working
from tests.support.migrated import KINDS
from yimen.testing import Harness, start_service

SECRETS = {"sms": "whsec_dGVzdHMtb2YtdGhlLW1lc3Nlbmdlcg==", "sms2": "whsec_dGhlLW90aGVyLWdhdGV3YXk="}
KEYS = {"sms": "test-key-of-sms", "sms2": "test-key-of-sms2"}


@dataclass
class Messenger:
    """The service, and the gateways that it hands its messages to: `gateway`, unless that one fails."""

    harness: Harness
    gateway: SmsGateway
    other: SmsGateway

    async def work(self) -> None:
        """Everything that is due now, to the end."""
        while await self.harness.run_senders():
            pass

    async def after(self, **time: float) -> None:
        """What is due so much later."""
        self.harness.clock.advance(timedelta(**time))
        await self.work()

    async def inbox(self) -> list[dict[str, object]]:
        table = self.harness.units.metadata.tables["inbox_letters"]
        async with self.harness.units.view() as view:
            return [dict(row._mapping) for row in await view.execute(table.select().order_by(table.c.id))]

    async def messages(self) -> list[dict[str, object]]:
        table = self.harness.units.metadata.tables["messages"]
        async with self.harness.units.view() as view:
            return [dict(row._mapping) for row in await view.execute(table.select())]

    async def deliveries(self) -> list[dict[str, object]]:
        table = self.harness.units.metadata.tables["deliveries"]
        async with self.harness.units.view() as view:
            return [dict(row._mapping) for row in await view.execute(table.select().order_by(table.c.id))]


def gateway_settings(name: str, url: str) -> GatewaySettings:
    """The second one gets what the first one does not take."""
    weight = 1 if name == "sms" else 0
    return GatewaySettings(
        name=name, url=url, key=SecretStr(KEYS[name]), receipt_secret=SecretStr(SECRETS[name]), weight=weight
    )


def settings_for(database_url: str, **changes: object) -> NotifySettings:
    values = {
        "database_url": database_url,
        "sms_gateways": tuple(gateway_settings(name, f"http://{name}.test/messages") for name in SECRETS),
        "duty_phones": {"fire": "13900005678"},
        "allow_private_webhooks": True,
        "stream_poll": 0.05,
        "documents": "memory:///",
        "demonstration": True,
    }
    return NotifySettings(**values | changes)  # type: ignore[arg-type]


async def start(database_url: str, **changes: object) -> AsyncIterator[Messenger]:
    async with start_service(build, settings_for(database_url, **changes)) as harness:
        played = {name: _played(name, harness) for name in SECRETS}
        harness.service.context.gateways = {
            one.name: HttpGateway(one, httpx.AsyncClient(transport=httpx.ASGITransport(app=sms_app(played[one.name]))))
            for one in harness.service.context.settings.sms_gateways
        }
        async with working(harness.service.context.hub):
            yield Messenger(harness, played["sms"], played["sms2"])


def _played(name: str, harness: Harness) -> SmsGateway:
    return SmsGateway(
        name=name,
        key=KEYS[name],
        receipt_url=f"http://hall.test/sms/receipts/{name}",
        receipt_secret=SECRETS[name],
        client=harness.client,
    )


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str, str], str]) -> str:
    return migrated(request.param, "notify")


@pytest.fixture
async def messenger(database_url: str) -> AsyncIterator[Messenger]:
    async for one in start(database_url):
        yield one


@pytest.fixture
async def guarded(database_url: str) -> AsyncIterator[Messenger]:
    """As in production: private addresses are refused."""
    async for one in start(database_url, allow_private_webhooks=False):
        yield one


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with Listener().listening() as one:
        yield one
