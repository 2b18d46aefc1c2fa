"""The accounts that the bank keeps: what came in and went out, on which day it was booked, and what that leaves.

Guarantees: every entry carries the balance after it, so a balance is one row; booking days never go back, so a day's
entries are a range of numbers and opening = yesterday's closing by construction. What happens after the cut-off, or after
its day was closed, is booked on the next day; `at` stays the true time. Does not: decide whether money may go out.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sim.bank.books import Books
from yimen.worktime import SHANGHAI

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money. `kind`: payment, refund, remittance; `direction`: in, out; `amount` in 分, above 0."""

    serial: str
    kind: str
    reference: str
    direction: str
    amount: int
    method: str
    at: datetime

    @property
    def signed(self) -> int:
        return self.amount if self.direction == "in" else -self.amount


class Ledger:
    def __init__(self, books: Books, cut_off: time) -> None:
        """`cut_off`: in Shanghai; from then on what happens belongs to the next day."""
        self._books = books
        self.cut_off = cut_off

    def book(self, account: str, line: Line) -> date:
        """Within `books.writing()`. The day on which it is booked."""
        day = self.today(line.at)
        insert = """INSERT INTO entries (account, day, serial, kind, reference, direction, amount, method, at, balance)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        facts = (line.serial, line.kind, line.reference, line.direction, line.amount, line.method, line.at.isoformat())
        row = (account, day.isoformat(), *facts, self.balance(account) + line.signed)
        self._books.connection.execute(insert, row)
        return day

    def today(self, now: datetime) -> date:
        """The day on which money that moves now is booked: never one whose file was given out."""
        local = now.astimezone(SHANGHAI)
        day = local.date() + (_ONE_DAY if local.time() >= self.cut_off else timedelta())
        row = self._books.connection.execute(
            """SELECT (SELECT MAX(day) FROM files),
                (SELECT day FROM entries ORDER BY number DESC LIMIT 1)"""
        ).fetchone()
        closed, last = (date.fromisoformat(text) if text else date.min for text in row)
        return max(day, last, closed + _ONE_DAY if closed > date.min else date.min)

    def ended(self, day: date, now: datetime) -> bool:
        return self.today(now) > day

    def period(self, day: date) -> tuple[datetime, datetime]:
        """From cut-off to cut-off, in Shanghai."""
        end = datetime.combine(day, self.cut_off, SHANGHAI)
        return end - _ONE_DAY, end

    def balance(self, account: str) -> int:
        query = "SELECT balance FROM entries WHERE account = ? ORDER BY day DESC, number DESC LIMIT 1"
        return self._amount(query, account)

    def opening(self, account: str, day: date) -> int:
        """What yesterday, and every day before it, left."""
        query = "SELECT balance FROM entries WHERE account = ? AND day < ? ORDER BY day DESC, number DESC LIMIT 1"
        return self._amount(query, account, day.isoformat())

    def lines(self, account: str, day: date) -> tuple[Line, ...]:
        query = """SELECT serial, kind, reference, direction, amount, method, at FROM entries
            WHERE account = ? AND day = ? ORDER BY number"""
        rows = self._books.all(query, account, day.isoformat())
        return tuple(Line(**row | {"at": datetime.fromisoformat(row["at"])}) for row in rows)

    def _amount(self, query: str, *keys: str) -> int:
        row = self._books.connection.execute(query, keys).fetchone()
        return 0 if row is None else int(row[0])
