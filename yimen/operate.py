"""The operator's console (运维): what waits for a person in one service's database, and what to do about it.

Works on the database itself, so the service may be down. Each act asks for --by and --reason and is recorded with both.
Exit: 0 done, 1 not found or refused, 2 wrong usage.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.table import Table
from sqlalchemy import Row, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from yimen import operations
from yimen.bus import Units
from yimen.db import Database
from yimen.errors import CarrierDown, NotNow, Unavailable
from yimen.operations import By, NoReason
from yimen.operations.returned import NoSuchQueue, bring_back, returned_count
from yimen.running import clock_of
from yimen.schema import new_metadata
from yimen.settings import KitSettings

app = App(name="yimen.operate", help=__doc__, version_flags=[], result_action="return_value")

DONE, REFUSED, USAGE = 0, 1, 2
SAID = {
    "already-settled": "It was settled before: list again.",
    "subject-waits-for-it": "Its subject waits for it, and would wait for ever: use skip (跳过) to go on without it.",
    "nothing-waits-for-it": "Nothing waits for it, so there is nothing to skip: use discard (丢弃).",
    "not-its-turn": "Numbers before it have not come: see deferred, and settle those first.",
    "not-given-up": "This job was not given up: it is done, or still tried by itself.",
    "not-parked": "This timer is not parked: it rings by itself.",
}
NO_MESSAGE = "No parked message (搁置消息) has this id in this database."


class Usage(Exception):
    """The command cannot be understood."""


class Refused(Exception):
    """A plain sentence for the operator."""


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
        database = Database(self.url)
        try:
            yield Units(database, clock_of(KitSettings()), None, new_metadata(), "/operate")
        finally:
            await database.close()

    def tell(self, rows: Sequence[Row[Any]], *columns: str) -> None:
        """The named columns of each row."""
        shown = [{name: getattr(row, name) for name in columns} for row in rows]
        if self.json:
            _write_json(shown)
            return
        table = Table(*columns)
        for line in shown:
            table.add_row(*(_cell(value) for value in line.values()))
        console = Console(width=None if sys.stdout.isatty() else 200)
        console.print(table if shown else "Nothing.")


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


def _cell(value: Any) -> str:
    return "" if value is None else value.isoformat(" ", "seconds") if hasattr(value, "isoformat") else str(value)


def _write_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")


# -- looking ------------------------------------------------------------------------------------------------------------


@app.command
async def parked(
    *, where: Where = UNSAID, kind: str | None = None, subject: str | None = None, limit: Limit = 100
) -> None:
    """Parked messages (搁置消息) that are open, oldest first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.parked(view, kind=kind, subject=subject, limit=limit)
    where.tell(rows, "id", "parked_at", "kind", "consumer", "source", "subject", "sequence", "error")


@app.command
async def show(parked_id: UUID, *, where: Where = UNSAID) -> None:
    """One parked message whole, with its body, which may hold personal data."""
    async with where.units() as units, units.view() as view:
        row = await operations.show(view, parked_id)
        if row is None:
            raise Refused(NO_MESSAGE)
        behind = await operations.in_front_of(view, row)
    told = {str(name): value for name, value in row._mapping.items()}
    told |= {"body": row.body.decode(errors="replace"), "waiting_behind": behind}
    if where.json:
        _write_json(told)
        return
    for name, value in told.items():
        sys.stdout.write(f"{name}: {_cell(value)}\n")


@app.command
async def deferred(*, where: Where = UNSAID, limit: Limit = 100) -> None:
    """Subjects of which something waits (等待中的主体), the longest waiting first.

    Not held, and first beyond last_sequence + 1: the numbers between have not come."""
    async with where.units() as units, units.view() as view:
        rows = await operations.deferred_subjects(view, limit=limit)
    columns = ("consumer", "source", "subject", "held", "last_sequence", "first", "waiting", "oldest", "next_try")
    where.tell(rows, *columns, "error")


@app.command
async def jobs(*, where: Where = UNSAID, limit: Limit = 100) -> None:
    """Side effects (外发任务) that were given up or left unsettled, oldest first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.jobs(view, limit=limit)
    where.tell(rows, "kind", "key", "state", "attempt", "created_at", "tried_at", "error")


@app.command
async def timers(*, where: Where = UNSAID, limit: Limit = 100) -> None:
    """Timers (定时任务) whose handler failed to the end, the longest overdue first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.timers(view, limit=limit)
    where.tell(rows, "name", "key", "due_at", "attempt", "error")


@app.command
async def acts(*, where: Where = UNSAID, before: int | None = None, limit: Limit = 100) -> None:
    """What operators did (操作记录), newest first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.acts(view, before=before, limit=limit)
    where.tell(rows, "id", "at", "who", "why", "act", "target_kind", "target_id", "was")


# -- acting -------------------------------------------------------------------------------------------------------------


@app.command
async def replay(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """Have the service try it again (重放): within a second, or when it runs again."""
    async with where.units() as units, units.begin() as unit:
        row = await operations.replay(unit, parked_id, signed.who)
    if row is None:
        raise Refused(NO_MESSAGE)
    if row.resolution is None:
        raise Refused(f"It still cannot be read and stays parked: {row.error}")
    _done(where, "replayed: the service tries it within a second; if it fails again, it is parked again")


@app.command
async def skip(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """Let its subject go on without it (跳过)."""
    async with where.units() as units, units.begin() as unit:
        if await operations.skip(unit, parked_id, signed.who) is None:
            raise Refused(NO_MESSAGE)
    _done(where, "skipped: its subject goes on without it")


@app.command
async def discard(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """Put away for good (丢弃) what nothing waits for."""
    async with where.units() as units, units.begin() as unit:
        if await operations.discard(unit, parked_id, signed.who) is None:
            raise Refused(NO_MESSAGE)
    _done(where, "discarded")


@app.command
async def retry_job(kind: str, key: str, *, signed: Signed, where: Where = UNSAID) -> None:
    """Try a side effect once more, under the same key."""
    async with where.units() as units, units.begin() as unit:
        if not await operations.retry_job(unit, kind, key, signed.who):
            raise Refused("No job of this kind has this key in this database.")
    _done(where, "waiting: the service tries it at once, with its whole ladder before it")


@app.command
async def retry_timer(name: str, key: str, *, signed: Signed, where: Where = UNSAID) -> None:
    """Ring a parked timer once more."""
    async with where.units() as units, units.begin() as unit:
        if not await operations.retry_timer(unit, name, key, signed.who):
            raise Refused("No timer of this name has this key in this database.")
    _done(where, "waiting: the service rings it at once; its legal instant stays what it was")


@app.command
async def returned(consumer: str, *, bus_url: str | None = None) -> None:
    """How many messages the broker set aside for this consumer, in its queue CONSUMER.parked. Touches none."""
    count = await returned_count(bus_url or KitSettings().bus_url, consumer)
    sys.stdout.write(f"{count}\n")


@app.command(name="bring-back")
async def bring_home(consumer: str, *, signed: Signed, where: Where = UNSAID, bus_url: str | None = None) -> None:
    """Move what the broker set aside into this consumer's own parking, where it can be shown, replayed or skipped."""
    async with where.units() as units:
        brought = await bring_back(bus_url or KitSettings().bus_url, consumer, units, signed.who)
    if where.json:
        _write_json(asdict(brought))
        return
    _done(where, f"{brought.parked} parked, {brought.known} parked already, {brought.handled} handled long ago")


def _done(where: Where, sentence: str) -> None:
    if where.json:
        _write_json({"done": sentence})
    else:
        sys.stdout.write(f"{sentence}\n")


def main(arguments: Sequence[str] | None = None, console: App = app) -> int:
    """The exit code. Says on stderr in one sentence why something was not done."""
    try:
        command, bound, _ignored = console.parse_args(arguments, exit_on_error=False, print_error=False)
        outcome = command(*bound.args, **bound.kwargs)
        if asyncio.iscoroutine(outcome):
            asyncio.run(outcome)
    except (CycloptsError, Usage, NoReason, ArgumentError) as wrong:
        return _excuse(USAGE, str(wrong))
    except NotNow as refusal:
        return _excuse(REFUSED, SAID.get(refusal.code, refusal.title))
    except (Refused, NoSuchQueue, CarrierDown) as refused:
        return _excuse(REFUSED, str(refused))
    except (DBAPIError, Unavailable) as unusable:
        reason = str(getattr(unusable, "orig", unusable)).partition("\n")[0]
        return _excuse(REFUSED, f"The database cannot be used: {reason}")
    return DONE


def _excuse(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
