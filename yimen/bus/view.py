"""Something to read with, and the shape of what a unit of work writes with."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import CursorResult, Executable, Insert, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Look:
    """Which fields of what somebody is shown in the clear."""

    about: str
    what: tuple[str, ...]


class View(Generic[C]):
    """Something to read with: a connection, the service's clock, the service's context."""

    def __init__(self, conn: AsyncConnection, now: datetime, context: C, metadata: MetaData) -> None:
        self.conn = conn
        self.now = now
        self.context = context
        self._metadata = metadata
        self.looks: list[Look] = []

    def looked(self, about: str, *what: str) -> None:
        """Whoever asks is shown personal data of somebody else: recorded with their name before the answer goes out."""
        self.looks.append(Look(about, what))

    def table(self, name: str) -> Table:
        return self._metadata.tables[name]

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.conn.execute(statement, parameters)

    def insert(self, table: Table) -> Any:
        """The dialect's own INSERT, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return _insert(self.conn.dialect.name, table)


@lru_cache(maxsize=512)
def _insert(dialect: str, table: Table) -> Insert:
    """One object for each table: its `excluded` columns are costly to make, and every upsert names them."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
