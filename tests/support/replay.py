"""A recorded day told again to one service: any order, any doubles, any batches, through its real inbox.

`Recording` holds the day's events and copies of databases as they stood in the middle of it. `replayed` feeds a fresh (or
copied) database and gives its end state in a canonical form, in which two runs that mean the same are equal.
"""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr
from sqlalchemy import select

from deploy.embedded import build_hall
from deploy.outside import data_keys_in
from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.fees.app import build as build_fees
from services.fees.settings import FeesSettings
from services.intake.app import build as build_intake
from services.intake.settings import IntakeSettings
from services.monitor.app import build as build_monitor
from services.monitor.settings import MonitorSettings
from services.notify.app import build as build_notify
from services.notify.settings import GatewaySettings, NotifySettings
from sim.demo.acting import Story
from sim.demo.day import Day
from sim.demo.hall import Hall
from tests.support.played import Played, play, served
from tests.support.sandbox import free_port
from tests.support.tap import TappedCarrier
from yimen.bus import Carrier, Message
from yimen.bus.local import LocalCarrier
from yimen.clock import FrozenClock
from yimen.keys import Keys
from yimen.service import Parts, Service
from yimen.settings import ServiceSettings
from yimen.testing import Harness, start_service

Dump = dict[str, list[Any]]

BOOKKEEPING = frozenset(
    {
        *("inbox_position", "inbox_deferred", "inbox_parked"),  # how it came; deferred and parked are asserted empty
        *(
            "outbox",
            "outbox_sequence",
        ),  # what was said is compared by its words, below; its order is the order of cause
        *("idempotency", "outgoing_attempts"),  # requests and senders, of which a replay has none
    }
)
"""Tables that tell how a state was reached, not what it is."""

SURROGATE = {
    # A place in the chain is the order of arrival, and the hash follows from the place.
    "monitor": frozenset({"position", "hash"}),
    # The stream's ids and the contact's moment are the order of arrival; so is which delivery of a lane is the first, and
    # whose turn it is in a recipient's line; and whom a row of the stream concerned, and to which item what the supervisor
    # said belongs, as far as it was known by then.
    "notify": frozenset({"id", "place", "job", "key", "circle", "item_code"}),
    # Papers, licences and notices are numbered in the order in which they are made.
    "intake": frozenset({"id", "number", "licence_number"}),
    "fees": frozenset({"number", "notice_number", "payment_code", "key"}),
    "approval": frozenset(),
}
"""Columns, and names in JSON, that are the order of arrival itself."""

TRACED = frozenset({"traceparent"})
"""Of the work that wrote the row, not of what it says."""


CORRECTED = {"monitor.tally.counted.v1": "day"}
"""Words that correct themselves, and what they are about: how often depends on the order of arrival."""


class Recording:
    """The day as it was played: its events, each once; how it ended; when; and the databases in the middle of it."""

    def __init__(
        self, home: Path, messages: list[Message], played: Played, stories: dict[str, Story], ended_at: datetime
    ) -> None:
        self.home, self.messages, self.played, self.stories, self.ended_at = home, messages, played, stories, ended_at

    def copy(self, name: str) -> Path:
        return self.home / "copies" / f"{name}.db"


def back_up(source: Path, target: Path) -> None:
    """A running service's SQLite file as it stands at this moment."""
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()


class RecordedDay(Day):
    """The standard day, which keeps copies of the databases at the moments from which streams are told again."""

    def __init__(self, hall: Hall, *, home: Path, kept: dict[str, Story], settled: Callable[[], Any]) -> None:
        super().__init__(hall)
        self._home = home
        self._settled = settled
        kept.update(self.stories)

    def _keep(self, name: str) -> None:
        back_up(self._home / f"{name}.db", self._home / "copies" / f"{name}.db")

    async def first_morning(self) -> None:
        await super().first_morning()
        await self._settled()
        self._keep("intake")

    async def verify(self, list_id: str) -> None:
        """approval: both lists written, the second not verified yet. fees: both verified, the second not noticed yet."""
        self._keep("approval-planning")
        await super().verify(list_id)
        self._keep("fees")


async def a_day(
    home: Path, carrier: Carrier, kept: dict[str, Story] | None = None
) -> tuple[Played, TappedCarrier, datetime]:
    """In an embedded hall over this carrier. With `kept`, copies of databases are made on the way."""
    tap, port = TappedCarrier(carrier), free_port()
    hall = build_hall(home, f"http://127.0.0.1:{port}", tap)
    services = list(hall.services.values())
    async with served(hall.app, port) as base:
        if kept is None:
            played = await play(base, tap, services)
        else:
            options = {"home": home, "kept": kept, "settled": lambda: tap.caught_up(services)}
            played = await play(base, tap, services, RecordedDay, **options)
        return played, tap, hall.clock.now()


async def recorded_day(home: Path) -> Recording:
    stories: dict[str, Story] = {}
    played, tap, now = await a_day(home, LocalCarrier(), stories)
    return Recording(home, tap.messages, played, stories, now)


def builder(name: str, url: str, home: Path) -> tuple[Callable[[Parts, Any], Service[Any]], ServiceSettings]:
    """`name`: a service, or `approval.<department>`."""
    service, _, department = name.partition(".")
    if service == "approval":
        return build_approval, ApprovalSettings(database_url=url, departments=(department,))
    if service == "fees":
        return build_fees, FeesSettings(database_url=url, bank_keys_file=home / "bank" / "keys.json")
    if service == "notify":
        unused = SecretStr("no sender runs in a replay")
        gateway = GatewaySettings(name="none", url="http://unused", key=unused, receipt_secret=unused)
        return build_notify, NotifySettings(database_url=url, sms_gateways=(gateway,))
    if service == "monitor":
        return build_monitor, MonitorSettings(database_url=url)
    return build_intake, IntakeSettings(database_url=url)


def disorder(dice: random.Random, messages: Sequence[Message], window: int) -> list[list[Message]]:
    """In batches: nothing left out, some things doubled, each moved by about `window` places at most."""
    told = [*messages, *dice.choices(messages, k=len(messages) // 5)] if messages else []
    places = {id(message): place for place, message in enumerate(messages)}
    told.sort(key=lambda message: places[id(message)] + dice.uniform(0, window))
    batches: list[list[Message]] = []
    while told:
        size = dice.choice((1, 2, 7, 30, 200))
        batches.append(told[:size])
        told = told[size:]
    return batches


async def replayed(
    name: str, recording: Recording, batches: Sequence[Sequence[Message]], start: Path | None = None
) -> Dump:
    """The end state. `start`: the database to begin with, else a fresh one. The clock stands at the end of the day."""
    with tempfile.TemporaryDirectory(prefix="yimen-replay-") as folder:
        path = Path(folder) / "replay.db"
        if start is not None:
            shutil.copy(start, path)
        keys = Keys.told(data_keys_in(recording.home))  # of the day, which sealed what `start` holds
        build, settings = builder(name, f"sqlite+aiosqlite:///{path}", recording.home)
        async with start_service(build, settings, clock=FrozenClock(recording.ended_at), keys=keys) as harness:
            before = len(await harness.emitted())
            for batch in batches:
                await harness.process(batch)
            while await harness.service.inbox.retry_due():
                continue
            return await _dump(harness, name.partition(".")[0], before)


def differences(found: Dump, expected: Dump) -> dict[str, Any]:
    """By table: what is there and should not be, and what should be and is not."""
    unlike = {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}
    return {
        name: (
            [row for row in found.get(name, ()) if row not in expected.get(name, ())],
            [row for row in expected.get(name, ()) if row not in found.get(name, ())],
        )
        for name in unlike
    }


async def _dump(harness: Harness, service: str, before: int) -> Dump:
    left_out = SURROGATE[service] | TRACED
    dump: Dump = {"parked": [row.error for row in await harness.parked()]}
    tables = harness.units.metadata.tables
    async with harness.units.view() as view:
        dump["deferred"] = [row.subject for row in await view.execute(select(tables["inbox_deferred"]))]
        for name, table in tables.items():
            if name not in BOOKKEEPING:
                rows = [_plain(dict(row._mapping), left_out) for row in await view.execute(select(table))]
                dump[name] = sorted(rows, key=orjson.dumps)
    said = [(meta.type, _plain(orjson.loads(event.to_body()), left_out)) for meta, event in (await harness.emitted())]
    dump["said"] = sorted(_last_words(said[before:]), key=orjson.dumps)
    return dump


def _last_words(said: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """What is said again whenever it is known better counts as it was said last."""
    last = {(kind, body[CORRECTED[kind]]): (kind, body) for kind, body in said if kind in CORRECTED}
    return [one for one in said if one[0] not in CORRECTED] + list(last.values())


def _plain(value: Any, left_out: frozenset[str]) -> Any:
    """As JSON, without what is left out at any depth."""
    if isinstance(value, dict):
        return {str(key): _plain(one, left_out) for key, one in sorted(value.items()) if key not in left_out}
    if isinstance(value, list | tuple):
        return [_plain(one, left_out) for one in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
