"""Columns whose values are sealed on their way into the database and opened on their way out of it (yimen.keys).

The keys are the database's own (`Database(url, keys=…)`). A column keeps its kind: a sealed text is text, a sealed JSON
document is a JSON string, sealed bytes are bytes, so values from before are read beside them and need no migration. What is
sealed cannot be compared: give the column `found_by`, another column that holds `mark(conn, value)`, and ask for
`marks(conn, value)`. `yimen.resealing` brings rows under the newest key.
"""

from typing import Any

import orjson
from sqlalchemy import JSON, Column, Dialect, LargeBinary, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from yimen.keys import PREFIX, Keys

NO_KEYS = Keys()


def give_keys(dialect: Dialect, keys: Keys) -> None:
    """Each engine has a dialect of its own, which is all that a column's type is shown."""
    dialect.yimen_keys = keys  # type: ignore[attr-defined]


def keys_of(dialect: Dialect) -> Keys:
    keys: Keys = getattr(dialect, "yimen_keys", NO_KEYS)
    return keys


class SealedText(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def __init__(self, *, found_by: str | None = None) -> None:
        super().__init__()
        self.found_by = found_by

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keys_of(dialect).seal(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else keys_of(dialect).open(value)


class SealedBytes(TypeDecorator[bytes]):
    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keys_of(dialect).seal_bytes(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keys_of(dialect).open_bytes(bytes(value))


class SealedJson(TypeDecorator[Any]):
    """A document that is itself a string would be taken for a sealed one, so there is none."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> Any:
        keys = keys_of(dialect)
        return value if value is None or keys.writer is None else keys.seal(orjson.dumps(value).decode())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:
        sealed = isinstance(value, str) and value.startswith(PREFIX)
        return orjson.loads(keys_of(dialect).open(str(value))) if sealed else value


SEALED = (SealedText, SealedBytes, SealedJson)


def mark(conn: AsyncConnection, value: str | None) -> str | None:
    """What the column named by `found_by` holds for this value."""
    return None if value is None else keys_of(conn.dialect).mark(value)


def marks(conn: AsyncConnection, value: str) -> list[str]:
    """All that it may hold: ask with `in_`."""
    return keys_of(conn.dialect).marks(value)


def sealed_columns(metadata: MetaData) -> list[Column[Any]]:
    """Of all tables, in a fixed order."""
    found = (column for table in metadata.sorted_tables for column in table.columns)
    return [column for column in found if isinstance(column.type, SEALED)]
