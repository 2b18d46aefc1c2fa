"""The migration makes what the tables say, and one process runs it all."""

import asyncio
from datetime import timedelta
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.notify.app import blueprint, build
from services.notify.domain.webhooks import open_to_departments
from services.notify.providers.sms import HttpGateway, new_client
from services.notify.tables import metadata
from services.notify.tests import samples
from services.notify.tests.conftest import KEYS, SECRETS, Messenger, gateway_settings, settings_for
from services.notify.tests.played import serving
from sim.sms import SmsGateway, sms_app
from yimen.bus.local import matches
from yimen.contracts import event_types
from yimen.contracts.notify import MessageDelivered
from yimen.testing import start_service


async def test_the_migration_makes_the_tables(messenger: Messenger) -> None:
    def differences(connection: object) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)  # type: ignore[arg-type]

    async with messenger.harness.service.database.read() as connection:
        assert await connection.run_sync(differences) == []


def test_the_messenger_follows_everyone_itself_too() -> None:
    for event in event_types().values():
        key = f"{event.speaker}.{event.entity}.{event.action}.all"
        assert any(matches(binding, key) for binding in blueprint.bindings), key
    assert not any(open_to_departments(event) for event in event_types().values() if event.speaker == "notify")


async def test_duty_phones_follow_the_settings_at_each_start(database_url: str) -> None:
    for phone in ("13900000001", "13900000002"):
        async with start_service(build, settings_for(database_url, duty_phones={"fire": phone})) as harness:
            table = metadata.tables["contacts"]
            async with harness.units.view() as view:
                assert [row.phone for row in await view.execute(table.select())] == [phone]


async def test_a_message_goes_all_the_way_over_real_connections(database_url: str, tmp_path: Path) -> None:
    """Service and gateway as two HTTP servers; the gateway's own task brings the receipt."""
    async with start_service(build, settings_for(database_url)) as harness, serving(harness.service.app) as port:
        gateway = SmsGateway(
            key=KEYS["sms"],
            receipt_url=f"http://127.0.0.1:{port}/sms/receipts/sms",
            receipt_secret=SECRETS["sms"],
            path=tmp_path / "sms.db",
            retry=0.05,
        )
        async with serving(sms_app(gateway)) as sms_port, new_client() as client:
            told = gateway_settings("sms", f"http://127.0.0.1:{sms_port}/messages")
            harness.service.context.gateways = {"sms": HttpGateway(told, client)}
            receipts = asyncio.create_task(gateway.run())
            await harness.deliver(samples.contact(), samples.submitted(), source="/intake")
            harness.clock.advance(timedelta(seconds=1))
            assert await harness.run_senders() == 2, "the message, and the receipt on paper"
            async with asyncio.timeout(5):
                while gateway.shelf.owed():
                    await asyncio.sleep(0.01)
            receipts.cancel()
            await asyncio.gather(receipts, return_exceptions=True)
        assert len(await harness.events(MessageDelivered)) == 1
