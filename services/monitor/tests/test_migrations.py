"""The migrations go down and up again, and take with them what stood."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from services.monitor.app import blueprint
from services.monitor.tables import metadata, rungs
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import accepted, at, recorded, requested, submitted
from tests.support.migrating import down_to, goes_down_and_up_again
from yimen.db import Database
from yimen.migrating import upgrade


async def test_migrations_go_down_and_up_again(database_url: str) -> None:
    await goes_down_and_up_again(database_url, blueprint.migrations, metadata)


async def test_timers_that_stood_at_rungs_become_rungs_of_the_same_hour(database_url: str) -> None:
    """A case with a ladder, and a department's step."""
    told = [submitted(), accepted(), requested("fire", silence_consents=False)]
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in told))
    database = Database(database_url)
    before = await _standing(database)
    await down_to(database, blueprint.migrations, "0005")
    async with database.read() as conn:
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
