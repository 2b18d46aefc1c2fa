"""python -m services.intake.private: what the journal never keeps, told again to a reader that lost everything.

    send notify       how each case's people are reached, and the hashes of query passwords
    send monitor      the hashes alone

Straight from intake's database, and intake may go on meanwhile. Everything is told under the number that it had, so a reader
that knows it drops it; where a contact was erased since, the erasure is told in its place. Run it after the journal's events
were sent (python -m services.monitor.archive). Recorded with --by and --reason. Exit: 0 done, 1 not possible, 2 wrong usage.
"""

import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, select

from services.intake.domain.contact import contact_of
from services.intake.domain.values import Agent, Person
from services.intake.settings import IntakeSettings
from services.intake.tables import cases, metadata
from yimen.bus import Message, Units, View
from yimen.console import Signed, keys_of
from yimen.contracts import Event, Meta
from yimen.contracts.intake import ContactErased, CredentialRecorded
from yimen.db import Database
from yimen.operations import NoReason
from yimen.operations.acts import record
from yimen.operations.resending import send_again
from yimen.operations.returned import NoSuchQueue
from yimen.programs import program, run, say
from yimen.running import clock_of
from yimen.settings import KitSettings

app = program("services.intake.private", __doc__)
SOURCE: Final = "/intake"
PORTION: Final = 200

Reader = Literal["notify", "monitor"]
HEARD: Final[Mapping[Reader, tuple[str, ...]]] = {"notify": ("contact", "credential"), "monitor": ("credential",)}
"""Which of it each may hear (yimen.contracts.intake); nobody else may hear any."""

_TOLD = select(
    *(cases.c[name] for name in ("case_number", "applicant", "agent", "language", "account", "submitted_at")),
    *(cases.c[name] for name in ("contact_erased_at", "password_hash")),
).order_by(cases.c.case_number)


@app.command
async def send(queue: Reader, *, signed: Signed, bus_url: str | None = None) -> None:
    """Into this queue and no other. YIMEN_BUS_URL, or --bus-url, names the broker's user `restorer`."""
    kit = KitSettings()
    async with _units(kit) as units:
        async with units.begin() as unit:
            await record(unit, signed.who, "send", "private", queue, {})
        count = await send_again(bus_url or kit.bus_url, queue, told(units, queue))
    say(f"{count} events sent to {queue}")


@asynccontextmanager
async def _units(kit: KitSettings) -> AsyncIterator[Units[None]]:
    database = Database(IntakeSettings().database_url, keys=keys_of(kit))
    try:
        yield Units(database, clock_of(kit), None, metadata, SOURCE)
    finally:
        await database.close()


async def told(units: Units[Any], reader: Reader) -> AsyncIterator[Sequence[Message]]:
    """Case by case, each in the order in which it was said."""
    after = ""
    while True:
        async with units.view() as view:
            rows = (await view.execute(_TOLD.where(cases.c.case_number > after).limit(PORTION))).all()
            words = [event for row in rows for event in _words(row) if event.entity in HEARD[reader]]
            last = await _last_numbers(view, [event.subject for event in words])
        if not rows:
            return
        after = rows[-1].case_number
        moments = {row.case_number: row.submitted_at for row in rows}
        yield [
            _message(event, number, moments[event.correlation_id])
            for event in words
            for number in range(1, last.get(event.subject, 0) + 1)
        ]


def _words(row: Row[Any]) -> Iterator[Event]:
    if row.contact_erased_at is not None:
        yield ContactErased(case_number=row.case_number, erased_at=row.contact_erased_at)
    else:
        called = Agent.model_validate(row.agent) if row.agent else Person.model_validate(row.applicant)
        yield contact_of(row.case_number, called, row.language, row.account, row.submitted_at)
    yield CredentialRecorded(case_number=row.case_number, password_hash=row.password_hash, recorded_at=row.submitted_at)


async def _last_numbers(view: View[Any], subjects: Sequence[str]) -> dict[str, int]:
    table = view.table("outbox_sequence")
    query = select(table.c.subject, table.c.last).where(table.c.source == SOURCE, table.c.subject.in_(subjects))
    return {row.subject: row.last for row in await view.execute(query)}


def _message(event: Event, number: int, time: datetime) -> Message:
    """The same id whenever it is told: the one under which it was said is not kept."""
    word_id = uuid5(NAMESPACE_URL, f"{SOURCE}/{event.subject}/{number}")
    meta = Meta.of(event, SOURCE, number, id=word_id, time=time)
    return Message(event.routing_key, meta.to_headers(), event.to_body())


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Says on stderr in one sentence why it was not done."""
    return run(app, arguments, usage=(NoReason,), refused=(NoSuchQueue,))


if __name__ == "__main__":
    sys.exit(main())
