"""A consumer small enough to see through: it writes down each event that it handles, once, in the order of handling."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from prometheus_client import CollectorRegistry
from sqlalchemy import BigInteger, Column, String, Table, select

from yimen.bus import Handlers, Message, Unit, Units
from yimen.bus.inbox import Inbox
from yimen.bus.metrics import BusMetrics
from yimen.clock import FrozenClock
from yimen.contracts import Event, Meta, intake
from yimen.contracts.envelope import HEADER_PREFIX, Windows
from yimen.db import BigId, Database
from yimen.schema import new_metadata
from yimen.testing import TEST_KEYS

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
METADATA = new_metadata()
EFFECTS = Table(
    "effects",
    METADATA,
    Column("n", BigId, primary_key=True, autoincrement=True),
    Column("subject", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass
class Script:
    """What the handler does with an event, by (subject, sequence): raise these, in turn, before it succeeds."""

    failures: dict[tuple[str, int], list[Exception]] = field(default_factory=dict)
    tries: list[tuple[str, int]] = field(default_factory=list)

    def play(self, subject: str, sequence: int) -> None:
        self.tries.append((subject, sequence))
        waiting = self.failures.get((subject, sequence))
        if waiting:
            raise waiting.pop(0)


class Ledger:
    """Units, inbox and script on one database."""

    def __init__(
        self,
        database: Database,
        consumer: str = "ledger",
        inline: tuple[float, ...] = (0.001,),
        windows: Windows | None = None,
    ) -> None:
        self.database = database
        self.clock = FrozenClock(NINE)
        self.script = Script()
        self.units: Units[Script] = Units(database, self.clock, self.script, METADATA, "/intake", windows)
        self.metrics = BusMetrics(CollectorRegistry())
        self.inbox = Inbox(self.units, HANDLERS, consumer, self.metrics, inline=inline)

    async def effects(self) -> list[tuple[str, int]]:
        async with self.database.read() as conn:
            rows = await conn.execute(select(EFFECTS.c.subject, EFFECTS.c.sequence).order_by(EFFECTS.c.n))
        return [(row.subject, row.sequence) for row in rows]

    async def parked(self) -> list[Any]:
        async with self.units.view() as view:
            return await self.inbox.store.parked(view)

    async def act(self, action: Callable[[Unit[Script]], Any]) -> Any:
        async with self.units.begin() as unit:
            return await action(unit)

    async def later(self, seconds: float) -> int:
        self.clock.advance(timedelta(seconds=seconds))
        return await self.inbox.retry_due()


HANDLERS = Handlers()


@HANDLERS.on(intake.CaseWithdrawn)
async def write_down(unit: Unit[Script], event: intake.CaseWithdrawn, meta: Meta) -> None:
    unit.add(EFFECTS, {"subject": meta.subject, "sequence": meta.sequence})
    unit.context.play(event.case_number, meta.sequence)


@asynccontextmanager
async def open_ledger(url: str, **options: Any) -> AsyncIterator[Ledger]:
    database = Database(url, keys=TEST_KEYS)
    async with database.write() as conn:
        await conn.run_sync(METADATA.create_all)
    try:
        yield Ledger(database, **options)
    finally:
        await database.close()


def withdrawn(case: str) -> Event:
    return intake.CaseWithdrawn(case_number=case, reasons="", withdrawn_at=NINE)


def message(case: str, sequence: int, *, source: str = "/intake", id: UUID | None = None, **changes: str) -> Message:
    """The `sequence`-th event of a case as the carrier brings it, by the key of its type; `changes` replace attributes."""
    event = withdrawn(case)
    meta = Meta(id or uuid4(), event.type, source, event.subject, sequence, event.scope, NINE, case)
    headers = meta.to_headers() | changes
    key = f"{headers[HEADER_PREFIX + 'type'].rpartition('.')[0]}.{event.scope}"
    return Message(key, headers, event.to_body())


def story(cases: int, events: int) -> list[Message]:
    """All events of all cases, case by case in order."""
    return [message(f"c{case}", number) for case in range(cases) for number in range(1, events + 1)]


def in_order(effects: list[tuple[str, int]], cases: int, events: int) -> bool:
    """Each case's events exactly once and in order, whatever came between."""
    return (
        all(
            [n for subject, n in effects if subject == f"case/c{case}"] == list(range(1, events + 1))
            for case in range(cases)
        )
        and len(effects) == cases * events
    )
