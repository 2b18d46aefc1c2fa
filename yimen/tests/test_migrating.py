"""Databases grow by migrations: together, once, wholly or not at all, and to what the service's tables.py says."""

import asyncio
import importlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.support import tiny
from yimen.db import Database
from yimen.migrating import config_for, upgrade

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "support" / "tiny_migrations"
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/migrations") if (path / "env.py").exists())

BROKEN = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO tiny_effects VALUES ('a', 'half')")
    op.execute("SELECT nothing FROM nowhere")
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def tables(database: Database) -> set[str]:
    async with database.write() as conn:
        return set(await conn.run_sync(lambda c: inspect(c).get_table_names()))


def _differences(connection: Connection, metadata: MetaData) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": False}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def _downgrade(connection: Connection, migrations: Path) -> None:
    config = config_for(migrations)
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def tables_of(service: str) -> MetaData:
    found: MetaData = importlib.import_module(f"services.{service}.tables").metadata
    return found


def test_every_service_is_looked_at() -> None:
    assert SERVICES == ["approval", "fees", "intake", "monitor", "notify"]


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrated_database_is_what_the_service_says_it_is(service: str, database: Database) -> None:
    await upgrade(database, ROOT / "services" / service / "migrations")
    async with database.write() as conn:
        assert await conn.run_sync(_differences, tables_of(service)) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_what_was_migrated_can_be_taken_back(service: str, database: Database) -> None:
    migrations = ROOT / "services" / service / "migrations"
    await upgrade(database, migrations)
    async with database.write() as conn:
        await conn.run_sync(_downgrade, migrations)
    assert await tables(database) == {"alembic_version", "schema_compatibility"}
    await upgrade(database, migrations)
    assert set(tables_of(service).tables) <= await tables(database)


@pytest.mark.parametrize("statement", ["UPDATE operator_acts SET why = 'no reason'", "DELETE FROM operator_acts"])
async def test_what_operators_did_can_neither_be_changed_nor_deleted(statement: str, database: Database) -> None:
    await upgrade(database, TINY)
    act = {"at": datetime.now(UTC), "who": "a", "why": "b", "act": "skip", "target_kind": "parked", "target_id": "1"}
    async with database.write() as conn:
        await conn.execute(tiny.metadata.tables["operator_acts"].insert(), act | {"was": {}})
    with pytest.raises(IntegrityError, match="stays on record"):
        async with database.write() as conn:
            await conn.execute(text(statement))


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    await upgrade(database, TINY)
    async with database.write() as conn:
        await conn.execute(tiny.effects.insert(), {"case_number": "a", "what": "kept"})
    await upgrade(database, TINY)
    async with database.read() as conn:
        assert (await conn.execute(tiny.effects.select())).all() == [("a", "kept")]


async def test_upgrades_at_once_in_one_process_take_turns(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    await asyncio.gather(*(upgrade(each, TINY) for each in (database, other, database)))
    await other.close()
    assert "tiny_effects" in await tables(database)


UPGRADE = """
import asyncio, sys
from pathlib import Path
from yimen.db import Database
from yimen.migrating import upgrade

print("at the gate", flush=True)
sys.stdin.readline()
asyncio.run(upgrade(Database(sys.argv[1]), Path(sys.argv[2])))
"""


async def test_replicas_that_start_together_take_turns(database_url: str) -> None:
    pipes = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE, "cwd": ROOT}
    program = [sys.executable, "-c", UPGRADE, database_url, str(TINY)]
    replicas = [await asyncio.create_subprocess_exec(*program, **pipes) for _ in range(3)]
    for replica in replicas:
        assert replica.stdout
        await replica.stdout.readline()
    endings = await asyncio.gather(*(replica.communicate(b"\n") for replica in replicas))
    assert [replica.returncode for replica in replicas] == [0, 0, 0], endings


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The tiny service's migrations with another that fails at its end."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for path in (TINY / "env.py", *(TINY / "versions").glob("*.py")):
        (folder / path.relative_to(TINY)).write_text(path.read_text())
    (folder / "versions" / "0003_broken.py").write_text(BROKEN)
    return folder


async def test_a_migration_that_fails_leaves_the_database_as_it_was(database: Database, broken: Path) -> None:
    await upgrade(database, TINY)
    with pytest.raises(Exception, match="nowhere"):
        await upgrade(database, broken)
    async with database.read() as conn:
        assert (await conn.execute(tiny.effects.select())).all() == []
        assert await conn.scalar(text("SELECT version_num FROM alembic_version")) == "0002"
    assert "half" not in await tables(database)


async def test_a_first_migration_that_fails_leaves_an_empty_database(database: Database, broken: Path) -> None:
    with pytest.raises(Exception, match="nowhere"):
        await upgrade(database, broken)
    assert await tables(database) == set()
