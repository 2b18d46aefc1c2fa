"""The migrations go down and up again, and take with them what stood."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import inspect, select

from services.monitor.app import blueprint
from services.monitor.tables import metadata, rungs
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import accepted, at, recorded, requested, submitted
from yimen.db import Database
from yimen.migrating import config_for, upgrade


def _tables(connection: Any) -> set[str]:
    return set(inspect(connection).get_table_names())


def _down_to(connection: Any, revision: str) -> None:
    config = config_for(Path(blueprint.migrations))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


async def test_migrations_go_down_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    async with database.altering() as conn:
        await conn.run_sync(_down_to, "base")
        assert await conn.run_sync(_tables) == {"alembic_version"}
    await upgrade(database, blueprint.migrations)
    async with database.read() as conn:
        assert await conn.run_sync(_tables) == {*metadata.tables, "alembic_version"}
    await database.close()


async def test_timers_that_stood_at_rungs_become_rungs_of_the_same_hour(database_url: str) -> None:
    """A case with a ladder, and a department's step."""
    told = [submitted(), accepted(), requested("fire", silence_consents=False)]
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in told))
    database = Database(database_url)
    before = await _standing(database)
    async with database.altering() as conn:
        await conn.run_sync(_down_to, "0005")
        timers = metadata.tables["timers"]
        due = (await conn.execute(select(timers.c.key, timers.c.due_at).where(timers.c.name == "rung"))).all()
        assert {row.key.split("/")[1]: row.due_at for row in due} == {rung: row[2] for rung, row in before.items()}
    await upgrade(database, blueprint.migrations)
    assert await _standing(database) == before
    assert before["step-R-fire"] == ("step", "fire", datetime(2026, 3, 11, 16, tzinfo=UTC), False)
    async with database.read() as conn:
        assert (await conn.execute(select(timers.c.name).where(timers.c.name == "rung"))).all() == []
    await database.close()


async def _standing(database: Database) -> dict[str, tuple[Any, ...]]:
    async with database.read() as conn:
        rows = await conn.execute(select(rungs))
        return {row.rung: (row.code, row.department, row.at, row.waited) for row in rows}
