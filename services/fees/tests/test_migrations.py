"""The migrations go down and up again, and leave nothing behind, on both databases."""

from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import inspect

from services.fees.app import blueprint
from services.fees.tables import metadata
from yimen.db import Database
from yimen.migrating import config_for, upgrade


def _down(connection: Any) -> list[str]:
    config = config_for(Path(blueprint.migrations))
    config.attributes["connection"] = connection
    command.downgrade(config, "base")
    return inspect(connection).get_table_names()


def _tables(connection: Any) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_migrations_go_down_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    async with database.altering() as conn:
        assert await conn.run_sync(_down) == ["alembic_version"]
    await upgrade(database, blueprint.migrations)
    async with database.read() as conn:
        assert await conn.run_sync(_tables) == {*metadata.tables, "alembic_version"}
    await database.close()
