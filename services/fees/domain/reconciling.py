"""How the bank's file and our books may differ about one transaction (R57), and what follows from each difference.

Guarantees: a line and a record of one serial come to one class; what can be healed by taking the file as the bank's word is
never left to people, and no amount is ever changed to make the sides agree. Does not: read, store, or move money.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from services.fees.domain.statements import Line, LineKind, yuan
from yimen.contracts.fees import Difference
from yimen.worktime import SHANGHAI, local_date


class State(StrEnum):
    HELD = "held"  # 待后续对账文件
    OPEN = "open"  # 待处理
    HEALED = "healed"  # 已自动更正
    RESOLVED = "resolved"  # 已处理
    CARRIED = "carried"  # 结转


UNSETTLED: Final = frozenset({State.HELD, State.OPEN})
"""While a day has one of these it does not close."""


@dataclass(frozen=True, slots=True)
class Record:
    """A transaction as our books have it."""

    serial: str
    kind: LineKind
    reference: str
    amount: int
    paid_at: datetime

    @property
    def signed(self) -> int:
        return self.amount if self.kind is LineKind.PAYMENT else -self.amount


@dataclass(frozen=True, slots=True)
class Finding:
    """`amount`: by how much the file says more than our books, signed as money that came; nought where they agree on it.

    `our_serial`: under which we know what the file has under `serial`. `heals`: by taking the file as the bank's word."""

    day: date
    kind: Difference
    serial: str
    amount: int
    detail: str
    state: State
    our_serial: str | None = None
    heals: bool = False

    @property
    def asks_somebody(self) -> bool:
        """What heals without anybody, waits for later files, or only informs is not said on the bus."""
        return self.state in (State.OPEN, State.CARRIED) and not self.heals

    @property
    def key(self) -> tuple[Difference, str]:
        return self.kind, self.serial


def classify(
    day: date, line: Line | None, record: Record | None, *, alike: Record | None = None, failed: bool = False
) -> Finding | None:
    """None: matched. `alike`: ours of another serial, in no file, with the same code, amount and day ± 1; `failed`: what the
    line pays out is held as failed here."""
    if line is None:
        assert record is not None
        return _ours_only(day, record)
    if record is None:
        return _not_known(day, line, alike, failed=failed)
    if (line.kind, line.reference) != (record.kind, record.reference):
        detail = f"银行记为{_named(line)}，系统记为{_named(record)}。"
        return Finding(day, Difference.STATUS, line.bank_serial, line.signed - record.signed, detail, State.OPEN)
    if line.amount != record.amount:
        detail = f"{_named(line)}：银行为{yuan(line.amount)}元，系统为{yuan(record.amount)}元。"
        return Finding(day, Difference.AMOUNT, line.bank_serial, line.signed - record.signed, detail, State.OPEN)
    happened = local_date(record.paid_at)
    if happened != day:
        detail = f"{_named(line)}{happened}发生，银行记入{day}。"
        return Finding(day, Difference.DATE_SHIFTED, line.bank_serial, 0, detail, State.RESOLVED)
    return None


def doubled(day: date, lines: Sequence[Line]) -> Finding:
    """The same serial more than once in one file: the first counts, the file's totals have them all."""
    first, *more = lines
    detail = f"{_named(first)}在文件中出现{len(lines)}次，只计一次。"
    return Finding(day, Difference.DOUBLED, first.bank_serial, sum(line.signed for line in more), detail, State.OPEN)


def opening_differs(day: date, opening: int, expected: int) -> Finding:
    detail = f"期初余额为{yuan(opening)}元，按前日期末余额和系统账面应为{yuan(expected)}元。"
    return Finding(day, Difference.BALANCE, "", opening - expected, detail, State.OPEN)


def file_refused(day: date, reason: str) -> Finding:
    return Finding(day, Difference.FILE, "", 0, reason, State.OPEN)


def _ours_only(day: date, record: Record) -> Finding:
    detail = f"系统有{_named(record)}{yuan(record.amount)}元，银行当日文件中没有。"
    return Finding(day, Difference.OURS_ONLY, record.serial, -record.signed, detail, State.HELD)


def _not_known(day: date, line: Line, alike: Record | None, *, failed: bool) -> Finding:
    if alike is not None:
        detail = f"{_named(line)}在系统中的流水号为{alike.serial}，按编号、金额和日期核对一致。"
        return Finding(day, Difference.STATUS, line.bank_serial, 0, detail, State.RESOLVED, alike.serial)
    if failed:
        detail = f"{_named(line)}{yuan(line.amount)}元银行已付，系统记为失败，按银行文件更正。"
        return Finding(day, Difference.STATUS, line.bank_serial, line.signed, detail, State.OPEN, heals=True)
    detail = f"银行有{_named(line)}{yuan(line.amount)}元，系统没有收到通知，按银行文件入账。"
    return Finding(day, Difference.BANK_ONLY, line.bank_serial, line.signed, detail, State.OPEN, heals=True)


def _named(one: Line | Record) -> str:
    serial = one.bank_serial if isinstance(one, Line) else one.serial
    return f"{one.kind.label}（{one.reference or '无编号'}，流水{serial}）"


# -- which day, and which pairs ----------------------------------------------------------------------------------------


def booked_on(paid_at: datetime, cut_off: time) -> date:
    """The day on which the bank should book it: what happens from the cut-off on belongs to the next day."""
    local = paid_at.astimezone(SHANGHAI)
    return local.date() + timedelta(days=local.time() >= cut_off)


def cut_off_of(day: date, cut_off: time) -> datetime:
    """The first instant that is booked after `day`."""
    return datetime.combine(day, cut_off, SHANGHAI)


def pair_alike(lines: Iterable[Line], records: Iterable[Record]) -> dict[str, Record]:
    """By serial of the line: the record of another serial with the same kind, code and amount, within a day; each once."""
    waiting: dict[tuple[LineKind, str, int], list[Record]] = {}
    for record in sorted(records, key=lambda one: (one.paid_at, one.serial), reverse=True):
        waiting.setdefault((record.kind, record.reference, record.amount), []).append(record)
    found: dict[str, Record] = {}
    for line in lines:
        candidates = waiting.get((line.kind, line.reference, line.amount), [])
        near = next((one for one in reversed(candidates) if _within_a_day(line, one)), None)
        if near is not None:
            candidates.remove(near)
            found[line.bank_serial] = near
    return found


def _within_a_day(line: Line, record: Record) -> bool:
    return abs(local_date(record.paid_at) - local_date(line.occurred_at)) <= timedelta(days=1)


# -- what was found before, found again or no longer -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A difference as it stands. `by_person`: somebody resolved or carried it."""

    state: State
    amount: int
    detail: str
    our_serial: str | None
    by_person: bool


def stands(kept: Kept, found: Finding) -> bool:
    """Whether it goes on as it is: what a person has said holds as long as the amount is the one they spoke of."""
    if kept.by_person:
        return kept.amount == found.amount
    same = (kept.amount, kept.detail, kept.our_serial) == (found.amount, found.detail, found.our_serial)
    return same and kept.state is not State.HEALED and (kept.state is State.RESOLVED) == (found.state is State.RESOLVED)


def is_over(kept: Kept) -> bool:
    """Whether it ends by not being found any more; what a person resolved, or what only informed, stays as it is."""
    return kept.state in UNSETTLED or kept.state is State.CARRIED or kept.our_serial is not None
