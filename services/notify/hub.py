"""The hub of the live stream: one for each process. It reads each new row once and hands it to whoever may hear it.

Guarantees: between what a reader caught up with and what it is handed here there is neither a gap nor a repetition
(`join` looks and takes part in one step); no reader waits for another; while nothing happens no connection is held,
while nobody listens nothing is read. The newest rows stay in memory, so that many who come back at once (after a
restart, say) do not ask the database.
Does not: know who may hear what (domain/sight.py), nor speak to anybody (streaming.py).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass
from itertools import takewhile

import structlog

from services.notify.domain.sight import Sight
from services.notify.listeners import Line, Listener, Portion, place, portion_of
from services.notify.queries import stream as stored
from yimen.db import Database, is_contention, is_unavailable
from yimen.errors import Unavailable
from yimen.waiting import rest_until

log = structlog.get_logger(__name__)

PAGE = 100
RECENT = 1000
RECENT_BYTES = 16 * 1024 * 1024
OLD_PAGES = 8


class Recent:
    """The newest lines: all that are kept of (floor, head]."""

    def __init__(self, floor: int) -> None:
        self.floor = self.head = floor
        self._lines: deque[Line] = deque()
        self._size = 0

    def extend(self, lines: list[Line], head: int) -> None:
        self._lines.extend(lines)
        self._size += sum(len(line.encoded) for line in lines)
        self.head = head
        while len(self._lines) > RECENT or self._size > RECENT_BYTES:
            oldest = self._lines.popleft()
            self._size -= len(oldest.encoded)
            self.floor = oldest.event.id

    def after(self, at: int) -> list[Line]:
        newer = list(takewhile(lambda line: line.event.id > at, reversed(self._lines)))
        newer.reverse()
        return newer


@dataclass(frozen=True, slots=True)
class Page:
    """What follows after a place: the lines up to `until`. `oldest`: the first id that was still kept."""

    lines: list[Line]
    until: int
    oldest: int = 0


class Hub:
    """`poll`: seconds between looks for what other replicas stored; `heartbeat`: seconds after which a quiet reader is told
    where it stands; `life`: after which it has to come back, and to show who it is once more. `database` is set once, when
    the service is built."""

    database: Database

    def __init__(self, poll: float, heartbeat: float, life: float = 3600) -> None:
        self._poll = poll
        self._heartbeat = heartbeat
        self.life = life
        self._recent: Recent | None = None
        self._groups: dict[Sight, set[Listener]] = {}
        self._asking: list[asyncio.Future[int]] = []
        self._news = asyncio.Event()
        self._ear = asyncio.Event()
        self._is_open = True
        self._next_beat = 0.0
        self._old_pages: OrderedDict[int, Page] = OrderedDict()
        self._turn = asyncio.Lock()

    # -- the loop ----------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until it is stopped. If it falls over, its readers' streams end: they resume at another process."""
        try:
            while self._is_open:
                self._news.clear()
                more = self._is_wanted and await self._look_quietly()
                self._beat_when_due()
                if not more:
                    await self._rest()
        finally:
            self.stop()

    def stop(self) -> None:
        """The service stops: every reader's stream ends, and it will resume elsewhere."""
        self._is_open = False
        self.wake()
        for listener in self._listeners():
            listener.end()
        asking, self._asking = self._asking, []
        for one in asking:
            _refuse(one, Unavailable("the stream has ended"))

    def wake(self) -> None:
        """After a commit, so that this process's own rows are seen at once."""
        self._news.set()
        ear, self._ear = self._ear, asyncio.Event()
        ear.set()

    @property
    def is_open(self) -> bool:
        return self._is_open

    def ear(self) -> asyncio.Event:
        """Set at the next wake. Taken before looking, waited for after: nothing stored between the two goes unheard."""
        return self._ear

    @property
    def _is_wanted(self) -> bool:
        return bool(self._groups or self._asking)

    async def _rest(self) -> None:
        if self._is_wanted:
            await rest_until(self._news, min(self._poll, self._heartbeat))
        else:
            await self._news.wait()

    # -- reading -----------------------------------------------------------------------------------------------------------

    async def look(self) -> int:
        """The newest id, when all that was committed before this call is in memory: many who ask share one look."""
        if not self._is_open:
            raise Unavailable("the stream has ended")
        asked: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asking.append(asked)
        self._news.set()
        return await asked

    async def _look_quietly(self) -> bool:
        """Whether there may be more. A database that is away is waited for: readers keep their places."""
        try:
            return await self._look()
        except Exception as error:
            if not (is_unavailable(error) or is_contention(error)):
                raise
            log.warning("stream_not_read", reason=repr(error))
            return False

    async def _look(self) -> bool:
        asking, self._asking = self._asking, []
        try:
            lines, is_all = await self._read()
        except BaseException as error:
            for one in asking:
                _refuse(one, error if isinstance(error, Exception) else Unavailable("the stream has ended"))
            raise
        self._hand_out(lines)
        if not is_all:
            self._asking = asking + self._asking
            return True
        for one in asking:
            if not one.done():
                one.set_result(self._head)
        return False

    async def _read(self) -> tuple[list[Line], bool]:
        """The next page after the head. Everything up to the newest id is committed: ids are given in commit order."""
        async with self.database.read() as conn:
            oldest, newest = await stored.stream_bounds(conn)
            recent = self._going_on(oldest, newest) or self._begin(oldest, newest)
            if newest <= recent.head:
                return [], True
            rows = await stored.stream_rows(conn, recent.head, newest, PAGE)
        lines = [Line.of(row) for row in rows]
        is_all = len(lines) < PAGE
        recent.extend(lines, newest if is_all else lines[-1].event.id)
        return lines, is_all

    def _going_on(self, oldest: int, newest: int) -> Recent | None:
        """Not where rows were let go before they were read here, nor far behind for nobody's sake."""
        recent = self._recent
        if recent is None or oldest > recent.head + 1:
            return None
        return recent if self._groups or newest - recent.head <= RECENT else None

    def _begin(self, oldest: int, newest: int) -> Recent:
        """With the newest rows. Whoever listened catches up first."""
        for listener in self._listeners():
            listener.drop()
        self._recent = Recent(max(0, oldest - 1, newest - RECENT))
        return self._recent

    @property
    def _head(self) -> int:
        return self._recent.head if self._recent else 0

    # -- telling -----------------------------------------------------------------------------------------------------------

    def _hand_out(self, lines: list[Line]) -> None:
        for sight, listeners in self._groups.items():
            if portion := portion_of(lines, sight):
                for listener in listeners:
                    listener.give(portion)

    def _beat_when_due(self) -> None:
        """Whoever heard nothing is told where it stands: it resumes from there, and a proxy sees that the line lives. Whose
        time is over is let go."""
        now = asyncio.get_running_loop().time()
        if now < self._next_beat:
            return
        self._next_beat = now + self._heartbeat
        beat = Portion(self._head, place(self._head))
        for listener in self._listeners():
            if now >= listener.until:
                listener.end()
            elif listener.is_idle and not listener.is_behind:
                listener.give(beat)

    def _listeners(self) -> list[Listener]:
        return [listener for listeners in self._groups.values() for listener in listeners]

    # -- coming and going --------------------------------------------------------------------------------------------------

    def join(self, listener: Listener, at: int) -> bool:
        """From `at` on, if no more than a page is missing there. Looking and joining are one step: nothing comes between."""
        if not self._is_open:
            listener.end()
            return True
        recent = self._recent
        if recent is None or not recent.floor <= at <= recent.head:
            return False
        missing = recent.after(at)
        if len(missing) > PAGE:
            return False
        if portion := portion_of(missing, listener.sight):
            listener.give(portion)
        self._groups.setdefault(listener.sight, set()).add(listener)
        self._news.set()  # it may rest until something happens here; from now on it looks for others' rows too
        return True

    def count(self) -> int:
        """Who takes part now; not who is catching up."""
        return sum(map(len, self._groups.values()))

    def leave(self, listener: Listener) -> None:
        group = self._groups.get(listener.sight, set())
        group.discard(listener)
        if not group:
            self._groups.pop(listener.sight, None)

    async def page(self, at: int) -> Page:
        """What follows after `at`, for somebody who has yet to catch up."""
        recent = self._recent
        if recent is None or at > recent.head:
            return Page([], min(at, await self.look()))
        if at >= recent.floor:
            lines = recent.after(at)[:PAGE]
            return Page(lines, lines[-1].event.id if lines else recent.head)
        page = await self._old_page(at // PAGE)
        return Page([line for line in page.lines if line.event.id > at], max(at, page.until), page.oldest)

    async def _old_page(self, number: int) -> Page:
        """Read one at a time, whoever many ask, and kept for a while: those who come back together want the same ones."""
        async with self._turn:
            if number not in self._old_pages:
                self._old_pages[number] = await self._read_page(number)
            self._old_pages.move_to_end(number)
            while len(self._old_pages) > OLD_PAGES:
                self._old_pages.popitem(last=False)
            return self._old_pages[number]

    async def _read_page(self, number: int) -> Page:
        until = min((number + 1) * PAGE, self._head)
        async with self.database.read() as conn:
            oldest, _newest = await stored.stream_bounds(conn)
            rows = await stored.stream_rows(conn, number * PAGE, until, PAGE)
        return Page([Line.of(row) for row in rows], until, oldest)


def _refuse(asked: asyncio.Future[int], reason: Exception) -> None:
    if not asked.done():
        asked.set_exception(reason)
