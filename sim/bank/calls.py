"""The calls that the bank owes to fees: what each will say, when it is due, and whether somebody acknowledged it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sim.bank.books import Books, sortable


@dataclass(frozen=True, slots=True)
class Owed:
    """A call that nobody has acknowledged. `subject`: the serial or number that it is about; `first`: of its subject."""

    id: int
    event: str
    subject: str
    content: dict[str, Any]
    copies: int
    first: bool
    attempt: int


class Calls:
    """All within `books.writing()` but `owed`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def owe(
        self,
        event: str,
        subject: str,
        content: dict[str, Any],
        due_at: datetime | None,
        *,
        copies: int = 1,
        again: bool = False,
    ) -> None:
        """Never due without a time."""
        insert = "INSERT INTO calls (event, subject, content, copies, again, due_at) VALUES (?, ?, ?, ?, ?, ?)"
        due = sortable(due_at) if due_at else None
        row = (event, subject, json.dumps(content, ensure_ascii=False), copies, int(again), due)
        self._books.connection.execute(insert, row)

    def owed(self, now: datetime, limit: int = 50) -> list[Owed]:
        query = """SELECT id, event, subject, content, copies, again, attempt FROM calls
            WHERE acknowledged_at IS NULL AND due_at <= ? ORDER BY due_at, id LIMIT ?"""
        return [
            Owed(
                id=row["id"],
                event=row["event"],
                subject=row["subject"],
                content=json.loads(row["content"]),
                copies=row["copies"],
                first=not row["again"],
                attempt=row["attempt"],
            )
            for row in self._books.connection.execute(query, (sortable(now), limit))
        ]

    def acknowledged(self, call_id: int, at: datetime) -> None:
        self._books.connection.execute("UPDATE calls SET acknowledged_at = ? WHERE id = ?", (sortable(at), call_id))

    def postpone(self, call_id: int, due_at: datetime | None) -> None:
        """Without a time: the ladder is used up, and only a query or the daily file will tell."""
        due = sortable(due_at) if due_at else None
        update = "UPDATE calls SET attempt = attempt + 1, due_at = ? WHERE id = ?"
        self._books.connection.execute(update, (due, call_id))
