"""Keys change while services go on: rows written under any of them are read, found and, in the end, written anew."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, String, Table, Text, select, text

from yimen import console_keys
from yimen.db import Database, bare_metadata
from yimen.keys import PREFIX, Keys, UnknownKey, new_key
from yimen.operate import main
from yimen.resealing import left, reseal
from yimen.schema import kit_tables
from yimen.sealed import SealedBytes, SealedJson, SealedText, mark, marks

OLD, NEW = new_key(), new_key()
PHONES = [f"1390000{n:04}" for n in range(7)]

metadata = bare_metadata()
people = Table(
    "people",
    metadata,
    Column("street", Integer, primary_key=True, autoincrement=False),
    Column("house", Integer, primary_key=True, autoincrement=False),
    Column("phone", SealedText(found_by="phone_mark")),
    Column("phone_mark", String(60)),
    Column("papers", SealedJson),
    Column("letter", SealedBytes),
    Column("note", Text),
)


class Town:
    """One database, opened with one list of keys after another."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open: list[Database] = []

    def under(self, *keys: str) -> Database:
        database = Database(self.url, keys=Keys.told(",".join(keys)))
        self._open.append(database)
        return database

    async def close(self) -> None:
        for database in self._open:
            await database.close()


@pytest_asyncio.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    opened = Town(database_url)
    async with opened.under("plain").write() as conn:
        await conn.run_sync(metadata.create_all)
    yield opened
    await opened.close()


async def settle(database: Database, *houses: int) -> None:
    rows = [
        {"street": house % 2, "house": house, "phone": PHONES[house], "papers": {"id": [PHONES[house]]}}
        | {"letter": PHONES[house].encode(), "note": "unsealed"}
        for house in houses
    ]
    async with database.write() as conn:
        for row in rows:
            await conn.execute(people.insert().values(row | {"phone_mark": mark(conn, row["phone"])}))


async def read(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as conn:
        columns = (people.c.house, people.c.phone, people.c.papers, people.c.letter)
        return [tuple(row) for row in await conn.execute(select(*columns).order_by(people.c.house))]


async def found(database: Database, phone: str) -> list[int]:
    async with database.read() as conn:
        query = select(people.c.house).where(people.c.phone_mark.in_(marks(conn, phone)))
        return [row.house for row in await conn.execute(query)]


async def raw(database: Database) -> str:
    """All that the database itself holds, as it holds it."""
    async with database.read() as conn:
        rows = (await conn.execute(text("SELECT phone, phone_mark, papers, letter FROM people"))).all()
    return repr([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in rows])


def whole(*houses: int) -> list[tuple[Any, ...]]:
    return [(house, PHONES[house], {"id": [PHONES[house]]}, PHONES[house].encode()) for house in houses]


async def test_nothing_of_a_sealed_value_lies_in_the_clear(town: Town) -> None:
    database = town.under(OLD)
    await settle(database, 1)
    assert await read(database) == whole(1)
    assert PHONES[1] not in await raw(database)
    await settle(town.under("plain"), 2)
    assert PHONES[2] in await raw(database)


async def test_rows_of_every_time_are_read_and_found_at_once(town: Town) -> None:
    await settle(town.under("plain"), 0)
    await settle(town.under(OLD), 1)
    turning = town.under(NEW, OLD)
    await settle(turning, 2)
    assert await read(turning) == whole(0, 1, 2)
    assert [await found(turning, phone) for phone in PHONES[:4]] == [[0], [1], [2], []]
    with pytest.raises(UnknownKey):
        await read(town.under(NEW))


async def test_a_rotation_that_is_broken_off_goes_on_where_it_was(town: Town) -> None:
    await settle(town.under("plain"), 0, 1)
    await settle(town.under(OLD), 2, 3, 4, 5)
    turning, after = town.under(NEW, OLD), town.under(NEW)
    assert await left(turning, metadata) == {"people": 6}
    async for _progress in reseal(turning, metadata, portion=2):
        break  # killed after its first portion
    assert await left(turning, metadata) == {"people": 4}
    assert await read(turning) == whole(0, 1, 2, 3, 4, 5)
    assert [await found(turning, phone) for phone in PHONES[:6]] == [[0], [1], [2], [3], [4], [5]]
    await settle(town.under(OLD), 6)  # a process that was not told of the new key yet
    done = [progress.done async for progress in reseal(turning, metadata, portion=2)]
    assert done == [2, 2, 1]
    assert await left(turning, metadata) == {}
    assert [progress async for progress in reseal(turning, metadata)] == []
    assert await read(after) == whole(0, 1, 2, 3, 4, 5, 6)
    assert [await found(after, phone) for phone in PHONES] == [[0], [1], [2], [3], [4], [5], [6]]
    lying = await raw(after)
    assert not [phone for phone in PHONES if phone in lying]


async def test_going_back_to_the_clear_is_a_rotation_too(town: Town) -> None:
    await settle(town.under(OLD), 1, 2)
    opening = town.under("plain", OLD)
    assert sum([progress.done async for progress in reseal(opening, metadata)]) == 2
    assert await read(town.under("plain")) == whole(1, 2)
    assert PREFIX not in await raw(opening)


async def test_what_is_empty_stays_so_and_is_never_left(town: Town) -> None:
    database = town.under(OLD)
    async with database.write() as conn:
        await conn.execute(people.insert().values(street=1, house=1, papers=None))
        await conn.execute(people.insert().values(street=1, house=2, letter=b""))
    [_progress] = [progress async for progress in reseal(town.under(NEW, OLD), metadata)]
    assert await read(town.under(NEW)) == [(1, None, None, None), (2, None, None, b"")]
    assert await left(town.under(NEW), metadata) == {}


@pytest.mark.real
async def test_a_row_that_somebody_works_on_is_passed_over(town: Town) -> None:
    if town.url.startswith("sqlite"):
        pytest.skip("one writer at a time")
    await settle(town.under("plain"), 1, 2, 3)
    database = town.under(OLD)
    async with town.under("plain").write() as busy:
        await busy.execute(select(people).where(people.c.house == 2).with_for_update())
        assert [progress.done async for progress in reseal(database, metadata)] == [2]
    assert await left(database, metadata) == {"people": 1}
    assert [progress.done async for progress in reseal(database, metadata)] == [1]


def test_the_console_rotates_and_writes_down_who_did(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its passes, its words and its act; what it does to rows is shown above."""
    import asyncio

    url = f"sqlite+aiosqlite:///{tmp_path / 'town.db'}"
    everything = kit_tables(bare_metadata())
    for table in metadata.tables.values():
        table.to_metadata(everything)
    monkeypatch.setattr(console_keys, "_metadata", lambda _where, _tables: everything)

    async def begin() -> None:
        town = Town(url)
        async with town.under("plain").write() as conn:
            await conn.run_sync(everything.create_all)
        await settle(town.under(OLD), 1, 2, 3)
        await town.close()

    asyncio.run(begin())
    monkeypatch.setenv("YIMEN_DATA_KEYS", f"{NEW},{OLD}")
    here = ("--database-url", url)
    assert main(["sealed", *here, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"people": 3}
    assert main(["reseal", *here, "--by", "yun", "--reason", "the yearly change"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"3 rows written under the key {Keys.told(NEW).known[0].name}")
    monkeypatch.setenv("YIMEN_DATA_KEYS", NEW)
    assert main(["sealed", *here]) == 0
    assert main(["acts", *here, "--json"]) == 0
    [act] = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert (act["who"], act["act"], act["target_kind"], act["was"]) == (
        "yun",
        "reseal",
        "keys",
        {"rows": {"people": 3}},
    )
    assert b64decode(NEW.replace("-", "+").replace("_", "/")).hex() not in said
