"""What time it is. Everything that needs to know asks one `Clock`, handed to it.

`SystemClock` is the real one. `MovableClock` is real time plus an offset, for demonstrations: several processes share
one through a small file, and it survives restarts. `FrozenClock` stands until it is moved, for tests. All speak UTC.

Guarantees: a clock is moved forward only. Does not: guard the shared file against two processes moving it in the same
instant (the last one stays), or keep the machine's own time from being set back.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

_SETTLED_NS = 100_000_000
"""File systems stamp in steps of some milliseconds: a file younger than this may change again under the same stamp."""


class ClockMovedBack(ValueError):
    """A clock was asked to go back: what has been done at an hour cannot be done before it."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """Stands at `instant` until moved."""

    def __init__(self, instant: datetime) -> None:
        self._instant = _utc(instant)

    def now(self) -> datetime:
        return self._instant

    def move_to(self, instant: datetime) -> None:
        self._instant = _forward(self._instant, _utc(instant))

    def advance(self, by: timedelta) -> None:
        self.move_to(self._instant + by)


class MovableClock:
    """Real time plus an offset.

    With a `path` the offset (microseconds, decimal) is kept in that file, and read again when the file has changed.
    `start` is the hour it begins at, unless the file already says otherwise. Should the file vanish, the clock goes on
    with the offset it last knew.
    """

    def __init__(self, path: Path | None = None, start: datetime | None = None, real: Clock | None = None) -> None:
        self._real = real or SystemClock()
        self._path = path
        self._lock = threading.RLock()
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()
        if start is not None and not (path and path.exists()):
            self._set(_utc(start) - self._real.now())

    def now(self) -> datetime:
        with self._lock:
            self._refresh()
            return self._real.now() + self._offset

    def move_to(self, instant: datetime) -> None:
        with self._lock:
            now = self.now()
            self._set(self._offset + (_forward(now, _utc(instant)) - now))

    def advance(self, by: timedelta) -> None:
        if by < timedelta():
            raise ClockMovedBack(f"cannot advance by {by}")
        with self._lock:
            self._refresh()
            self._set(self._offset + by)

    def _set(self, offset: timedelta) -> None:
        self._offset = offset
        if self._path is not None:
            _replace(self._path, str(offset // timedelta(microseconds=1)))

    def _refresh(self) -> None:
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            if self._seen == (stat.st_mtime_ns, stat.st_ino):
                return
            self._offset = timedelta(microseconds=int(self._path.read_text(encoding="ascii")))
        except FileNotFoundError:
            return
        settled = time.time_ns() - stat.st_mtime_ns > _SETTLED_NS
        self._seen = (stat.st_mtime_ns, stat.st_ino) if settled else None


def _replace(path: Path, text: str) -> None:
    """Write so that a reader sees the old text or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with open(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    os.replace(name, path)


def _forward(now: datetime, instant: datetime) -> datetime:
    if instant < now:
        raise ClockMovedBack(f"{instant.isoformat()} is before {now.isoformat()}")
    return instant


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"a datetime without a time zone is not an instant: {instant!r}")
    return instant.astimezone(UTC)
