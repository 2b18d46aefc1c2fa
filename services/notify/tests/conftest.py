"""The messenger under test, with a played gateway inside the process."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import pytest

from services.notify.app import build
from services.notify.settings import NotifySettings
from services.notify.tests.played import Listener
from sim.sms import SmsGateway, sms_app
from tests.support.driving import working
from tests.support.migrated import KINDS
from yimen.testing import Harness, start_service

SECRET = "whsec_dGVzdHMtb2YtdGhlLW1lc3Nlbmdlcg=="


@dataclass
class Messenger:
    """The service, and the gateway that it hands its messages to."""

    harness: Harness
    gateway: SmsGateway

    async def work(self) -> None:
        """Everything that is due now, to the end."""
        while await self.harness.run_senders():
            pass

    async def messages(self) -> list[dict[str, object]]:
        table = self.harness.units.metadata.tables["messages"]
        async with self.harness.units.view() as view:
            return [dict(row._mapping) for row in await view.execute(table.select())]

    async def deliveries(self) -> list[dict[str, object]]:
        table = self.harness.units.metadata.tables["deliveries"]
        async with self.harness.units.view() as view:
            return [dict(row._mapping) for row in await view.execute(table.select().order_by(table.c.id))]


def settings_for(database_url: str, **changes: object) -> NotifySettings:
    values = {
        "database_url": database_url,
        "sms_url": "http://sms.test/messages",
        "sms_key": "test-key-of-sms",
        "sms_receipt_secret": SECRET,
        "duty_phones": {"fire": "13900005678"},
        "allow_private_webhooks": True,
        "stream_poll": 0.05,
        "documents": "memory:///",
        "demonstration": True,
    }
    return NotifySettings(**values | changes)  # type: ignore[arg-type]


async def start(database_url: str, **changes: object) -> AsyncIterator[Messenger]:
    async with start_service(build, settings_for(database_url, **changes)) as harness:
        gateway = SmsGateway(
            key="test-key-of-sms",
            receipt_url="http://hall.test/sms/receipts",
            receipt_secret=SECRET,
            client=harness.client,
        )
        transport = httpx.ASGITransport(app=sms_app(gateway))
        harness.service.context.gateway = httpx.AsyncClient(transport=transport)
        async with working(harness.service.context.hub):
            yield Messenger(harness, gateway)


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
