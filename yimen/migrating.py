"""Alembic migrations of one service, on PostgreSQL and SQLite alike.

`upgrade()` brings a database to the newest revision; replicas that start together take turns (an advisory lock on
PostgreSQL, the file's own lock on SQLite). A service's migrations/env.py only calls `run(metadata)`.
"""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from yimen.db import Database

_LOCK = 0x59494D45  # "YIME": one number for all services, since each has a database of its own


def config_for(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    return config


def run(metadata: MetaData) -> None:
    """The body of every service's env.py: migrate over the connection that `upgrade` opened."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite"
    )
    with context.begin_transaction():
        context.run_migrations()


@cache
def _newest(migrations: Path) -> str | None:
    """Read once in a process, which brings its migrations with it."""
    return ScriptDirectory.from_config(config_for(migrations)).get_current_head()


def _upgrade(connection: Connection, migrations: Path) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    if MigrationContext.configure(connection).get_current_revision() == _newest(migrations):
        return
    config = config_for(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _turn() -> asyncio.Lock:
    """Alembic keeps what it works on in module variables: one upgrade at a time in a process."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())


async def upgrade(database: Database, migrations: Path) -> None:
    """Raises what Alembic or the driver raises; a failed migration leaves the database as it was."""

    def work(connection: Any) -> None:
        _upgrade(connection, migrations)

    async with asyncio.timeout(300), _turn(), database.altering() as connection:
        await connection.run_sync(work)
