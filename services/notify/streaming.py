"""The live stream: what happened, as it happens, for the hall's screens.

Guarantees: ids are given in the order of commits, so a reader who resumes after the last id that it saw misses
nothing that is still kept; where rows have been let go meanwhile it is told so first (`missed`). A department sees
what is addressed to it, what concerns nobody's case, and the cases on which it works from the moment it is known to
work on them.
Does not: guarantee that two replicas' readers see a row in the same instant (one looks every `stream_poll` seconds).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from sse_starlette import ServerSentEvent

from services.notify.queries import stream as stored
from yimen.db import Database

PAGE = 200


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see. `departments` None: everything."""

    departments: frozenset[str] | None
    fees: bool = False


class Tail:
    """Wakes the stream's readers: at once for what this process stored, by looking for what other replicas stored."""

    def __init__(self, poll: float) -> None:
        self._poll = poll
        self._news = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        return not self._closed.is_set()

    async def until_closed(self) -> None:
        await self._closed.wait()

    def close(self) -> None:
        """The service stops: every reader's stream ends, and it will resume elsewhere."""
        self._closed.set()
        self.wake()

    def wake(self) -> None:
        """After a commit. Whoever waits is woken; whoever begins to wait later looks first."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def ear(self) -> asyncio.Event:
        """Taken before looking, waited for after: nothing stored between the two goes unheard."""
        return self._news

    async def wait(self, ear: asyncio.Event) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(ear.wait(), self._poll)


async def follow(database: Database, tail: Tail, sight: Sight, after: int | None) -> AsyncIterator[ServerSentEvent]:
    """Until the tail is closed. `after` None begins with what happens from now on: where that is, is settled when this
    returns, before the answer begins, so whoever has its head hears whatever is stored from then on. While nothing happens
    no connection is held."""
    async with database.read() as conn:
        oldest, newest = await stored.stream_bounds(conn)
    return _told(database, tail, sight, after, oldest, newest)


async def _told(
    database: Database, tail: Tail, sight: Sight, after: int | None, oldest: int, newest: int
) -> AsyncIterator[ServerSentEvent]:
    at = newest if after is None else min(after, newest)
    if after is not None and oldest > after + 1:
        yield ServerSentEvent(event="missed", data=f'{{"from":{after + 1},"to":{oldest - 1}}}')
    while tail.is_open:
        ear = tail.ear()
        events, at, more = await _page(database, sight, at)
        for event in events:
            yield event
        if not more:
            await tail.wait(ear)


async def _page(database: Database, sight: Sight, at: int) -> tuple[list[ServerSentEvent], int, bool]:
    """What is new after `at`, where the reader stands then, and whether there may be more at once."""
    async with database.read() as conn:
        _, newest = await stored.stream_bounds(conn)
        if newest <= at:
            return [], at, False
        rows = await stored.stream_rows(conn, at, newest, sight.departments, sight.fees, PAGE)
    events = [ServerSentEvent(id=str(row.id), event=row.type, data=row.body) for row in rows]
    full = len(rows) == PAGE
    return events, rows[-1].id if full else newest, full
