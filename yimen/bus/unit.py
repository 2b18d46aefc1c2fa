"""The unit of work: one transaction in which state changes and the events that say so commit together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Generic

from sqlalchemy import CursorResult, Executable, MetaData, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from yimen.bus.outbox import Emission, write_outbox
from yimen.bus.view import C, View
from yimen.clock import Clock
from yimen.contracts import Event, Meta
from yimen.contracts.envelope import Windows
from yimen.db import Database
from yimen.tracing import current_traceparent


class Unit(View[C]):
    """One transaction. Nothing that it emits is heard unless it commits."""

    def __init__(
        self,
        conn: AsyncConnection,
        now: datetime,
        context: C,
        metadata: MetaData,
        source: str,
        cause: Meta | None,
        windows: Windows | None,
    ) -> None:
        super().__init__(conn, now, context, metadata)
        self.source = source
        self.cause = cause
        self.windows = windows
        self._emissions: list[Emission] = []
        self._added: dict[tuple[Table, tuple[str, ...]], list[dict[str, Any]]] = {}
        self._before_commit: list[Callable[[], Awaitable[None]]] = []
        self._after_commit: list[Callable[[], None]] = []
        self.work_for: set[str] = set()
        """Tables of work to which this unit adds; the loops of its own process that work them are woken by its commit."""
        self.notes: dict[str, Any] = {}

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """A row to insert, whose generated values nobody here needs: written with the others of its table before the
        unit's next statement or its commit. The handlers of a batch that only add share one round trip (decision 0015).

        Statements on `conn` itself do not see it yet."""
        self._added.setdefault((table, tuple(row)), []).append(row)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        if self._added:
            await self._write_added()
        return await super().execute(statement, parameters)

    async def _write_added(self) -> None:
        added, self._added = self._added, {}
        for (table, _columns), rows in added.items():
            await self.conn.execute(insert(table), rows if len(rows) > 1 else rows[0])

    def emit(self, event: Event) -> None:
        """Written to the outbox when the unit commits; sequence, subject and scope follow from the event."""
        cause = str(self.cause.id) if self.cause else None
        self._emissions.append(Emission(event, cause, self.traceparent))

    @property
    def traceparent(self) -> str | None:
        """Of the step that is under way; of the last event, for what is left to the end of a batch."""
        return current_traceparent() or (self.cause.traceparent if self.cause else None)

    def before_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Called once, when all of the unit's events are handled: for what is written once for a batch. If it fails, nothing
        of the unit happened."""
        self._before_commit.append(action)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Called once the transaction is safe; for waking loops, never for effects that must not be lost."""
        self._after_commit.append(action)

    def before(self, cause: Meta | None) -> None:
        """From here on the unit handles this event."""
        self.cause = cause

    async def flush(self) -> None:
        """Does what was left to the end and writes what was added; numbers and stores what was emitted, in one round trip
        for each of the two tables."""
        while self._before_commit:  # one of them may leave another
            await self._before_commit.pop(0)()
        if self._added:
            await self._write_added()
        emissions, self._emissions = self._emissions, []
        if emissions:
            self.work_for.add("outbox")
            await write_outbox(self, self.source, emissions)

    def committed(self) -> None:
        for action in self._after_commit:
            action()


class Units(Generic[C]):
    """Opens units of work on one service's database. `windows`: who may speak for whom (`contracts.envelope.read_meta`)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        context: C,
        metadata: MetaData,
        source: str,
        windows: Windows | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.context = context
        self.metadata = metadata
        self.source = source
        self.windows = windows
        self.alarms: dict[str, list[asyncio.Event]] = {"outbox": [], "outgoing": []}

    @asynccontextmanager
    async def begin(self, cause: Meta | None = None) -> AsyncIterator[Unit[C]]:
        async with self.database.write() as conn:
            unit = Unit(conn, self.clock.now(), self.context, self.metadata, self.source, cause, self.windows)
            yield unit
            await unit.flush()
        unit.committed()
        for alarm in (alarm for work in unit.work_for for alarm in self.alarms[work]):
            alarm.set()

    @asynccontextmanager
    async def view(self) -> AsyncIterator[View[C]]:
        async with self.database.read() as conn:
            yield View(conn, self.clock.now(), self.context, self.metadata)
