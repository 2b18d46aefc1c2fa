"""The migrations go down and up again, and leave nothing behind, on both databases."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select

from services.fees.app import blueprint
from services.fees.suspense import ANSWER_DUE
from services.fees.tables import metadata
from tests.support.migrating import goes_down_and_up_again
from yimen.db import Database
from yimen.migrating import config_for, upgrade


def _before(connection: Any, revision: str) -> None:
    """Down to the state in which that revision finds the database."""
    config = config_for(Path(blueprint.migrations))
    config.attributes["connection"] = connection
    earlier = ScriptDirectory.from_config(config).get_revision(revision).down_revision
    command.downgrade(config, str(earlier))


WAITING = """INSERT INTO exceptions (reason, amount, owner, answer_by, state, version, opened_at)
    VALUES ('serial_reused', 0, 'treasurer', '2026-09-10', '{state}', 1, '2026-09-07T01:00:00.000000+00:00')"""


async def test_what_waits_in_suspense_gets_its_timer(database_url: str) -> None:
    database = Database(database_url)
    async with database.altering() as conn:
        await conn.run_sync(_before, "0007")
        for state in ("resolved", "open"):
            await conn.exec_driver_sql(WAITING.format(state=state))
    await upgrade(database, blueprint.migrations)
    async with database.read() as conn:
        timers = metadata.tables["timers"].c
        rows = (await conn.execute(select(timers.name, timers.key, timers.due_at))).all()
    assert [(row.name, row.key) for row in rows] == [(ANSWER_DUE, "2")]
    assert rows[0].due_at.isoformat() == "2026-09-10T16:00:00+00:00"
    await database.close()


async def test_migrations_go_down_and_up_again(database_url: str) -> None:
    await goes_down_and_up_again(database_url, blueprint.migrations, metadata)
