"""What waits for the live stream's readers, each with its own bounded share.

Guarantees: whoever does not keep up costs a bounded number of bytes and holds up nobody: what waited for it is let go,
and it catches up from the database. Readers of equal sight share the bytes that they are told.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from math import inf
from typing import Any

from sse_starlette import ServerSentEvent

from services.notify.domain.sight import Shown, Sight

MOST_PORTIONS = 64
MOST_BYTES = 1024 * 1024


def sse(**fields: Any) -> bytes:
    """A server-sent event's lines."""
    return ServerSentEvent(**fields, sep="\n").encode()


def place(at: int, retry: int | None = None) -> bytes:
    """Tells a reader where it stands, without an event: there is no data, so nothing is dispatched (HTML, 9.2.6)."""
    return sse(comment="", id=str(at), retry=retry)


@dataclass(frozen=True, slots=True)
class Line:
    """An event of the stream, and the bytes that tell it: the same for everyone who may hear it."""

    event: Shown
    encoded: bytes

    @classmethod
    def of(cls, event: Shown) -> Line:
        return cls(event, sse(id=str(event.id), event=event.type, data=event.body))


@dataclass(frozen=True, slots=True)
class Portion:
    """Bytes for a reader, and where it stands when it has them."""

    at: int
    data: bytes


def portion_of(lines: list[Line], sight: Sight) -> Portion | None:
    """What somebody of this sight hears of these lines, in one piece."""
    heard = [line for line in lines if sight.shows(line.event)]
    return Portion(heard[-1].event.id, b"".join(line.encoded for line in heard)) if heard else None


class Listener:
    """One reader at the hub. `until`: when its time is over, by the loop's clock. `is_behind`: it did not keep up, and has
    to read for itself what it missed."""

    def __init__(self, sight: Sight, until: float = inf) -> None:
        self.sight = sight
        self.until = until
        self.is_behind = False
        self._portions: deque[Portion] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._ended = False

    @property
    def is_idle(self) -> bool:
        return not self._portions

    def give(self, portion: Portion) -> None:
        if self._portions and (len(self._portions) >= MOST_PORTIONS or self._size + len(portion.data) > MOST_BYTES):
            self.drop()
        elif not self.is_behind:
            self._portions.append(portion)
            self._size += len(portion.data)
        self._news.set()

    def drop(self) -> None:
        """Lets go what waits for it."""
        self.is_behind = True
        self._portions.clear()
        self._size = 0
        self._news.set()

    def end(self) -> None:
        """When it has what waits for it. The reader resumes, here or elsewhere."""
        self._ended = True
        self._news.set()

    async def take(self) -> Portion | None:
        """Everything that waits, in one piece, as soon as something does. None: it is behind, or its stream ends."""
        while not self._portions:
            if self._ended or self.is_behind:
                return None
            self._news.clear()
            await self._news.wait()
        taken, self._portions, self._size = self._portions, deque(), 0
        return Portion(taken[-1].at, b"".join(portion.data for portion in taken)) if len(taken) > 1 else taken[0]
