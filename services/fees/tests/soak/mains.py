"""SQLite in the thread of the loop, as many acts a second again; and a place where the power can fail.

Guarantees: a cut before a commit leaves nothing of the transaction, one after it leaves all of it, as a killed process
would; from then on whatever still runs is dead, until `restore`. Does not: cut other databases.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import aiosqlite.core


class PowerCut(BaseException):
    """Nobody may handle it: a dead process handles nothing."""


class Mains:
    def __init__(self) -> None:
        self.dead = False
        self._left: int | None = None
        self._after_commit = False
        self._opened: list[sqlite3.Connection] = []

    def cut_after(self, calls: int, *, commit: bool) -> None:
        """The power fails at that many calls of the database from now; `commit`: right behind that many commits."""
        self._left, self._after_commit = calls, commit

    def restore(self) -> None:
        self.dead, self._left = False, None

    def opened(self, connection: sqlite3.Connection) -> None:
        self._opened.append(connection)

    def call(self, function: Any) -> Any:
        name = getattr(getattr(function, "func", function), "__name__", "")
        if self.dead:
            if name in _BURIAL:
                return function()
            raise PowerCut
        if self._left is None or name in _BURIAL:
            return function()
        if self._after_commit and name != "commit":
            return function()
        self._left -= 1
        if self._left > 0:
            return function()
        if self._after_commit:
            function()
        self._die()
        raise PowerCut

    def _die(self) -> None:
        """What was not committed is gone at once: a closed connection keeps its lock while somebody has a cursor of it."""
        self.dead = True
        opened, self._opened = self._opened, []
        for connection in opened:
            with suppress(sqlite3.ProgrammingError):  # closed before
                connection.rollback()


_BURIAL = {"close", "close_and_stop", "rollback"}
"""What the library does to connections of the dead, and what the system would do for it."""

_mains = Mains()


class _AtOnce:
    """In the place of the queue to a connection's own thread."""

    def put_nowait(self, item: tuple[Any, Any]) -> None:
        future, function = item
        try:
            result = _mains.call(function)
        except BaseException as error:
            if future is None:
                raise
            future.set_exception(error)
        else:
            if isinstance(result, sqlite3.Connection):
                _mains.opened(result)
            if future is not None:
                future.set_result(result)


class _NoThread:
    def __init__(self, **_: Any) -> None:
        self.daemon = True

    def start(self) -> None:
        pass


@contextmanager
def at_once() -> Iterator[Mains]:
    """Databases that are opened within work in the loop's own thread."""
    names = {"SimpleQueue": _AtOnce, "Thread": _NoThread}
    before = {name: getattr(aiosqlite.core, name) for name in names}
    for name, stand_in in names.items():
        setattr(aiosqlite.core, name, stand_in)
    _mains.restore()
    try:
        yield _mains
    finally:
        for name, original in before.items():
            setattr(aiosqlite.core, name, original)
