"""The bank's own books: one small SQLite file with orders, money, calls owed to fees, and a journal of all that it did.

Guarantees: what was answered with success is on disk (unless `durable` is off); after `kill -9` the calls that nobody
acknowledged are still owed. The journal is the oracle of the tests: nothing of it is derived from what fees says.
Does not: decide anything. `ledger`, `calls`, `refunds` and `files` keep their tables through the same connection.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.bank.upgrade import open_books

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    order_number TEXT PRIMARY KEY, payment_code TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, account TEXT NOT NULL, pay_by TEXT NOT NULL, placed_at TEXT NOT NULL, paid_by TEXT,
    revision INTEGER NOT NULL DEFAULT 1, closed_at TEXT
);
CREATE TABLE IF NOT EXISTS revisions (
    order_number TEXT NOT NULL, revision INTEGER NOT NULL, amount INTEGER NOT NULL, pay_by TEXT NOT NULL,
    PRIMARY KEY (order_number, revision)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payments (
    number INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, payment_code TEXT NOT NULL, amount INTEGER NOT NULL,
    method TEXT NOT NULL, account TEXT NOT NULL, paid_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS payments_code ON payments (payment_code);
CREATE TABLE IF NOT EXISTS outgoing (
    number TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('refund', 'remittance')), original_serial TEXT,
    day TEXT, treasury_account TEXT, amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
    account TEXT NOT NULL, turn REAL NOT NULL, state TEXT NOT NULL DEFAULT 'accepted', serial TEXT UNIQUE, at TEXT,
    reason TEXT
);
CREATE INDEX IF NOT EXISTS outgoing_accepted ON outgoing (turn) WHERE state = 'accepted';
CREATE INDEX IF NOT EXISTS outgoing_original ON outgoing (original_serial);
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL, serial TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, reference TEXT NOT NULL, direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    amount INTEGER NOT NULL CHECK (amount > 0), method TEXT NOT NULL, at TEXT NOT NULL, balance INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_day ON entries (account, day, number);
CREATE TABLE IF NOT EXISTS files (
    day TEXT NOT NULL, version INTEGER NOT NULL, fault TEXT, csv BLOB NOT NULL, xml BLOB NOT NULL,
    PRIMARY KEY (day, version)
);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL,
    copies INTEGER NOT NULL DEFAULT 1, again INTEGER NOT NULL DEFAULT 0, due_at TEXT,
    attempt INTEGER NOT NULL DEFAULT 0, acknowledged_at TEXT
);
CREATE INDEX IF NOT EXISTS calls_owed ON calls (due_at) WHERE acknowledged_at IS NULL;
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS journal_what ON journal (what, seq);
"""


def sortable(instant: datetime) -> str:
    """Of one width, so that it sorts as time does."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


class Books:
    def __init__(self, path: Path | None, *, durable: bool = True) -> None:
        """In memory without a path. Not `durable`: on disk when the machine finds the time, for long soaks."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        if not durable:
            self.connection.execute("PRAGMA journal_mode=MEMORY")
        open_books(self.connection, SCHEMA)

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def one(self, query: str, *keys: Any) -> dict[str, Any] | None:
        row = self.connection.execute(query, keys).fetchone()
        return None if row is None else dict(row)

    def all(self, query: str, *keys: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(query, keys)]

    # -- the journal --------------------------------------------------------------------------------------------------

    def note(self, at: datetime, what: str, **detail: Any) -> None:
        row = (sortable(at), what, json.dumps(detail, ensure_ascii=False))
        self.connection.execute("INSERT INTO journal (at, what, detail) VALUES (?, ?, ?)", row)

    def journal(self, after: int = 0, limit: int = 1000, what: str | None = None) -> list[dict[str, Any]]:
        """In the order in which it was done. `what`: only these, e.g. `fault`."""
        query = "SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        keys: tuple[Any, ...] = (after, limit)
        if what is not None:
            query, keys = "SELECT * FROM journal WHERE what = ? AND seq > ? ORDER BY seq LIMIT ?", (what, *keys)
        rows = self.connection.execute(query, keys).fetchall()
        return [{"seq": row["seq"], "at": row["at"], "what": row["what"], **json.loads(row["detail"])} for row in rows]

    # -- orders -------------------------------------------------------------------------------------------------------

    def order(self, payment_code: str) -> dict[str, Any] | None:
        return self.one("SELECT * FROM orders WHERE payment_code = ?", payment_code)

    def order_numbered(self, number: str) -> dict[str, Any] | None:
        return self.one("SELECT * FROM orders WHERE order_number = ?", number)

    def revision(self, number: str, revision: int) -> dict[str, Any] | None:
        """What that revision of the order said, whether or not it stands."""
        return self.one("SELECT * FROM revisions WHERE order_number = ? AND revision = ?", number, revision)

    def place(self, order: dict[str, Any], at: datetime) -> None:
        """Raises sqlite3.IntegrityError for a number or a code that is taken."""
        insert = """INSERT INTO orders (order_number, payment_code, revision, amount, currency, account, pay_by, placed_at)
            VALUES (:order_number, :payment_code, :revision, :amount, :currency, :account, :pay_by, :placed_at)"""
        self.connection.execute(insert, order | {"placed_at": sortable(at)})
        self._keep_revision(order)

    def amend(self, order: dict[str, Any]) -> None:
        update = """UPDATE orders SET revision = :revision, amount = :amount, pay_by = :pay_by
            WHERE order_number = :order_number"""
        self.connection.execute(update, order)
        self._keep_revision(order)

    def _keep_revision(self, order: dict[str, Any]) -> None:
        insert = "INSERT INTO revisions VALUES (:order_number, :revision, :amount, :pay_by)"
        self.connection.execute(insert, order)

    def close_order(self, number: str, at: datetime) -> None:
        self.connection.execute("UPDATE orders SET closed_at = ? WHERE order_number = ?", (sortable(at), number))

    # -- money --------------------------------------------------------------------------------------------------------

    def next_number(self) -> int:
        return int(self.connection.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM payments").fetchone()[0])

    def take(self, number: int, payment: dict[str, Any]) -> None:
        """An order is paid by the first payment of its whole amount; other money for its code leaves it open."""
        insert = """INSERT INTO payments (number, serial, payment_code, amount, method, account, paid_at)
            VALUES (:number, :serial, :payment_code, :amount, :method, :account, :paid_at)"""
        self.connection.execute(insert, payment | {"number": number})
        paid = """UPDATE orders SET paid_by = :serial
            WHERE payment_code = :payment_code AND paid_by IS NULL AND amount = :amount AND account = :account"""
        self.connection.execute(paid, payment)

    def payments(self) -> list[dict[str, Any]]:
        return self.all("SELECT * FROM payments ORDER BY number")

    def payment(self, serial: str) -> dict[str, Any] | None:
        return self.one("SELECT * FROM payments WHERE serial = ?", serial)

    def payments_for(self, payment_code: str) -> list[dict[str, Any]]:
        return self.all("SELECT * FROM payments WHERE payment_code = ? ORDER BY number", payment_code)
