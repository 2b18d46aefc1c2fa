"""What a migration does to a schema, seen from outside: the schema before it beside the schema after it.

`strains` names everything that code from before the migration could not live with, and every lock that a big table
would feel. An "expand" migration has none; a "contract" one says from which revision on nobody minds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import getsource as inspect_source
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from yimen.db import Database
from yimen.migrating import config_for

OURS = ("alembic_version", "schema_compatibility")


@dataclass(frozen=True)
class Shape:
    """A table as the database tells it. Columns: type, whether empty is allowed, whether there is a default."""

    columns: dict[str, tuple[str, bool, bool]]
    rules: frozenset[str]
    indexes: frozenset[str]


Schema = dict[str, Shape]


def schema_of(connection: Connection) -> Schema:
    look = inspect(connection)
    return {name: _shape(look, name) for name in look.get_table_names() if name not in OURS}


def _shape(look: Any, table: str) -> Shape:
    key = look.get_pk_constraint(table)["constrained_columns"]
    columns = {
        column["name"]: (
            str(column["type"]),
            bool(column["nullable"]),
            column["default"] is not None or bool(column.get("autoincrement") is True),
        )
        for column in look.get_columns(table)
    }
    rules = {f"primary key ({', '.join(key)})"}
    rules |= {f"unique ({', '.join(rule['column_names'])})" for rule in look.get_unique_constraints(table)}
    rules |= {f"unique ({', '.join(map(str, one['column_names']))})" for one in _indexes(look, table) if one["unique"]}
    rules |= {f"foreign key ({', '.join(rule['constrained_columns'])})" for rule in look.get_foreign_keys(table)}
    rules |= {f"check {rule['sqltext']}" for rule in look.get_check_constraints(table)}
    return Shape(columns, frozenset(rules), frozenset(str(one["name"]) for one in _indexes(look, table)))


def _indexes(look: Any, table: str) -> list[Any]:
    return [one for one in look.get_indexes(table) if not one.get("duplicates_constraint")]


def strains(before: Schema, after: Schema, source: str) -> list[str]:
    """`source`: the migration's own text."""
    found = [f"table {name} is gone or has another name" for name in before.keys() - after.keys()]
    for name in sorted(before.keys() & after.keys()):
        found += [f"{name}: {strain}" for strain in _strains(before[name], after[name], source)]
    return sorted(found)


def _strains(before: Shape, after: Shape, source: str) -> Iterator[str]:
    for name, (kind, nullable, _default) in before.columns.items():
        now = after.columns.get(name)
        if now is None:
            yield f"column {name} is gone or has another name"
            continue
        if now[0] != kind and not _is_wider(now[0], kind):
            yield f"column {name} was {kind} and is {now[0]}"
        if nullable and not now[1]:
            yield f"column {name} may no longer be empty"
    yield from _news(before, after, source)


def _is_wider(now: str, before: str) -> bool:
    """Text of any length instead of a bounded one: nothing is written anew, and older code's values fit."""
    return now == "TEXT" and before.startswith("VARCHAR")


def _news(before: Shape, after: Shape, source: str) -> Iterator[str]:
    for name in after.columns.keys() - before.columns.keys():
        _kind, nullable, default = after.columns[name]
        if not nullable and not default:
            yield f"column {name} must be filled, and older code does not know it"
    for rule in after.rules - before.rules:
        yield f"{rule}: older code does not keep it"
    if after.indexes - before.indexes and "if_not_exists=True" not in source:
        yield "an index on a table that may be big: if_not_exists=True, so that it can be made CONCURRENTLY beforehand"


async def each_migration(database: Database, migrations: Path, after: str | None) -> list[tuple[Any, list[str]]]:
    """Every migration behind the revision `after`, in its order, with its strains; the database walks through them."""
    line = reversed(list(ScriptDirectory.from_config(config_for(migrations)).walk_revisions()))
    found, new = [], after is None
    for script in line:
        if new:
            was = await _at(database, migrations, script.down_revision)
            now = await _at(database, migrations, script.revision)
            found.append((script, strains(was, now, inspect_source(script.module))))
        new = new or script.revision == after
    assert new, f"there is no revision {after}"
    return found


async def _at(database: Database, migrations: Path, revision: str | None) -> Schema:
    def go(connection: Connection) -> Schema:
        config = config_for(migrations)
        config.attributes["connection"] = connection
        if revision is not None:
            command.upgrade(config, revision)
        return schema_of(connection)

    async with database.altering() as connection:
        return await connection.run_sync(go)
