"""What was remembered of cases outlives the step to facts and back."""

from typing import Any

from sqlalchemy import inspect, select

from services.notify.app import blueprint
from services.notify.tables import cases
from services.notify.tests.conftest import start
from services.notify.tests.samples import submitted
from tests.support.migrating import down_to
from yimen.db import Database
from yimen.migrating import upgrade
from yimen.testing import TEST_KEYS


def _columns(connection: Any) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns("cases")}


async def test_cases_stay_while_their_facts_move_out_of_the_row_and_back(database_url: str) -> None:
    async for messenger in start(database_url):
        await messenger.harness.deliver(submitted(), source="/intake")
    database = Database(database_url, keys=TEST_KEYS)
    await down_to(database, blueprint.migrations, "0009")
    async with database.read() as conn:
        assert "facts" in await conn.run_sync(_columns)
    await upgrade(database, blueprint.migrations)
    async with database.read() as conn:
        [row] = await conn.execute(select(cases))
    assert (row.case_number, row.item_code, row.department) == ("C1", "I1", "market")
    await database.close()
