"""Licences that were issued before they were kept apart from their cases are entered by the migration."""

import os
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory

from services.intake.app import blueprint
from services.intake.tests.hall import Hall
from services.intake.tests.samples import COMMITTED
from yimen.db import Database
from yimen.keys import Keys
from yimen.migrating import config_for, upgrade
from yimen.resealing import reseal


async def open_all(database: Database) -> None:
    """As whoever goes back behind sealed columns has to."""
    url = database.url.render_as_string(hide_password=False)
    plain = Database(url, keys=Keys.told(f"plain,{os.environ['YIMEN_DATA_KEYS']}"))
    async for _portion in reseal(plain, blueprint.metadata):
        pass
    await plain.close()


async def test_a_licence_of_a_case_from_before_can_be_checked(hall: Hall) -> None:
    number = await hall.accepted(COMMITTED)
    await hall.hear(hall.decided(number, "planning"))
    await hall.accepted(COMMITTED)
    before = await hall.client.get("/my/licences", headers=hall.citizen)
    assert len(before.json()) == 1
    config = config_for(blueprint.migrations)
    earlier = ScriptDirectory.from_config(config).get_revision("0014").down_revision

    def go_back(connection: Any) -> None:
        config.attributes["connection"] = connection
        command.downgrade(config, str(earlier))

    database = hall.harness.service.database
    await open_all(database)
    async with database.write() as connection:
        await connection.run_sync(go_back)
    await database.close()
    await upgrade(database, blueprint.migrations)
    after = await hall.client.get("/my/licences", headers=hall.citizen)
    assert after.json() == before.json()
