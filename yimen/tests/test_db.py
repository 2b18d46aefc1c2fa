"""Both databases behave alike: instants, one transaction a block, and errors that say how they are to be treated."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.postgres import PrivatePostgres
from tests.support.sandbox import free_port
from yimen.db import BigId, Database, Instant, Json, is_contention, is_unavailable
from yimen.errors import Unavailable

METADATA = MetaData()
THINGS = Table(
    "things",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", Instant),
    Column("what", Json),
    Column("n", Integer),
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.write() as conn:
        await conn.run_sync(METADATA.create_all)
    yield opened
    await opened.close()


async def count(database: Database) -> int:
    async with database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(THINGS)) or 0


async def add(conn: AsyncConnection, **values: Any) -> None:
    await conn.execute(insert(THINGS), values)


# -- columns -----------------------------------------------------------------------------------------------------------


async def test_an_instant_comes_back_as_it_was_in_utc(database: Database) -> None:
    shanghai = datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    async with database.write() as conn:
        await add(conn, at=shanghai)
        await add(conn, at=None)
    async with database.read() as conn:
        back, nothing = (await conn.scalars(select(THINGS.c.at).order_by(THINGS.c.id))).all()
    assert (back, back.tzinfo) == (shanghai, UTC)
    assert nothing is None


async def test_an_instant_without_its_zone_is_refused(database: Database) -> None:
    async with database.write() as conn:
        with pytest.raises(StatementError, match="needs its zone"):
            await add(conn, at=datetime(2026, 11, 23, 9))  # noqa: DTZ001 - that is the point


async def test_instants_compare_and_sort_as_time_does(database: Database) -> None:
    base = datetime(2026, 11, 23, 1, tzinfo=UTC)
    moments = [base + timedelta(microseconds=n) for n in (10, 0, 1_000_000, 999_999, -1)]
    async with database.write() as conn:
        for moment in moments:
            await add(conn, at=moment)
    async with database.read() as conn:
        found = (await conn.scalars(select(THINGS.c.at).order_by(THINGS.c.at))).all()
        late = await conn.scalar(select(func.count()).select_from(THINGS).where(THINGS.c.at > base))
        latest = await conn.scalar(select(func.max(THINGS.c.at)))
    assert (found, late, latest) == (sorted(moments), 3, max(moments))


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1950, 1, 2), max_value=datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001
SQLITE = create_engine("sqlite://").dialect


@given(one=MOMENTS, other=MOMENTS)
def test_as_text_instants_sort_as_time_does(one: datetime, other: datetime) -> None:
    stored = [Instant().process_bind_param(moment, SQLITE) for moment in (one, other)]
    assert (stored[0] < stored[1]) is (one < other)
    assert (stored[0] == stored[1]) is (one == other)
    assert Instant().process_result_value(stored[0], SQLITE) == one


async def test_json_and_identity_come_back(database: Database) -> None:
    async with database.write() as conn:
        await add(conn, what={"名称": ["许可", 1, None]})
        await add(conn, what={})
    async with database.read() as conn:
        rows = (await conn.execute(select(THINGS.c.id, THINGS.c.what).order_by(THINGS.c.id))).all()
    assert rows == [(1, {"名称": ["许可", 1, None]}), (2, {})]


# -- transactions ------------------------------------------------------------------------------------------------------


async def test_an_exception_rolls_back(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as conn:
            await add(conn, n=1)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError):
        await fail()
    assert await count(database) == 0


async def test_cancellation_rolls_back_and_leaves_the_database_to_others(database: Database) -> None:
    written = asyncio.Event()

    async def hang() -> None:
        async with database.write() as conn:
            await add(conn, n=1)
            written.set()
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await asyncio.wait_for(written.wait(), 10)
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    async with asyncio.timeout(10), database.write() as conn:
        await add(conn, n=2)
    assert await count(database) == 1


async def test_cancellation_in_the_middle_of_a_statement_rolls_back(postgres_database: Callable[[], str]) -> None:
    database = Database(postgres_database())
    async with database.write() as conn:
        await conn.run_sync(METADATA.create_all)

    async def hang() -> None:
        async with database.write() as conn:
            await add(conn, n=1)
            await conn.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hang(), 0.5)
    assert await count(database) == 0
    await database.close()


async def test_readers_see_only_what_is_committed_and_go_on_beside_a_writer(database: Database) -> None:
    async with database.write() as conn:
        await add(conn, n=1)
        assert await count(database) == 0
    assert await count(database) == 1


async def test_writers_at_once_lose_no_update(database: Database) -> None:
    async with database.write() as conn:
        await add(conn, n=0)

    async def raise_by_one() -> None:
        async with database.write() as conn:
            n = await conn.scalar(select(THINGS.c.n).with_for_update())
            await asyncio.sleep(0)
            await conn.execute(update(THINGS).values(n=(n or 0) + 1))

    await asyncio.gather(*(raise_by_one() for _ in range(30)))
    async with database.read() as conn:
        assert await conn.scalar(select(THINGS.c.n)) == 30


async def test_sqlite_has_one_writer_at_a_time(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'x.db'}")
    inside = most = 0

    async def write() -> None:
        nonlocal inside, most
        async with database.write() as conn:
            inside += 1
            most = max(most, inside)
            await conn.execute(text("SELECT 1"))
            inside -= 1

    await asyncio.gather(*(write() for _ in range(10)))
    await database.close()
    assert most == 1


# -- errors ------------------------------------------------------------------------------------------------------------


async def test_a_deadlock_is_contention(postgres_database: Callable[[], str]) -> None:
    database = Database(postgres_database())
    async with database.write() as conn:
        await conn.run_sync(METADATA.create_all)
        await add(conn, n=1)
        await add(conn, n=2)
    barrier = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> None:
        async with database.write() as conn:
            await conn.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            await conn.execute(update(THINGS).where(THINGS.c.n == first).values(what={}))
            await barrier.wait()
            await conn.execute(update(THINGS).where(THINGS.c.n == second).values(what={}))

    results = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
    (error,) = [result for result in results if result is not None]
    assert is_contention(error)
    assert not is_unavailable(error)
    await database.close()


async def test_a_locked_sqlite_file_is_contention(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    one, other = Database(url), Database(url)
    async with other.read() as conn:
        await conn.execute(text("PRAGMA busy_timeout=1"))
    async with one.write():
        # A second process: its writers' queue is not ours. Its patience is cut short so that the test is quick.
        async with other._reader.connect() as conn:
            await conn.exec_driver_sql("PRAGMA busy_timeout=1")
            with pytest.raises(DBAPIError) as caught:
                await conn.run_sync(METADATA.create_all)
    assert is_contention(caught.value)
    assert not is_unavailable(caught.value)
    await one.close()
    await other.close()


async def test_a_broken_rule_is_neither_contention_nor_an_outage(database: Database) -> None:
    async with database.write() as conn:
        await add(conn, id=7)
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as conn:
            await add(conn, id=7)
    assert not is_contention(caught.value)
    assert not is_unavailable(caught.value)


@pytest.mark.parametrize("value", [2**70, "seven"])
async def test_a_value_that_does_not_fit_its_column_is_no_outage(
    postgres_database: Callable[[], str], value: object
) -> None:
    database = Database(postgres_database())
    async with database.write() as conn:
        await conn.run_sync(METADATA.create_all)
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as conn:
            await add(conn, n=value)
    assert not is_unavailable(caught.value)
    await database.close()


async def test_a_server_that_ends_in_the_middle_is_unavailable(mortal_postgres: PrivatePostgres) -> None:
    database = Database(mortal_postgres.url)

    async def cut_off() -> None:
        async with database.write() as conn:
            await conn.execute(text("SELECT 1"))
            await asyncio.to_thread(mortal_postgres.kill)
            await conn.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError) as caught:
        await cut_off()
    assert is_unavailable(caught.value)
    assert not is_contention(caught.value)
    with pytest.raises(Unavailable):
        await database.check()
    await asyncio.to_thread(mortal_postgres.start)
    await database.check()
    await database.close()


async def test_a_server_that_nobody_runs_is_unavailable() -> None:
    database = Database(f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(Unavailable) as caught:
        await database.check()
    assert is_unavailable(caught.value)
    await database.close()


async def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    (tmp_path / "x.db").mkdir()
    with pytest.raises((DBAPIError, Unavailable)) as caught:
        await database.check()
    assert is_unavailable(caught.value)
    await database.close()


@pytest.mark.parametrize(
    "error", [FileNotFoundError("a form"), TimeoutError(), PermissionError("a folder"), KeyError()]
)
def test_errors_of_our_own_are_no_outage(error: Exception) -> None:
    assert not is_unavailable(error)
    assert not is_contention(error)


async def test_an_error_does_not_repeat_what_people_wrote(tmp_path: Path) -> None:
    """Errors are logged with their tracebacks."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'odd.db'}")
    with pytest.raises(DBAPIError) as raised:
        async with database.write() as conn:
            await conn.execute(insert(THINGS).values(n=1, what="覃小满"))
    await database.close()
    assert "things" in str(raised.value)
    assert "覃小满" not in str(raised.value)
