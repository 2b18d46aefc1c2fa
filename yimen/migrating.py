"""Alembic migrations of one service, on PostgreSQL and SQLite alike, without stopping what runs beside them.

`upgrade()` brings a database to the newest revision; replicas that start together take turns (an advisory lock on
PostgreSQL, the file's own lock on SQLite). A service's migrations/env.py only calls `run(metadata)`.

Each migration says its `phase`: "expand" only adds, so that code from before it goes on; "contract" takes away, and names
in `oldest` the oldest revision whose code can work with what is left. The database keeps that name
(`schema_compatibility`), so code that is older than the schema knows whether it may start
(docs/operations/guides/upgrade.md).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, delete, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from yimen.db import Database
from yimen.schema import new_metadata

log = structlog.get_logger()

_LOCK = 0x59494D45  # "YIME": one number for all services, since each has a database of its own
LOCK_MILLISECONDS = 2000
"""So long a migration waits for a table that somebody uses; behind it everybody else would wait for the table too."""
LOCK_REST_SECONDS = 1.0
_LOCK_NOT_AVAILABLE: Final = "55P03"
EXPAND, CONTRACT = "expand", "contract"

_KEPT: Final = new_metadata().tables["schema_compatibility"]


class WrongSchema(Exception):
    """The database is not one that this program may work on. The text says what to do."""


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


@dataclass(frozen=True)
class Line:
    """A service's revisions in their order, each with the oldest one whose code can work on the schema that it makes."""

    oldest: Mapping[str, str]

    @property
    def newest(self) -> str | None:
        return [*self.oldest][-1] if self.oldest else None


@cache
def line_of(migrations: Path) -> Line:
    """Read once in a process, which brings its migrations with it. A migration without a phase promises nothing."""
    oldest: dict[str, str] = {}
    last = ""
    for script in reversed(list(ScriptDirectory.from_config(config_for(migrations)).walk_revisions())):
        phase = getattr(script.module, "phase", None)
        if phase == CONTRACT:
            last = _later(oldest, last, script.module.oldest, script.revision)
        elif phase != EXPAND:
            last = script.revision
        oldest[script.revision] = last
    return Line(oldest)


def _later(known: Mapping[str, str], last: str, named: str, own: str) -> str:
    order = [*known, own]
    return max(last, named, key=order.index)


def _kept_oldest(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_KEPT.name):
        return None
    kept = connection.execute(select(_KEPT.c.revision, _KEPT.c.oldest)).first()
    current = MigrationContext.configure(connection).get_current_revision()
    return cast(str, kept.oldest) if kept is not None and kept.revision == current else None


def _keep_oldest(connection: Connection, line: Line) -> None:
    newest = line.newest
    if newest is None or _kept_oldest(connection) == line.oldest[newest]:
        return
    _KEPT.create(connection, checkfirst=True)
    connection.execute(delete(_KEPT))
    connection.execute(insert(_KEPT), {"revision": newest, "oldest": line.oldest[newest]})


def _judge_newer(current: str, oldest: str | None, line: Line) -> None:
    """A release after ours was here: it said who may still work."""
    if oldest in line.oldest:
        log.warning("schema_newer_than_program", revision=current, oldest=oldest, ours=line.newest)
        return
    raise WrongSchema(
        f"the database is at revision {current}, which needs code of revision {oldest or current} or newer;"
        f" this program is of revision {line.newest}: start a newer image, or restore the backup from before the upgrade"
    )


def _upgrade(connection: Connection, migrations: Path, *, allowed: bool) -> None:
    on_postgres, line = connection.dialect.name == "postgresql", line_of(migrations)
    if on_postgres and allowed:
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in line.oldest:
        _judge_newer(current, _kept_oldest(connection), line)
        return
    if not allowed:
        if current != line.newest:
            raise WrongSchema(
                f"the database is at revision {current or 'none'}, this program needs {line.newest} and may not migrate"
                " (YIMEN_MIGRATE=never): run `python -m yimen.migrate` for this service first"
            )
        return
    if current != line.newest:
        if on_postgres:
            connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
        config = config_for(migrations)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    _keep_oldest(connection, line)


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _turn() -> asyncio.Lock:
    """Alembic keeps what it works on in module variables: one upgrade at a time in a process."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())


async def upgrade(database: Database, migrations: Path, *, allowed: bool = True, within: float = 300) -> None:
    """Raises what Alembic or the driver raises; a failed migration leaves the database as it was.

    Not `allowed`: only looks. Raises `WrongSchema` where this program must not work on the database; a newer one that says
    that it is compatible is left as it is. A table in use is waited for in short turns, between which others get at it."""

    def work(connection: Any) -> None:
        _upgrade(connection, migrations, allowed=allowed)

    async with asyncio.timeout(within), _turn():
        while True:
            try:
                async with database.altering() as connection:
                    await connection.run_sync(work)
            except DBAPIError as refused:
                if getattr(refused.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                    raise
                log.warning("migration_waits_for_a_table", migrations=str(migrations))
                await asyncio.sleep(LOCK_REST_SECONDS)
            except WrongSchema as wrong:
                log.critical("schema_refused", reason=str(wrong))
                raise
            else:
                return
