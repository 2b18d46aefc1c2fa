"""The daily file as CSV: a head (H), a line for each movement (D), the totals (T). RFC 4180; CRLF or LF.

H,YIMEN-STATEMENT,1,bank,account,CNY,day,version,opening
D,n,serial,kind,reference,in|out,yuan,method or -,occurred_at
T,count in,sum in,count out,sum out,closing
"""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from services.fees.domain.statements import (
    Head,
    Line,
    Statement,
    StatementError,
    account_of,
    amount_of,
    balance_of,
    count_of,
    day_of,
    make_line,
)

T = TypeVar("T")
Row = tuple[int, list[str]]
_FIELDS: Final = {"H": 9, "D": 9, "T": 6}
_MARK: Final = ("YIMEN-STATEMENT", "1")


def read_csv(text: str) -> Statement:
    """Raises `StatementError`, with the number of the line."""
    rows = _rows(text)
    head, opening = _at(_first(rows), _head)
    try:
        return _rest(rows, head, opening)
    except StatementError as error:
        error.head = head
        raise


def _rows(text: str) -> Iterator[Row]:
    """Each with the line on which it begins."""
    reader, begins = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise StatementError(f"第{begins}行：不是有效的CSV格式。") from None
        if row:
            yield begins, row
        begins = reader.line_num + 1


def _first(rows: Iterator[Row]) -> Row:
    found = next(rows, None)
    if found is None:
        raise StatementError("文件是空的。")
    return found


def _at(row: Row, read: Callable[[list[str]], T]) -> T:
    number, fields = row
    try:
        if len(fields) != _FIELDS.get(fields[0]):
            raise StatementError("字段个数或行的种类不符合约定。")
        return read(fields)
    except StatementError as error:
        raise StatementError(f"第{number}行：{error.detail}") from None


def _rest(rows: Iterator[Row], head: Head, opening: int) -> Statement:
    lines: list[Line] = []
    for row in rows:
        if row[1][0] == "T":
            totals = _at(row, _totals)
            if (more := next(rows, None)) is not None:
                raise StatementError(f"第{more[0]}行：合计行之后还有内容。")
            return Statement(head.account, head.day, head.version, opening, tuple(lines), *totals)
        lines.append(_at(row, lambda fields: _line(fields, len(lines) + 1)))
    raise StatementError("文件不完整：没有合计行。")


def _head(fields: list[str]) -> tuple[Head, int]:
    kind, *mark = fields[:3]
    if kind != "H" or tuple(mark) != _MARK:
        raise StatementError("不是约定的对账文件。")
    _bank, account, currency, day, version, opening = fields[3:]
    return Head(account_of(account, currency), day_of(day), count_of(version)), balance_of(opening)


def _line(fields: list[str], number: int) -> Line:
    kind, told, serial, what, reference, direction, amount, method, at = fields
    if kind != "D":
        raise StatementError("应为明细行或合计行。")
    if count_of(told) != number:
        raise StatementError(f"序号应为{number}，文件为{told}。")
    return make_line(
        serial=serial, kind=what, reference=reference, direction=direction, amount=amount, method=method, at=at
    )


def _totals(fields: list[str]) -> tuple[int, int, int, int, int]:
    _kind, count_in, sum_in, count_out, sum_out, closing = fields
    return count_of(count_in), amount_of(sum_in), count_of(count_out), amount_of(sum_out), balance_of(closing)
