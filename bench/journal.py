"""What the supervisor records, beside a consumer that writes one row an event; and proofs from a long journal.

Intake: services.monitor is one process that only works its queue, which is filled before it starts; the events are whole
lives of joint cases, a step of every case after another, or messages about messages, which move no clock. Beside it
`bench.projector`, as in the measurement `consumer`. Rates by the database's own clock, from the first row to the last. The
hall's clock stands at the day on which the cases came in, so none is late.
Proofs: see `bench.proving`.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench import proving
from bench.projection import fill_queue, make_tables, receipts
from bench.report import Figure, Wanted
from bench.rig import Rig
from services.monitor.app import BINDINGS, blueprint
from services.monitor.tests.samples import NUMBER, joint_case, recorded
from tests.support.sandbox import free_port
from yimen.bus import Message, Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import MovableClock
from yimen.contracts import Meta
from yimen.contracts.notify import MessageSent
from yimen.db import Database
from yimen.migrating import upgrade

SUBJECTS: Final = 1000
LOOK_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 600.0
ONE_O_CLOCK: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
JOURNAL: Final = Queue("monitor", BINDINGS)
BESIDE: Final = "bench consumer: one row per event"


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    each = 5 if quick else 20
    streams = {"whole lives": _lives(SUBJECTS * each), "no clock moved": _letters(SUBJECTS * each)}
    figures = []
    for what, messages in streams.items():
        ours, beside = await rig.in_turns(partial(_intake, rig, messages), partial(_projection, rig, each))
        figures.append(Figure(f"journal: intake, {what}", ours, beside, "events/s", Wanted(), BESIDE))
    return [*figures, *await proving.measure(rig, quick)]


# -- what is told ------------------------------------------------------------------------------------------------------


def _lives(events: int) -> list[Message]:
    """At least as many, of whole lives: the first event of every case, then the second of every case."""
    told = recorded(joint_case())
    cases = range(events // len(told) + 1)
    return [_of_case(case, one.meta, one.event.to_body(), one.event.routing_key) for one in told for case in cases]


def _of_case(case: int, meta: Meta, body: bytes, key: str) -> Message:
    """Its own number, reviews, list, notice and message."""
    number, text = f"{NUMBER[:-7]}{case:06}0", body.decode().replace('"R-', f'"R{case}-')
    own = {NUMBER: number} | {name: f"{name[0]}{case}" for name in ("L1", "N1", "M1")}
    for name, other in own.items():
        text = text.replace(f'"{name}"', f'"{other}"')
    kind, _, name = meta.subject.partition("/")
    subject = f"{kind}/{own.get(name, name.replace('R-', f'R{case}-'))}"
    again = replace(meta, id=uuid4(), subject=subject, correlation_id=meta.correlation_id and number)
    return Message(key, again.to_headers(), text.encode())


def _letters(events: int) -> list[Message]:
    """A message sent about each of as many cases: recorded, and read when somebody asks."""
    return [_letter(f"M{number}", f"C{number}") for number in range(events)]


def _letter(message: str, case: str) -> Message:
    event = MessageSent(message_id=message, case_number=case, template="accepted", sent_at=ONE_O_CLOCK)
    meta = Meta(uuid4(), event.type, "/notify", event.subject, 1, event.scope, ONE_O_CLOCK, case)
    return Message(event.routing_key, meta.to_headers(), event.to_body())


# -- who listens -------------------------------------------------------------------------------------------------------


async def _intake(rig: Rig, messages: Sequence[Message]) -> float:
    with rig.virtual_host() as amqp_url, rig.database() as database_url:
        await fill_queue(RabbitCarrier(amqp_url), messages, JOURNAL)
        await _make_journal(database_url)
        told = {"YIMEN_BUS_URL": amqp_url, "YIMEN_MONITOR_DATABASE_URL": database_url}
        told |= {"YIMEN_PORT": str(free_port()), "YIMEN_PARTS": "worker", "YIMEN_LOG_LEVEL": "ERROR"}
        with tempfile.TemporaryDirectory() as folder:
            clock = Path(folder) / "clock"
            MovableClock(clock, start=ONE_O_CLOCK)
            told |= {"YIMEN_CLOCK": "movable", "YIMEN_CLOCK_FILE": str(clock)}
            async with rig.process("services.monitor", **told):
                return await _written(database_url, "journal", len(messages))


async def _make_journal(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database, blueprint.migrations)
    async with database.write() as connection:
        await connection.execute(
            text("ALTER TABLE journal ADD COLUMN written_at timestamptz DEFAULT clock_timestamp()")
        )
    await database.close()


async def _projection(rig: Rig, each: int) -> float:
    with rig.virtual_host() as amqp_url, rig.database() as database_url:
        await make_tables(database_url)
        await fill_queue(RabbitCarrier(amqp_url), receipts(SUBJECTS, each))
        async with rig.process("bench.projector", amqp_url, database_url):
            return await _written(database_url, "received_reviews", SUBJECTS * each)


async def _written(database_url: str, table: str, events: int) -> float:
    """Events a second, once all are written."""
    look = text(f"SELECT count(*), extract(epoch FROM max(written_at) - min(written_at)) FROM {table}")  # noqa: S608
    async with asyncio.timeout(PATIENCE_SECONDS), _open(database_url) as engine:
        while True:
            async with engine.connect() as connection:
                count, took = (await connection.execute(look)).one()
            if count == events:
                return (events - 1) / float(took)
            assert count < events, "an event was written twice"
            await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def _open(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url)
    try:
        yield engine
    finally:
        await engine.dispose()
