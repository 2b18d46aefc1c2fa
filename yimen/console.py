"""What every command of the operator's console (yimen.operate) is made of: which database, who acts, how it is told."""

import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from sqlalchemy import Row, make_url

from yimen.bus import Units
from yimen.db import Database
from yimen.keys import Keys, NoKeys
from yimen.operations import By
from yimen.programs import Refused, Usage, say
from yimen.running import clock_of
from yimen.schema import new_metadata
from yimen.settings import KitSettings


@Parameter(name="*")
@dataclass(frozen=True)
class Where:
    """Which database: --service intake reads YIMEN_INTAKE_DATABASE_URL; or --database-url."""

    service: str | None = None
    database_url: str | None = None
    json: Annotated[bool, Parameter(negative="")] = False
    "For programs: one JSON document instead of a table."

    @property
    def url(self) -> str:
        if (self.service is None) == (self.database_url is None):
            raise Usage("name the database: either --service or --database-url")
        if self.database_url is not None:
            return self.database_url
        variable = f"YIMEN_{str(self.service).upper()}_DATABASE_URL"
        if variable not in os.environ:
            raise Usage(f"{variable} is not set; or give --database-url")
        return os.environ[variable]

    @asynccontextmanager
    async def units(self) -> AsyncIterator[Units[None]]:
        _refuse_to_make(self.url)
        kit = KitSettings()
        database = Database(self.url, keys=keys_of(kit))
        try:
            yield Units(database, clock_of(kit), None, new_metadata(), "/operate", kit.windows)
        finally:
            await database.close()

    def tell(self, rows: Sequence[Row[Any]], *columns: str) -> None:
        """The named columns of each row."""
        shown = [{name: getattr(row, name) for name in columns} for row in rows]
        if self.json:
            write_json(shown)
            return
        table = Table(*columns)
        for line in shown:
            table.add_row(*(cell(value) for value in line.values()))
        console = Console(width=None if sys.stdout.isatty() else 200)
        console.print(table if shown else "Nothing.")

    def done(self, sentence: str) -> None:
        if self.json:
            write_json({"done": sentence})
        else:
            say(sentence)


UNSAID = Where()


@Parameter(name="*")
@dataclass(frozen=True)
class Signed:
    """Who acts (--by) and why (--reason); kept for good."""

    by: str
    reason: str

    @property
    def who(self) -> By:
        return By(self.by, self.reason)


Limit = Annotated[int, Parameter(help="at most so many")]


def _refuse_to_make(url: str) -> None:
    """Opening a SQLite file that is not there would make an empty one."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise Refused(f"There is no database at {address.database}.")


def keys_of(kit: KitSettings) -> Keys:
    """None where none were told: what is not sealed can be read all the same."""
    told = kit.data_keys.get_secret_value()
    try:
        return Keys.told(told) if told else Keys()
    except NoKeys as wrong:
        raise Usage(f"YIMEN_DATA_KEYS: {wrong}") from wrong


def cell(value: Any) -> str:
    return "" if value is None else value.isoformat(" ", "seconds") if hasattr(value, "isoformat") else str(value)


def write_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")
