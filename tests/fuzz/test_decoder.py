"""Anything that a broker may hand over: an event, or unreadable, or parked; never another exception, and never for long.

A few seconds in `make test`, ten minutes for each test in `make faults` (YIMEN_FAULTS=long). Each ends with a line that says
how many messages it tried. A message that broke something is shown by the failure.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import structlog

from tests.faults.dose import dice, dose
from tests.fuzz.mutations import Draft, draft
from tests.support.ledger import Ledger, message, open_ledger
from yimen.bus.carrier import Message
from yimen.bus.rabbit import _from_amqp
from yimen.contracts import Event, Meta, Unreadable, read_event

SECONDS = dose(3.0, 600.0)
LONGEST = 5.0
"""Seconds for one message: far beyond what any takes, and nothing beside what a runaway parser takes."""

FEWEST = 200
"""However busy the machine is."""

BATCH = 20
LARGEST_REASON = 20_000
SHOWN = 3000


def handed_over(bent: Draft) -> Message:
    """Through the carrier's own reading of what the AMQP client decoded."""
    properties = SimpleNamespace(headers=bent.headers)
    header, content = SimpleNamespace(properties=properties), bent.content
    delivered: Any = SimpleNamespace(header=header, routing_key=bent.key, body=content, delivery_tag=1)
    return _from_amqp(delivered).message


def messages(name: str) -> Iterator[Message]:
    throw, ends, made = dice(name), time.monotonic() + SECONDS, 0
    while time.monotonic() < ends or made < FEWEST:
        made += 1
        yield handed_over(draft(throw))


def decode(carried: Message) -> str:
    try:
        meta = Meta.from_headers(carried.headers)
        event = read_event(meta.type, carried.body)
    except Unreadable as reason:
        return "unreadable" if len(str(reason)) < LARGEST_REASON else "unreadable, at great length"
    return "read" if isinstance(event, Event) else "not an event"


def test_a_message_is_an_event_or_unreadable(record_property: Callable[[str, object], None]) -> None:
    seen: Counter[str] = Counter()
    slowest = 0.0
    for carried in messages("decoder"):
        began = time.perf_counter()
        try:
            seen[decode(carried)] += 1
        except Exception as error:
            raise AssertionError(f"{error!r} at {carried!r:.{SHOWN}}") from error
        slowest = max(slowest, time.perf_counter() - began)
    record_property("table", ["decoder", f"{seen.total()} messages: {dict(seen)}; slowest {slowest * 1000:.0f} ms"])
    assert set(seen) == {"read", "unreadable"}
    assert min(seen.values()) > 20
    assert slowest < LONGEST


async def take(ledger: Ledger, batch: list[Message], number: int) -> None:
    """Together, and again one by one, as a carrier may; and what comes behind them is handled."""
    try:
        await ledger.inbox.process([*batch, message(f"good-{number}", 1)])
    except Exception as error:
        raise AssertionError(f"{error!r} at {batch!r:.{BATCH * SHOWN}}") from error


async def count(ledger: Ledger, table: str) -> int:
    async with ledger.units.view() as view:
        return len((await view.execute(ledger.units.metadata.tables[table].select())).all())


async def test_whatever_comes_is_handled_or_put_aside_and_the_queue_goes_on(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    batches, waiting = 0, list[Message]()
    with structlog.testing.capture_logs():
        async with open_ledger(database_url) as ledger:
            for carried in messages("inbox"):
                waiting.append(carried)
                if len(waiting) == BATCH:
                    await take(ledger, waiting, batches)
                    batches, waiting = batches + 1, []
            handled = [subject for subject, _ in await ledger.effects() if subject.startswith("case/good-")]
            found = {
                table: await count(ledger, table) for table in ("inbox_parked", "inbox_deferred", "inbox_position")
            }
    record_property("table", [f"inbox, {database_url.partition(':')[0]}", f"{batches * BATCH} messages: {found}"])
    assert handled == [f"case/good-{number}" for number in range(batches)]
    assert batches > 2
    assert found["inbox_parked"] > 0
