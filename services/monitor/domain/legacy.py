"""A department's own log of cases, as a CSV file under a mapping of its columns.

Guarantees: every fault is told with its line and column, in words for whoever keeps the log; columns that the mapping does
not name are not kept. Pure: the same bytes give the same cases. Does not: know what was read before (`importing`).
"""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from services.monitor.domain.log_line import LineReader, Told
from services.monitor.domain.log_mapping import LogMapping

MOST_LINES: Final = 50_000


class Illegible(Exception):
    """The file as a whole cannot be read: at which line, and what to do about it."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line, self.words = line, words


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    column: str | None
    words: str


@dataclass
class Log:
    """What a file told. `lines` counts those that say something; `faulty` those of them that were refused."""

    lines: int = 0
    cases: dict[int, Told] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def faulty(self) -> int:
        return self.lines - len(self.cases)

    def refuse(self, line: int, column: str | None, words: str) -> None:
        self.cases.pop(line, None)
        self.faults.append(Fault(line, column, words))


def case_number(department: str, own_number: str) -> str:
    """The same for the same case of the same department, whatever file tells it."""
    return "OUT-" + sha256(f"{department}\n{own_number}".encode()).hexdigest()[:32]


def read_log(raw: bytes, mapping: LogMapping, now: datetime) -> Log:
    """Raises `Illegible` where no line of the file can be trusted."""
    log, places, known = Log(), dict[str, int](), dict[str, int]()
    line = 1
    rows = csv.reader(io.StringIO(_decoded(raw, mapping), newline=""), delimiter=mapping.delimiter, strict=True)
    reading = LineReader(mapping, now)
    try:
        for row in rows:
            if not places:
                places, width = _places(row, mapping), len(row)
            elif any(cell.strip() for cell in row):
                log.lines += 1
                _take(log, line, row, width, reading, places, known)
            if log.lines > MOST_LINES:
                raise Illegible(line, f"一次最多导入{MOST_LINES}行，请分成几份文件。")
            line = rows.line_num + 1
    except csv.Error as wrong:
        raise Illegible(max(line, rows.line_num), "不是正确的CSV，请检查引号和分隔符。") from wrong
    if not places:
        raise Illegible(1, f"文件是空的，第一行应为表头：{'、'.join(mapping.headings)}。")
    return log


def _take(
    log: Log,
    line: int,
    row: list[str],
    width: int,
    reading: "LineReader",
    places: Mapping[str, int],
    known: dict[str, int],
) -> None:
    if len(row) != width:
        log.refuse(line, None, f"有{len(row)}格，表头为{width}格，请检查分隔符和引号。")
        return
    told, faults = reading.read({name: row[place] for name, place in places.items()})
    if told is None:
        log.faults += [Fault(line, column, words) for column, words in faults]
    elif (first := known.setdefault(told.own_number, line)) != line:
        log.refuse(line, reading.mapping.own_number, f"与第{first}行的编号重复，同一办件只应占一行，请删去一行。")
    else:
        log.cases[line] = told


def _decoded(raw: bytes, mapping: LogMapping) -> str:
    tried = ("utf-8", "gb18030") if mapping.encoding == "auto" else (mapping.encoding,)
    if raw.startswith(BOM_UTF8):
        tried = ("utf-8",)
    line = 1
    for encoding in tried:
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as wrong:
            line = max(line, raw.count(b"\n", 0, wrong.start) + 1)
    raise Illegible(line, f"不是{'或者'.join(tried).upper()}编码，请另存为UTF-8后重试。")


def _places(row: list[str], mapping: LogMapping) -> dict[str, int]:
    """Where each column stands that the mapping names."""
    header = [cell.strip() for cell in row]
    if missing := [name for name in mapping.headings if name not in header]:
        raise Illegible(1, f"表头缺少{'、'.join(missing)}列，请补上，或者修改列的对应关系。")
    if doubled := [name for name in mapping.headings if header.count(name) > 1]:
        raise Illegible(1, f"表头中{'、'.join(doubled)}列重复，请删去其中一列。")
    return {name: header.index(name) for name in mapping.headings}
