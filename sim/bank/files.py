"""The daily files: made once when a day has ended, given out as often as somebody asks, never changed.

Guarantees: what was given out stays; a correction is a further version beside it. Every version and everything wrong with
it is in the journal. Days end at their cut-off, or when somebody closes them; until then there is no file (404).
"""

import random
from datetime import date
from typing import Any, Final

from sim.bank.books import Books
from sim.bank.camt import to_camt
from sim.bank.errors import Refused
from sim.bank.ledger import Ledger
from sim.bank.manners import FILE_FAULTS, LEADS_TO, Fault, Mischief
from sim.bank.spoiling import encode, spoil
from sim.bank.statements import Statement, to_csv
from yimen.clock import Clock

CONTENT_TYPES: Final = {"csv": "text/csv", "xml": "application/xml"}


class Files:
    def __init__(
        self, books: Books, ledger: Ledger, mischief: Mischief, clock: Clock, *, bank: str, account: str, seed: int
    ) -> None:
        self._books = books
        self._ledger = ledger
        self._mischief = mischief
        self._clock = clock
        self._bank = bank
        self._account = account
        self._seed = seed

    def find(self, day: date, form: str, version: int | None = None) -> tuple[bytes, int]:
        """The file and its version: the newest unless one is named. Raises `Refused` (404)."""
        newest = self._newest(day)
        if newest == 0:
            if not self._ledger.ended(day, self._clock.now()):
                raise Refused(404, "该日尚未日终，对账文件还没有生成。")
            newest = self.issue(day, self._mischief.first(FILE_FAULTS, day.isoformat()))
        query = "SELECT csv, xml FROM files WHERE day = ? AND version = ?"
        found = self._books.one(query, day.isoformat(), version or newest)
        if found is None:
            raise Refused(404, "该日的对账文件没有这个版本。")
        return bytes(found[form]), version or newest

    def close(self, day: date, fault: Fault | None = None, serial: str | None = None) -> int:
        """Ends the day now, if it has not ended; what happens from now on is booked on the next. Its newest version.

        Raises `Refused` (409) for a day that has not begun, and for a fault in a file that was given out."""
        if day > self._ledger.today(self._clock.now()):
            raise Refused(409, "这一天还没有开始，不能日终。")
        newest = self._newest(day)
        if newest and fault is not None:
            raise Refused(409, "该日的对账文件已经生成，只能出具更正文件。")
        return newest or self.issue(day, fault or self._mischief.first(FILE_FAULTS, day.isoformat()), serial)

    def correct(self, day: date, fault: Fault | None = None, serial: str | None = None) -> int:
        """A further version, from the books (unless it is to lie again). Raises `Refused` (409) before the first."""
        if not self._newest(day):
            raise Refused(409, "该日的对账文件还没有生成，无从更正。")
        return self.issue(day, fault, serial)

    def issue(self, day: date, fault: Fault | None, serial: str | None = None) -> int:
        version, now = self._newest(day) + 1, self._clock.now()
        true = Statement(
            bank=self._bank,
            account=self._account,
            day=day,
            version=version,
            opening=self._ledger.opening(self._account, day),
            lines=self._ledger.lines(self._account, day),
            made_at=now,
            period=self._ledger.period(day),
        )
        dice = random.Random(f"{self._seed}:file:{day}:{version}:{fault}")
        spoiled = spoil(true, fault, dice, serial) if fault else None
        told, done = spoiled or (true, None)
        fault = fault if spoiled else None
        with self._books.writing():
            files = [encode(text, fault, form) for form, text in (("csv", to_csv(told)), ("xml", to_camt(told)))]
            row = (day.isoformat(), version, fault, *files)
            self._books.connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", row)
            self._note(true, fault, done)
        return version

    def _note(self, true: Statement, fault: Fault | None, done: Any) -> None:
        """The file as it should be; then what is wrong with it."""
        now, name = self._clock.now(), {"day": true.day.isoformat(), "version": true.version}
        sums = {"count": len(true.lines), "sum_in": true.sum("in"), "sum_out": true.sum("out")}
        self._books.note(now, "file_issued", **name, opening=true.opening, closing=true.closing, **sums)
        if fault is not None:
            self._books.note(now, "fault", fault=fault, difference=LEADS_TO.get(fault), **name, done=done)

    def _newest(self, day: date) -> int:
        found = self._books.one("SELECT MAX(version) AS newest FROM files WHERE day = ?", day.isoformat())
        return int(found["newest"] or 0) if found else 0
