"""Databases: PostgreSQL by asyncpg, SQLite by aiosqlite, one way to use both.

Guarantees: `write()` is one transaction, committed when the block ends and rolled back by any exception; on SQLite there
is one writer at a time and a commit is on disk before it is reported. Instants are aware UTC on both. Where no
connection can be had, `write()` and `read()` raise `Unavailable`, so that an OSError raised inside the block is known to
be the block's own.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from yimen.errors import Unavailable
from yimen.keys import PLAIN, Keys
from yimen.sealed import NO_KEYS, give_keys

CONNECT_SECONDS = 10
WAIT_SECONDS = 5
"""For a connection of the pool, where there are many; SQLite's writers stand in one line, and it moves."""

WRITER_SECONDS = 30

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def bare_metadata() -> MetaData:
    return MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. On SQLite fixed-width text, so that it sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        instant = value.astimezone(UTC)
        return instant.isoformat(timespec="microseconds") if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    """WAL lets readers go on beside the writer; FULL puts each commit on disk before it is reported."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Any) -> None:
        connection.exec_driver_sql(begin)


class Database:
    """One service's own database; nobody else reads it. `keys`: under which personal data lies in it (yimen.sealed)."""

    def __init__(self, url: str, *, pool_size: int = 15, keys: Keys = NO_KEYS) -> None:
        self.url = make_url(url)
        self.key_name = keys.writer.name if keys.writer else PLAIN
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.waiting = 0
        # Errors are logged; what people wrote is not.
        common: dict[str, Any] = {
            "json_serializer": _dumps,
            "json_deserializer": orjson.loads,
            "hide_parameters": True,
        }
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            # A pool of one is the writers' queue: whoever holds the connection writes.
            self._writer = create_async_engine(
                self.url, pool_size=1, max_overflow=0, pool_timeout=WRITER_SECONDS, **common
            )
            self._reader = create_async_engine(self.url, pool_size=pool_size, **common)
            _prepare_sqlite(self._writer, "BEGIN IMMEDIATE")
            _prepare_sqlite(self._reader, "BEGIN")
        else:
            common["connect_args"] = {"timeout": CONNECT_SECONDS}
            # No overflow: a connection beyond the pool would be opened and closed again for each unit under load.
            self._writer = create_async_engine(
                self.url, pool_size=pool_size, max_overflow=0, pool_timeout=WAIT_SECONDS, **common
            )
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        for engine in (self._writer, self._reader):
            give_keys(engine.sync_engine.dialect, keys)

    @property
    def in_use(self) -> int:
        """Connections that somebody has now; `waiting` is how many want one and have none yet."""
        engines = {id(one.sync_engine.pool): one.sync_engine.pool for one in (self._writer, self._reader)}
        return sum(pool.checkedout() for pool in engines.values() if isinstance(pool, QueuePool))

    @property
    def dialect(self) -> str:
        return self._writer.dialect.name

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._connected(self._writer) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def altering(self) -> AsyncIterator[AsyncConnection]:
        """Like `write`, for migrations. SQLite changes a constraint only by making the table anew, so keys are not held
        while that lasts, and all of them are checked before the commit. Raises IntegrityError where one is broken."""
        async with self._connected(self._writer) as connection:
            if not self.is_sqlite:
                async with connection.begin():
                    yield connection
                return
            await _pragma(connection, "foreign_keys=OFF")
            try:
                async with connection.begin():
                    yield connection
                    broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                    if broken:
                        raise IntegrityError(
                            "PRAGMA foreign_key_check", None, ValueError(f"keys broken: {broken[:10]}")
                        )
            finally:
                await _pragma(connection, "foreign_keys=ON")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._connected(self._reader) as connection:
            yield connection

    async def check(self) -> None:
        """Raises what the driver raises if the database does not answer."""
        async with asyncio.timeout(2), self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            self.waiting += 1
            try:
                connection = await stack.enter_async_context(engine.connect())
            except (OSError, PoolTimeout) as refused:
                raise Unavailable(f"no connection: {refused!r}") from refused
            finally:
                self.waiting -= 1
            yield connection


async def _pragma(connection: AsyncConnection, pragma: str) -> None:
    """Past SQLAlchemy, which would begin a transaction first; in one, SQLite ignores this."""
    raw = await connection.get_raw_connection()
    assert raw.driver_connection is not None
    cursor = await raw.driver_connection.execute(f"PRAGMA {pragma}")
    await cursor.close()


_DEADLOCKS = {"40001", "40P01", "55P03"}
_DISK = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def is_contention(error: BaseException) -> bool:
    """Deadlock, serialisation failure, lock timeout: the same work succeeds when it is tried again."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in _DEADLOCKS or (isinstance(error, OperationalError) and "locked" in str(error.orig))


def is_unavailable(error: BaseException) -> bool:
    """The database is down, restarting, refusing connections, full, or was cut off in the middle.

    Nothing else that a driver or the system calls so: a file that a handler does not find, a number too large for its
    column (to asyncpg an InterfaceError) are the handler's defects, and would otherwise be waited out for ever."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        disk = (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _DISK
        gone = error.connection_invalidated or state.startswith(("08", "57P", "53"))
        return gone or disk
    return isinstance(error, Unavailable | ConnectionError)
