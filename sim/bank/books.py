"""The bank's own books: orders, money taken, calls owed to fees, and a journal of all that it did.

Guarantees: one small SQLite file; what was answered with success is on disk; after `kill -9` the calls that nobody
acknowledged are still owed. The journal is the oracle of the tests: nothing of it is derived from what fees says.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    order_number TEXT PRIMARY KEY, payment_code TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, account TEXT NOT NULL, pay_by TEXT NOT NULL, placed_at TEXT NOT NULL, paid_by TEXT
);
CREATE TABLE IF NOT EXISTS payments (
    number INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, payment_code TEXT NOT NULL, amount INTEGER NOT NULL,
    method TEXT NOT NULL, account TEXT NOT NULL, paid_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL REFERENCES payments (serial), due_at TEXT,
    attempt INTEGER NOT NULL DEFAULT 0, acknowledged_at TEXT
);
CREATE INDEX IF NOT EXISTS calls_owed ON calls (due_at) WHERE acknowledged_at IS NULL;
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);
"""


def _text(instant: datetime) -> str:
    """Of one width, so that it sorts as time does."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Owed:
    """A call that nobody has acknowledged. `first`: of its payment."""

    id: int
    first: bool
    attempt: int
    payment: dict[str, Any]


class Books:
    def __init__(self, path: Path | None) -> None:
        """In memory without a path."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def note(self, at: datetime, what: str, **detail: Any) -> None:
        row = (_text(at), what, json.dumps(detail, ensure_ascii=False))
        self._connection.execute("INSERT INTO journal (at, what, detail) VALUES (?, ?, ?)", row)

    def journal(self, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        query = "SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = self._connection.execute(query, (after, limit)).fetchall()
        return [{"seq": row["seq"], "at": row["at"], "what": row["what"], **json.loads(row["detail"])} for row in rows]

    # -- orders -------------------------------------------------------------------------------------------------------

    def order(self, payment_code: str) -> dict[str, Any] | None:
        return self._one("SELECT * FROM orders WHERE payment_code = ?", payment_code)

    def order_numbered(self, number: str) -> dict[str, Any] | None:
        return self._one("SELECT * FROM orders WHERE order_number = ?", number)

    def place(self, order: dict[str, Any], at: datetime) -> None:
        """Raises sqlite3.IntegrityError for a number or a code that is taken."""
        insert = """INSERT INTO orders (order_number, payment_code, amount, currency, account, pay_by, placed_at)
            VALUES (:order_number, :payment_code, :amount, :currency, :account, :pay_by, :placed_at)"""
        self._connection.execute(insert, order | {"placed_at": _text(at)})

    # -- money --------------------------------------------------------------------------------------------------------

    def next_number(self) -> int:
        return int(self._connection.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM payments").fetchone()[0])

    def take(self, number: int, payment: dict[str, Any]) -> None:
        insert = """INSERT INTO payments (number, serial, payment_code, amount, method, account, paid_at)
            VALUES (:number, :serial, :payment_code, :amount, :method, :account, :paid_at)"""
        self._connection.execute(insert, payment | {"number": number})
        paid = "UPDATE orders SET paid_by = :serial WHERE payment_code = :payment_code AND paid_by IS NULL"
        self._connection.execute(paid, payment)

    def payments(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute("SELECT * FROM payments ORDER BY number")]

    # -- calls --------------------------------------------------------------------------------------------------------

    def owe_call(self, serial: str, due_at: datetime) -> None:
        self._connection.execute("INSERT INTO calls (serial, due_at) VALUES (?, ?)", (serial, _text(due_at)))

    def owed(self, now: datetime) -> list[Owed]:
        query = """SELECT c.id AS call_id, c.attempt, p.*,
            c.id = (SELECT MIN(id) FROM calls WHERE serial = c.serial) AS first
            FROM calls c JOIN payments p ON p.serial = c.serial
            WHERE c.acknowledged_at IS NULL AND c.due_at <= ? ORDER BY c.due_at, c.id LIMIT 50"""
        rows = [dict(row) for row in self._connection.execute(query, (_text(now),))]
        return [Owed(row.pop("call_id"), bool(row.pop("first")), row.pop("attempt"), row) for row in rows]

    def acknowledged(self, call_id: int, at: datetime) -> None:
        self._connection.execute("UPDATE calls SET acknowledged_at = ? WHERE id = ?", (_text(at), call_id))

    def postpone(self, call_id: int, due_at: datetime | None) -> None:
        """Without a time: the ladder is used up, and only the daily file will tell."""
        due = _text(due_at) if due_at else None
        self._connection.execute("UPDATE calls SET attempt = attempt + 1, due_at = ? WHERE id = ?", (due, call_id))

    def _one(self, query: str, key: str) -> dict[str, Any] | None:
        row = self._connection.execute(query, (key,)).fetchone()
        return None if row is None else dict(row)
