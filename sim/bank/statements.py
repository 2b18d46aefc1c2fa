"""A day of one account as it is told: its lines, its totals, and the CSV of them.

Guarantees: totals and closing follow from the lines and the opening, unless `total_off` makes them lie. Amounts in 分
inside, yuan with two places in the file. CRLF and quoting after RFC 4180.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from sim.bank.ledger import Line
from yimen.money import format_yuan
from yimen.worktime import SHANGHAI


@dataclass(frozen=True, slots=True)
class Statement:
    bank: str
    account: str
    day: date
    version: int
    opening: int
    lines: tuple[Line, ...]
    made_at: datetime
    period: tuple[datetime, datetime]
    total_off: int = 0

    def count(self, direction: str) -> int:
        return sum(line.direction == direction for line in self.lines)

    def sum(self, direction: str) -> int:
        return sum(line.amount for line in self.lines if line.direction == direction)

    @property
    def total_in(self) -> int:
        """As the file tells it."""
        return self.sum("in") + self.total_off

    @property
    def closing(self) -> int:
        return self.opening + sum(line.signed for line in self.lines)


def to_csv(told: Statement) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    head = (told.bank, told.account, "CNY", told.day, told.version, yuan(told.opening))
    writer.writerow(("H", "YIMEN-STATEMENT", 1, *head))
    for number, line in enumerate(told.lines, 1):
        facts = (line.serial, line.kind, line.reference, line.direction, yuan(line.amount), line.method, local(line.at))
        writer.writerow(("D", number, *facts))
    sums = (told.count("in"), yuan(told.total_in), told.count("out"), yuan(told.sum("out")))
    writer.writerow(("T", *sums, yuan(told.closing)))
    return text.getvalue()


def yuan(fen: int) -> str:
    """A balance may be below zero: -300 as "-3.00"."""
    return format_yuan(fen) if fen >= 0 else f"-{format_yuan(-fen)}"


def local(instant: datetime) -> str:
    """ISO 8601 with +08:00."""
    return instant.astimezone(SHANGHAI).isoformat()
