"""Brings every sealed value under the key that writes now: what was never sealed, and what a former key sealed.

Guarantees: each portion is one transaction, so a pass may be broken off anywhere and begun again; a row that somebody works
on is passed over and taken in a later pass; services go on meanwhile, since all keys read. With `plain` as the first key
everything is opened instead. Does not: know whether some process still writes under a former key.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from yimen.db import Database
from yimen.keys import PREFIX, Keys
from yimen.sealed import SealedBytes, SealedJson, SealedText, keys_of, mark, sealed_columns

PORTION = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How many rows of which table one portion wrote anew."""

    table: str
    done: int


async def reseal(database: Database, metadata: MetaData, *, portion: int = PORTION) -> AsyncIterator[Progress]:
    """Once through everything, portion by portion."""
    for table, columns in _by_table(metadata).items():
        after: tuple[Any, ...] | None = None
        while True:
            async with database.write() as conn:
                rows = await _portion(conn, table, columns, after, portion)
                await _write(conn, table, columns, rows)
            if not rows:
                break
            after = tuple(rows[-1][column.name] for column in table.primary_key)
            yield Progress(str(table.name), len(rows))


async def left(database: Database, metadata: MetaData) -> dict[str, int]:
    """How many rows of which table are not under the key that writes; tables without any are left out."""
    counted = {}
    async with database.read() as conn:
        for table, columns in _by_table(metadata).items():
            query = select(func.count()).select_from(table).where(_behind(keys_of(conn.dialect), columns))
            counted[str(table.name)] = int((await conn.execute(query)).scalar_one())
    return {name: count for name, count in counted.items() if count}


def _by_table(metadata: MetaData) -> dict[Table, list[Column[Any]]]:
    found: dict[Table, list[Column[Any]]] = {}
    for column in sealed_columns(metadata):
        found.setdefault(column.table, []).append(column)
    return found


async def _portion(
    conn: AsyncConnection, table: Table, columns: list[Column[Any]], after: tuple[Any, ...] | None, limit: int
) -> list[dict[str, Any]]:
    key = list(table.primary_key)
    query = select(*key, *columns).where(_behind(keys_of(conn.dialect), columns)).order_by(*key).limit(limit)
    if after is not None:
        last = (literal(value, column.type) for value, column in zip(after, key, strict=True))
        query = query.where(tuple_(*key) > tuple_(*last))
    rows = await conn.execute(query.with_for_update(skip_locked=True))
    return [dict(row._mapping) for row in rows]


async def _write(conn: AsyncConnection, table: Table, columns: list[Column[Any]], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = [column.name for column in columns] + list(_found_by(columns))
    which = and_(*(column == bindparam(f"old_{column.name}") for column in table.primary_key))
    statement = update(table).where(which).values({name: bindparam(f"new_{name}") for name in names})
    await conn.execute(statement, [_parameters(conn, table, columns, row) for row in rows])


def _parameters(conn: AsyncConnection, table: Table, columns: list[Column[Any]], row: dict[str, Any]) -> dict[str, Any]:
    """The same values, which their types seal anew, and their marks."""
    same = {f"new_{column.name}": row[column.name] for column in columns}
    marks = {f"new_{name}": mark(conn, row[of]) for name, of in _found_by(columns).items()}
    return same | marks | {f"old_{column.name}": row[column.name] for column in table.primary_key}


def _found_by(columns: list[Column[Any]]) -> dict[str, str]:
    """The columns that hold marks, and of which column each."""
    texts = [(column.type.found_by, column.name) for column in columns if isinstance(column.type, SealedText)]
    return {name: of for name, of in texts if name is not None}


def _behind(keys: Keys, columns: list[Column[Any]]) -> ColumnElement[bool]:
    """Rows of which some value is not as this process would write it."""
    return or_(*(_is_behind(keys, column) for column in columns))


def _is_behind(keys: Keys, column: Column[Any]) -> ColumnElement[bool]:
    prefix = PREFIX if keys.writer is None else keys.writer.prefix
    sealed: ColumnElement[bool]
    if isinstance(column.type, SealedBytes):
        sealed = func.substr(type_coerce(column, LargeBinary), 1, len(prefix)) == literal(prefix.encode(), LargeBinary)
    elif isinstance(column.type, SealedJson):
        sealed = cast(type_coerce(column, column.type.impl), Text).startswith(f'"{prefix}', autoescape=True)
    else:
        sealed = type_coerce(column, Text).startswith(prefix, autoescape=True)
    there: ColumnElement[bool] = column.is_not(None)
    if isinstance(column.type, SealedJson):
        there &= cast(type_coerce(column, column.type.impl), Text) != "null"
    return there & (sealed if keys.writer is None else ~sealed)
