"""Closed cases by the hundred thousand: the rows that one finished life left in a service's database, copied with new keys.

Guarantees: every unique key is renewed, so that the copies are cases of their own, of the same size and in the same
states; whatever names the case, its list or its notice names the copy's. Does not: keep whole event bodies (they are cut),
nor the journal's chain of hashes, nor answers kept for repeated requests (a day later they are gone), nor rows that only
a running number leads to (a ledger's postings). The server must let us leave foreign keys unchecked while it copies.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg

FIRST, ROOM = 1_000_000, 1_000
"""The copies' running numbers begin at FIRST * ROOM, beyond any real one, ROOM apart: more than one life uses."""

LEFT_OUT = frozenset({"idempotency", "outbox", "alembic_version", "schema_compatibility"})
BODY = 200  # characters of an event's body: indexes are what a million cases weigh on, and the disk is finite
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAMES = frozenset({"text", "character varying", "uuid"})
Row = dict[str, str | None]


@dataclass(frozen=True)
class Table:
    """Its columns' types, and the columns of each unique key."""

    name: str
    types: dict[str, str]
    keys: tuple[tuple[str, ...], ...]

    def names(self, key: tuple[str, ...]) -> list[str]:
        return [column for column in key if self.types[column] in NAMES]


async def _tables(connection: asyncpg.Connection) -> list[Table]:
    columns = await connection.fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        " ORDER BY table_name, ordinal_position"
    )
    keys = await connection.fetch(
        "SELECT c.relname, array_agg(a.attname::text) AS columns FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace GROUP BY i.indexrelid, c.relname"
    )
    types: dict[str, dict[str, str]] = {}
    for row in columns:
        types.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return [
        Table(name, of, tuple(tuple(key["columns"]) for key in keys if key["relname"] == name))
        for name, of in types.items()
        if name not in LEFT_OUT
    ]


async def _rows(connection: asyncpg.Connection, table: Table, words: Iterable[str]) -> list[Row]:
    """Those that mention one of the words; every value as text."""
    wanted = ", ".join(f'"{column}"::text AS "{column}"' for column in table.types)
    query = f'SELECT {wanted} FROM "{table.name}" AS kept WHERE kept::text LIKE ANY($1)'  # noqa: S608 - names from the catalogue
    return [dict(row) for row in await connection.fetch(query, [f"%{word}%" for word in words])]


async def _life(
    connection: asyncpg.Connection, tables: list[Table], number: str
) -> tuple[set[str], dict[str, list[Row]]]:
    """The words that are this life's own, and its rows: rows that mention a word, words that are a row's own key."""
    words: set[str] = {number}
    while True:
        rows = {table.name: await _rows(connection, table, words) for table in tables}
        found = words | {word for table in tables for row in rows[table.name] for word in _own(table, row, words)}
        if found == words:
            return words, rows
        words = found


def _own(table: Table, row: Row, words: set[str]) -> list[str]:
    """Values of unique keys that would be the same in a copy, unless a running number tells them apart.

    A short word or one without digits names a kind of thing."""
    own = []
    for key in table.keys:
        values = [row[column] or "" for column in table.names(key)]
        runs = any(table.types[column] == "bigint" for column in key)
        if not runs and not any(word in value for value in values for word in words):
            own += [value for value in values if len(value) >= 8 and any(sign.isdigit() for sign in value)]
    return own


def _renewed(word: str, number: str) -> str:
    """SQL for the copy's word in place of this one. `n` counts the copies."""
    if word == number:
        return f"('888888{word[6:-7]}' || lpad(n::text, 7, '0'))"
    if UUID.fullmatch(word):
        return f"md5('{word}' || n)::uuid::text"
    if len(word) >= 20:  # some columns have no room for more
        return f"left(md5('{word}' || n), {min(len(word), 32)})"
    return f"({_quoted(word)} || '~' || n)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _value(table: Table, row: Row, column: str, words: set[str], number: str) -> str:
    """SQL for one column of a copy."""
    kind, text = table.types[column], row[column]
    if text is None:
        return "NULL"
    if column == "body" and kind == "text":
        text = text[:BODY]
    if kind == "bigint" and _runs(table, row, column, words):
        return f"{text} + (n + {FIRST}) * {ROOM}::bigint"
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text)
    renewed = [_renewed(piece, number) if piece in words else _quoted(piece) for piece in pieces if piece]
    return f"({' || '.join(renewed) or _quoted('')})::{kind}"


def _runs(table: Table, row: Row, column: str, words: set[str]) -> bool:
    """Whether this running number is what tells one copy from another in some unique key."""
    named = (any(word in (row[name] or "") for name in table.names(key) for word in words) for key in table.keys)
    return any(column in key and not is_named for key, is_named in zip(table.keys, named, strict=True))


async def fill(dsn: str, number: str, count: int) -> None:
    """`count` copies of the finished life of that case, where it left any row; then fresh statistics."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        tables = await _tables(connection)
        words, rows = await _life(connection, tables, number)
        for table in tables:
            columns = ", ".join(f'"{column}"' for column in table.types)
            for row in rows[table.name]:
                values = ", ".join(_value(table, row, column, words, number) for column in table.types)
                await connection.execute(
                    f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM generate_series(1, {count}) AS n'  # noqa: S608 - ours
                )
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
