"""The migrations go down and up again, and take with them what stood."""

from services.notify.app import blueprint
from services.notify.tables import metadata, stream
from services.notify.tests import samples
from services.notify.tests.conftest import start
from tests.support.migrating import down_to, goes_down_and_up_again
from yimen.db import Database
from yimen.migrating import upgrade
from yimen.testing import TEST_KEYS


async def test_migrations_go_down_and_up_again(database_url: str) -> None:
    await goes_down_and_up_again(database_url, blueprint.migrations, metadata)


async def test_rows_of_the_stream_from_before_concern_whoever_works_on_their_case(database_url: str) -> None:
    async for messenger in start(database_url):
        await messenger.harness.deliver(samples.submitted("C1", "market"), samples.submitted("C2"), source="/intake")
        await messenger.harness.deliver(samples.review_received("fire", "R1", "C1"), source="/approval/fire")
    database = Database(database_url, keys=TEST_KEYS)
    await down_to(database, blueprint.migrations, "0007")
    await upgrade(database, blueprint.migrations)
    async with database.read() as conn:
        rows = (await conn.execute(stream.select().order_by(stream.c.id))).all()
    await database.close()
    assert [row.circle for row in rows] == [["fire", "market"], ["market"], ["fire", "market"]]
