"""The bank's daily file as a value (对账单): one account, one day, its lines, and totals that must follow from them.

Guarantees: amounts are whole 分 read from plain yuan, never a float (R61); a file whose totals, counts or closing do not
follow from its lines and its opening is refused whole, with a sentence that says where. Does not: know what our books hold.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from yimen.money import AmountError, parse_yuan


class LineKind(StrEnum):
    PAYMENT = "payment"  # 缴款
    REFUND = "refund"  # 退款
    REMITTANCE = "remittance"  # 汇缴国库

    @property
    def label(self) -> str:
        return {"payment": "缴款", "refund": "退款", "remittance": "汇缴国库"}[self]


class StatementError(ValueError):
    """The file is refused whole; the sentence is for whoever has to ask the bank for another."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.head: Head | None = None


class OutdatedError(StatementError):
    """A later version of the day's file is in: this one has nothing to say any more."""


@dataclass(frozen=True, slots=True)
class Head:
    """Whose file it says it is, before anything in it is believed. `version`: the bank's own, from 1."""

    account: str
    day: date
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money as the bank booked it. `reference`: the payment code, or our number of what was ordered."""

    bank_serial: str
    kind: LineKind
    reference: str
    amount: int
    method: str | None
    occurred_at: datetime

    @property
    def incoming(self) -> bool:
        return self.kind is LineKind.PAYMENT

    @property
    def signed(self) -> int:
        return self.amount if self.incoming else -self.amount


@dataclass(frozen=True, slots=True)
class Statement:
    """Opening and closing may be below zero. Counts and sums are those that the file states."""

    account: str
    day: date
    version: int
    opening: int
    lines: tuple[Line, ...]
    count_in: int
    sum_in: int
    count_out: int
    sum_out: int
    closing: int

    @property
    def head(self) -> Head:
        return Head(self.account, self.day, self.version)


CURRENCY: Final = "CNY"
_SERIAL: Final = re.compile(r"[A-Za-z0-9._\-]{1,80}")
_METHOD: Final = re.compile(r"[a-z_]{1,20}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_ODD: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SHOWN: Final = 40
_DIRECTIONS: Final = {"in": True, "out": False}
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
END: Final = datetime(2100, 1, 1, tzinfo=UTC)


def check(statement: Statement) -> None:
    """Raises `StatementError` where totals do not follow from the lines, or the closing from opening and totals."""
    for name, incoming, count, total in (
        ("收入", True, statement.count_in, statement.sum_in),
        ("支出", False, statement.count_out, statement.sum_out),
    ):
        amounts = [line.amount for line in statement.lines if line.incoming is incoming]
        if len(amounts) != count:
            raise StatementError(f"{name}笔数不符：文件合计为{count}笔，逐笔计算为{len(amounts)}笔。")
        if sum(amounts) != total:
            raise StatementError(f"{name}金额不符：文件合计为{yuan(total)}元，逐笔计算为{yuan(sum(amounts))}元。")
    reckoned = statement.opening + statement.sum_in - statement.sum_out
    if statement.closing != reckoned:
        told = yuan(statement.closing)
        raise StatementError(f"期末余额不符：文件为{told}元，按期初余额加收入减支出应为{yuan(reckoned)}元。")


def check_head(head: Head, account: str, today: date, *, asked: date | None, newest: int) -> None:
    """Whether it is ours to read. `asked`: the day that was asked for; `newest`: the bank's version that is in already."""
    if head.account != account:
        raise StatementError(f"文件是账户{head.account}的，不是财政专户{account}的。")
    if asked is not None and head.day != asked:
        raise StatementError(f"文件是{head.day}的，不是{asked}的。")
    if head.day > today:
        raise StatementError(f"文件日期{head.day}尚未到来。")
    if head.version < newest:
        raise OutdatedError(f"{head.day}的第{newest}版文件已经导入，第{head.version}版不再采用。")


def make_line(*, serial: str, kind: str, reference: str, direction: str, amount: str, method: str, at: str) -> Line:
    """From the texts of a file, whatever its format; `direction`: in or out. Raises `StatementError`."""
    if not _SERIAL.fullmatch(serial):
        raise StatementError(f"银行流水号“{_short(serial)}”不符合约定。")
    try:
        known = LineKind(kind)
    except ValueError:
        raise StatementError(f"业务种类“{_short(kind)}”不在约定之内。") from None
    if _DIRECTIONS.get(direction) is not (known is LineKind.PAYMENT):
        raise StatementError(f"{known.label}的收支方向不符。")
    if len(reference) > 80 or _ODD.search(reference):
        raise StatementError(f"缴款码或指令编号“{_short(reference)}”不符合约定。")
    if method != "-" and not _METHOD.fullmatch(method):
        raise StatementError(f"缴款方式“{_short(method)}”不符合约定。")
    paid = amount_of(amount)
    if paid == 0:
        raise StatementError("金额须大于零。")
    return Line(serial, known, reference, paid, None if method == "-" else method, instant_of(at))


def amount_of(text: str) -> int:
    """Plain yuan, in 分. Raises `StatementError`."""
    if len(text) > _SHOWN or text != text.strip():
        raise StatementError(f"“{_short(text)}”不是有效的金额。")
    try:
        return parse_yuan(text)
    except AmountError as error:
        raise StatementError(str(error)) from None


def balance_of(text: str) -> int:
    """As `amount_of`, and it may be below zero."""
    return -amount_of(text[1:]) if text.startswith("-") else amount_of(text)


def count_of(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise StatementError(f"“{_short(text)}”不是有效的笔数或序号。")
    return int(text)


def day_of(text: str) -> date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        found = date.fromisoformat(text)
        if not EPOCH.date() <= found < END.date():
            raise ValueError(text)
    except ValueError:
        raise StatementError(f"“{_short(text)}”不是有效的日期。") from None
    return found


def instant_of(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.utcoffset() is None or not EPOCH <= found < END:
            raise ValueError(text)
    except (ValueError, OverflowError):
        raise StatementError(f"“{_short(text)}”不是有效的时间（应带时区）。") from None
    return found


def account_of(text: str, currency: str) -> str:
    if not _SERIAL.fullmatch(text):
        raise StatementError(f"账号“{_short(text)}”不符合约定。")
    if currency != CURRENCY:
        raise StatementError(f"币种“{_short(currency)}”不是人民币（CNY）。")
    return text


def yuan(fen: int) -> str:
    """For people; below zero too, and however much a file claims."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def _short(text: str) -> str:
    return _ODD.sub("�", text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
