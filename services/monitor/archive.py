"""python -m services.monitor.archive: the journal's events kept outside the database, and told again to who lost them.

    write FOLDER         the events since the last time, in a file of their own; run it every few minutes
    send QUEUE           events that match, into this queue and no other: from the database, or from --archive FOLDER

A file of the archive carries the journal's own chain of hashes and is checked before anything is sent. Persons' contacts
and query passwords are not in the journal, so not here. Exit: 0 done, 1 not possible, 2 wrong usage.
"""

import gzip
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from services.monitor.context import Context
from services.monitor.domain.chain import Entry, Head, canonical, link
from services.monitor.queries import journal_head, journal_page
from services.monitor.settings import MonitorSettings
from services.monitor.tables import metadata
from yimen.bus import Message, Units
from yimen.bus.local import matches
from yimen.clock import SystemClock
from yimen.contracts import Meta
from yimen.db import Database
from yimen.operations.resending import send_again
from yimen.operations.returned import NoSuchQueue
from yimen.programs import program, run, say
from yimen.settings import KitSettings

app = program("services.monitor.archive", __doc__)
PORTION: Final = 500


class Broken(Exception):
    """A file of the archive is missing, or is not what was written."""


@app.command
async def write(folder: Path) -> None:
    """What the journal has beyond the last file, as one more, journal-FIRST-LAST.jsonl.gz: named so once it is whole."""
    head = _last(folder)
    async with _units() as units:
        async with units.view() as view:
            until = (await journal_head(view)).position
        if until <= head.position:
            say(f"nothing new since {head.position}")
            return
        path = folder / f"journal-{head.position + 1:012}-{until:012}.jsonl.gz"
        unfinished = path.with_suffix(".part")
        with gzip.open(unfinished, "wb") as file:
            async for portion in _kept(units, head.position, until):
                file.writelines(_line(entry) for entry in portion)
        unfinished.replace(path)
    say(f"{until - head.position} events in {path.name}")


@app.command
async def send(
    queue: str,
    *,
    follow: list[str] | None = None,
    since: datetime | None = None,
    archive: Path | None = None,
    bus_url: str | None = None,
) -> None:
    """QUEUE hears again what --follow chooses (a binding, such as intake.review.*.fire; several; all by default), from the
    hour --since on (with its zone). What it knows already it drops by number."""
    if since is not None and since.tzinfo is None:
        raise ValueError("--since needs its zone, such as 2026-03-02T08:00:00+08:00")

    def wanted(entry: Entry) -> bool:
        key = _key(entry.meta)
        late_enough = since is None or entry.meta.time >= since
        return late_enough and (not follow or any(matches(one, key) for one in follow))

    async def tell(portions: AsyncIterator[Sequence[Entry]]) -> None:
        messages = ([_message(entry) for entry in portion if wanted(entry)] async for portion in portions)
        count = await send_again(bus_url or KitSettings().bus_url, queue, messages)
        say(f"{count} events sent to {queue}")

    if archive is not None:
        for _entry in _archived(archive):
            pass  # the whole chain first: nothing of a broken archive is sent
        await tell(_in_portions(_archived(archive)))
        return
    async with _units() as units:
        async with units.view() as view:
            until = (await journal_head(view)).position
        await tell(_kept(units, 0, until))


@asynccontextmanager
async def _units() -> AsyncIterator[Units[Context]]:
    settings = MonitorSettings()
    database = Database(settings.database_url)
    try:
        yield Units(database, SystemClock(), Context.of(settings), metadata, "/monitor")
    finally:
        await database.close()


async def _kept(units: Units[Context], after: int, until: int) -> AsyncIterator[Sequence[Entry]]:
    while after < until:
        async with units.view() as view:
            portion = await journal_page(view, after, min(PORTION, until - after))
        yield portion
        after = portion[-1].position


def _key(meta: Meta) -> str:
    speaker_to_event = meta.type.rpartition(".")[0]
    return f"{speaker_to_event}.{meta.scope}"


def _message(entry: Entry) -> Message:
    return Message(_key(entry.meta), entry.meta.to_headers(), entry.body.encode())


def _line(entry: Entry) -> bytes:
    told = {"position": entry.position, "hash": entry.hash, "headers": entry.meta.to_headers(), "body": entry.body}
    return orjson.dumps(told) + b"\n"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("journal-*.jsonl.gz"))


def _last(folder: Path) -> Head:
    """Where the archive ends; makes the folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(folder)
    if not files:
        return Head()
    *_, last = _entries(files[-1])
    return Head(last.position, last.hash)


def _entries(path: Path) -> Iterator[Entry]:
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                told = orjson.loads(line)
                yield Entry(told["position"], Meta.from_headers(told["headers"]), told["body"], told["hash"])
    except (OSError, EOFError, ValueError, KeyError) as wrong:
        raise Broken(f"{path.name} cannot be read: {wrong}") from wrong


def _archived(folder: Path) -> Iterator[Entry]:
    """All of it, link by link. Raises `Broken` where the chain ends."""
    files, head = _files(folder), Head()
    if not files:
        raise Broken(f"there is no archive in {folder}")
    for path in files:
        for entry in _entries(path):
            head = link(head, canonical(entry.meta, entry.body))
            if head != Head(entry.position, entry.hash):
                raise Broken(f"{path.name}: event {head.position} is missing or was changed")
            yield entry


async def _in_portions(entries: Iterator[Entry]) -> AsyncIterator[Sequence[Entry]]:
    while portion := list(islice(entries, PORTION)):
        yield portion


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Says on stderr in one sentence why it was not done."""
    return run(app, arguments, usage=(ValueError,), refused=(Broken, NoSuchQueue, OSError))


if __name__ == "__main__":
    sys.exit(main())
