"""Daily files that lie: what a fault makes of a statement, and of its bytes.

Lines that are missing, added, doubled or altered leave a file whose own totals agree: it is read, and the difference is for
reconciliation to find. A wrong total or a truncated file is for the reader to refuse.
"""

import codecs
import gzip
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sim.bank.ledger import Line
from sim.bank.manners import Fault
from sim.bank.statements import Statement

_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ON_LINES = (Fault.LINE_MISSING, Fault.LINE_DOUBLED, Fault.LINE_AMOUNT, Fault.EMPTY_FILE)


def spoil(
    told: Statement, fault: Fault, dice: random.Random, serial: str | None = None
) -> tuple[Statement, Any] | None:
    """The statement as the file will lie, and what was done to it for the journal; `serial`: of the line to spoil.

    None: there is nothing to spoil, such as a line of a day without any."""
    if fault is Fault.EMPTY_FILE and told.lines:
        return replace(told, lines=()), [plain(line) for line in told.lines]
    if fault in _ON_LINES:
        chosen = [line for line in told.lines if serial in (None, line.serial)]
        return _spoil_line(told, fault, dice.choice(chosen)) if chosen else None
    if fault is Fault.LINE_EXTRA:
        line = _invented(told, dice)
        return replace(told, lines=(*told.lines, line)), [plain(line)]
    off = dice.choice((-1, 1, 100)) if told.lines else 1
    if fault is Fault.WRONG_TOTAL:
        return replace(told, total_off=abs(off)), {"off": abs(off)}
    if fault is Fault.WRONG_OPENING:
        return replace(told, opening=told.opening + off), {"off": off}
    return told, None


def _spoil_line(told: Statement, fault: Fault, line: Line) -> tuple[Statement, Any]:
    at = told.lines.index(line)
    altered = {
        Fault.LINE_MISSING: (),
        Fault.LINE_DOUBLED: (line, line),
        Fault.LINE_AMOUNT: (replace(line, amount=line.amount + 1),),
    }[fault]
    return replace(told, lines=(*told.lines[:at], *altered, *told.lines[at + 1 :])), [plain(line)]


def _invented(told: Statement, dice: random.Random) -> Line:
    """Money that the bank never took, under a serial that nothing else has."""
    return Line(
        serial=f"X{told.day:%Y%m%d}{told.version:02}{dice.randrange(10**8):08}",
        kind="payment",
        reference="".join(dice.choices(_LETTERS, k=20)),
        direction="in",
        amount=dice.randint(1, 99_999),
        method="counter",
        at=told.period[1] - timedelta(seconds=1),
    )


def plain(line: Line) -> dict[str, Any]:
    facts = {"serial": line.serial, "kind": line.kind, "reference": line.reference, "direction": line.direction}
    return facts | {"amount": line.amount}


def encode(text: str, fault: Fault | None, form: str) -> bytes:
    """The bytes of a file in `form` (csv, xml)."""
    body = text.encode()
    match fault:
        case Fault.TRUNCATED:
            return body[: len(body) * 3 // 5]
        case Fault.BOM:
            return codecs.BOM_UTF8 + body
        case Fault.GZIP:
            return gzip.compress(body, mtime=0)
        case Fault.GBK if form == "csv":
            return text.encode("gb18030")
    return body
