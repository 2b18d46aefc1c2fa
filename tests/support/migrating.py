"""A service's migrations, down and up again."""

from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import MetaData, inspect

from yimen.db import Database
from yimen.migrating import config_for, upgrade


async def down_to(database: Database, migrations: Path, revision: str) -> None:
    def go(connection: Any) -> None:
        config = config_for(migrations)
        config.attributes["connection"] = connection
        command.downgrade(config, revision)

    async with database.altering() as conn:
        await conn.run_sync(go)


async def goes_down_and_up_again(database_url: str, migrations: Path, metadata: MetaData) -> None:
    """Down nothing is left, up everything is there."""
    database = Database(database_url)
    await down_to(database, migrations, "base")
    assert await _tables(database) == {"alembic_version", "schema_compatibility"}
    await upgrade(database, migrations)
    assert await _tables(database) == {*metadata.tables, "alembic_version"}
    await database.close()


async def _tables(database: Database) -> set[str]:
    async with database.read() as conn:
        return await conn.run_sync(lambda connection: set(inspect(connection).get_table_names()))
