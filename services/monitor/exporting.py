"""The journal handed out for those who study processes, as a stream of portions.

Guarantees: never more than a portion of the journal and one case's story in memory; every portion is read by its place in
an index, in a view of its own; nothing that is recorded after the beginning gets in, so one export is of one moment.
Objects wait on disk until their turn comes. Does not: let persons through (`domain.facets`).
"""

import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, Self

import orjson
from sqlalchemy import Row, and_, or_, select

from services.monitor import queries
from services.monitor.context import Context
from services.monitor.domain import ocel
from services.monitor.domain.facets import Pseudonyms, department_of
from services.monitor.domain.ocel import Attribute, Mentioned
from services.monitor.domain.views import Recorded
from services.monitor.domain.xes import Xes
from services.monitor.tables import journal
from yimen.bus import Units
from yimen.contracts import read_event
from yimen.worktime import end_of_day, start_of_day

Format = Literal["xes", "ocel"]
Story = tuple[str, list[Recorded]]
PORTION: Final = 500
_SUFFIXES: Final = {"xes": "xes", "ocel": "json"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: those that began in [since, until), of an item, on which a department works; all by default.

    What belongs to no case is judged by itself."""

    since: datetime | None = None
    until: datetime | None = None
    item: str | None = None
    department: str | None = None

    @classmethod
    def of_days(cls, first: date | None, last: date | None, item: str | None, department: str | None) -> Self:
        """Both days included, by the clock of Shanghai."""
        return cls(start_of_day(first) if first else None, end_of_day(last) if last else None, item, department)

    def takes(self, story: list[Recorded]) -> bool:
        began = story[0].meta.time
        if (self.since and began < self.since) or (self.until and began >= self.until):
            return False
        if self.item and all(getattr(one.event, "item_code", None) != self.item for one in story):
            return False
        return self.department is None or any(department_of(one.event) == self.department for one in story)


def file_name(kind: Format, packed: bool) -> str:
    return f"yimen-journal.{_SUFFIXES[kind]}{'.gz' if packed else ''}"


def export(units: Units[Context], kind: Format, wanted: Wanted, *, packed: bool = False) -> AsyncIterator[bytes]:
    """The file, in portions."""
    portions = export_xes(units, wanted) if kind == "xes" else export_ocel(units, wanted)
    return _packed(portions) if packed else portions


async def export_xes(units: Units[Context], wanted: Wanted) -> AsyncIterator[bytes]:
    xes = Xes(Pseudonyms())
    yield xes.begin().encode()
    async for number, story in _stories(units, await _head(units)):
        if wanted.takes(story):
            yield xes.trace(number, story).encode()
    yield xes.end().encode()


async def export_ocel(units: Units[Context], wanted: Wanted) -> AsyncIterator[bytes]:
    """Cases first, then what belongs to none, each in its order; objects at the end."""
    names, head, comma = Pseudonyms(), await _head(units), b""
    with closing(Objects()) as objects:
        yield ocel.types()
        for source in (_stories(units, head), _caseless(units, head)):
            async for _number, story in source:
                if wanted.takes(story):
                    yield comma + b",\n".join(_told(story, names, objects))
                    comma = b",\n"
        yield b'],"objects":['
        for number, portion in enumerate(objects.portions()):
            yield (b",\n" if number else b"") + b",\n".join(portion)
        yield b"]}"


def _told(story: list[Recorded], names: Pseudonyms, objects: "Objects") -> Iterator[bytes]:
    for one in story:
        found = ocel.mentioned(one, names)
        objects.keep(thing for thing, _ in found.values())
        yield ocel.event(one, found.values())


class Objects:
    """What events spoke of, each once: on disk, in a file that has no name and ends with this."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("CREATE TABLE objects (id TEXT PRIMARY KEY, type TEXT NOT NULL) WITHOUT ROWID")
        self._kept.execute(
            "CREATE TABLE attributes (id TEXT, name TEXT, time TEXT, value BLOB, PRIMARY KEY (id, name, time))"
            " WITHOUT ROWID"
        )
        self._kept.execute("BEGIN")

    def keep(self, things: Iterable[Mentioned]) -> None:
        for thing in things:
            self._kept.execute("INSERT OR IGNORE INTO objects VALUES (?, ?)", (thing.id, thing.type))
            rows = [(thing.id, name, time, orjson.dumps(value)) for name, time, value in thing.attributes]
            self._kept.executemany("INSERT OR REPLACE INTO attributes VALUES (?, ?, ?, ?)", rows)

    def portions(self) -> Iterator[list[bytes]]:
        cursor = self._kept.execute("SELECT id, type FROM objects ORDER BY id")
        while rows := cursor.fetchmany(PORTION):
            yield [ocel.thing(own, kind, self._said(own)) for own, kind in rows]

    def _said(self, own: str) -> list[Attribute]:
        """Each value when it was first said, and again only when it changed."""
        said: dict[str, Attribute] = {}
        changes = []
        query = "SELECT name, time, value FROM attributes WHERE id = ? ORDER BY time, name"
        for name, time, value in self._kept.execute(query, (own,)):
            attribute = (name, time, orjson.loads(value))
            if name not in said or said[name][2] != attribute[2]:
                said[name] = attribute
                changes.append(attribute)
        return changes

    def close(self) -> None:
        self._kept.close()


async def _head(units: Units[Context]) -> int:
    async with units.view() as view:
        return (await queries.journal_head(view)).position


async def _stories(units: Units[Context], head: int) -> AsyncIterator[Story]:
    """Every case by its number, its events in the order of the timeline."""
    number, story = "", list[Recorded]()
    async for row in _rows(units, head, _after_case):
        if row.case_number != number and story:
            yield number, _in_order(story)
            story = []
        number = row.case_number
        story.append(_recorded(row))
    if story:
        yield number, _in_order(story)


async def _caseless(units: Units[Context], head: int) -> AsyncIterator[Story]:
    """Every event that belongs to no case, in the order in which it was recorded."""
    async for row in _rows(units, head, _after_position):
        yield "", [_recorded(row)]


Places = Callable[[Row[Any] | None], Any]


async def _rows(units: Units[Context], head: int, following: Places) -> AsyncIterator[Row[Any]]:
    last: Row[Any] | None = None
    while True:
        query = following(last).where(journal.c.position <= head).limit(PORTION)
        async with units.view() as view:
            rows = (await view.execute(query)).all()
        for row in rows:
            yield row
        if len(rows) < PORTION:
            return
        last = rows[-1]


def _after_case(last: Row[Any] | None) -> Any:
    number, position = journal.c.case_number, journal.c.position
    query = select(journal).where(number.is_not(None)).order_by(number, position)
    if last is None:
        return query
    within = and_(number == last.case_number, position > last.position)
    return query.where(number >= last.case_number, or_(number > last.case_number, within))


def _after_position(last: Row[Any] | None) -> Any:
    query = select(journal).where(journal.c.case_number.is_(None)).order_by(journal.c.position)
    return query if last is None else query.where(journal.c.position > last.position)


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(queries.meta_of(row), read_event(row.type, row.body.encode()))


def _in_order(story: list[Recorded]) -> list[Recorded]:
    return sorted(story, key=lambda one: (one.meta.time, *one.place))


async def _packed(portions: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(wbits=31)  # gzip
    async for portion in portions:
        if packed := packer.compress(portion):
            yield packed
    yield packer.flush()
