"""The catalogue's files as CSV, for spreadsheets: a row a record, `record` says of what kind, `item` of which item.

Guarantees: what is exported and read again is the same; no cell can run as a formula, and no code loses its zeros: a cell
that a spreadsheet would take for more than text is led by an apostrophe, which reading takes away. A byte order mark is
written and read, for spreadsheets know UTF-8 by it. Does not: know what an item is; `catalogue` reads what comes out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.intake.domain.findings import Path
from services.intake.domain.sources import BOM, Source

SEPARATOR = ";"
_ITEM_TEXTS = (
    "code", "name", "kind", "statutory_text", "statutory_basis", "promised_text", "superior", "quantity", "legal_basis",
    "effective_from", "disclosures.content", "disclosures.basis", "disclosures.conditions", "disclosures.procedure",
    "disclosures.limit", "disclosures.fee", "licence.name",
)  # fmt: skip
_ITEM_NUMBERS = ("statutory_days", "promised_days", "version", "quota", "licence.valid_years")
_ITEM_TRUTHS = ("free", "safety", "inspection", "lead_may_override")

TEXTS: Mapping[str, tuple[str, ...]] = {
    "department": ("department", "organ", "credit_code"),
    "item": _ITEM_TEXTS,
    "situation": ("code", "name"),
    "material": ("code", "name", "form_note"),
    "fee": (
        "code",
        "name",
        "unit",
        "basis",
        "calculator",
        "half_rate_basis",
        "late_fee_basis",
        "valid_from",
        "valid_to",
    ),
    "grade": ("code", "name"),
    "stage": ("name",),
    "condition": ("department",),
}
NUMBERS: Mapping[str, tuple[str, ...]] = {
    "item": _ITEM_NUMBERS,
    "material": ("originals", "copies"),
    "fee": ("price", "rate"),
    "grade": ("price",),
    "stage": ("limit_days",),
}
TRUTHS: Mapping[str, tuple[str, ...]] = {
    "item": _ITEM_TRUTHS,
    "material": ("required", "deferrable"),
    "stage": ("silence_consents",),
}
LISTS: Mapping[str, tuple[str, ...]] = {
    "item": ("channels",),
    "material": ("situations",),
    "stage": ("departments",),
    "condition": ("situations",),
}
HOLDERS = {"situation": "situations", "material": "materials", "fee": "fees", "stage": "stages"}
"""The list of the item that a record of this kind belongs to."""
WITHIN = {"grade": ("fee", "grades"), "condition": ("stage", "conditions")}
"""Records that belong to the record above them: of what kind that is, and the list of it that holds them."""
DATES = frozenset({"effective_from", "valid_from", "valid_to"})

_KEYS = ("record", "item")
_NUMBER = re.compile(r"[0-9]{1,18}")
_DATE = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_RUNS = re.compile(r"[=+\-@＝＋－＠'\t\r\n]|[0-9][0-9./\-]*$|[0-9.]+[eE]|(?i:true|false)$")


def fields_of(record: str) -> tuple[str, ...]:
    return tuple(field for kinds in (TEXTS, NUMBERS, TRUTHS, LISTS) for field in kinds.get(record, ()))


COLUMNS = (*_KEYS, *dict.fromkeys(field for record in TEXTS for field in fields_of(record)))


# -- writing ------------------------------------------------------------------------------------------------------------


def write_csv(documents: Iterable[Mapping[str, Any]]) -> str:
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    for document in documents:
        table.writerow(_row("department", "", document))
        for item in document["items"]:
            table.writerows(_rows(item))
    return BOM + written.getvalue()


def _rows(item: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    code = item["code"]
    yield _row("item", code, _flat(item))
    for record, holder in HOLDERS.items():
        for part in item.get(holder, ()):
            yield _row(record, code, part)
            for inner, (outer, below) in WITHIN.items():
                if outer == record:
                    yield from (_row(inner, code, one) for one in part.get(below, ()))


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """`licence.name` is a column of its own."""
    flat = dict(item)
    for holder in ("licence", "disclosures"):
        flat |= {f"{holder}.{name}": value for name, value in (item.get(holder) or {}).items()}
    return flat


def _row(record: str, item: str, content: Mapping[str, Any]) -> dict[str, str]:
    told = {field: _cell(content[field]) for field in fields_of(record) if content.get(field) is not None}
    return {"record": record, "item": _cell(item)} | told


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        value = SEPARATOR.join(value)
    elif isinstance(value, int):
        return str(value)
    return f"'{value}" if _RUNS.match(value) else str(value)


# -- reading ------------------------------------------------------------------------------------------------------------


def read_csv(text: str, source: Source) -> None:
    """Into the documents that `catalogue` expects, one for each `department` record."""
    reading = _Rows(source)
    rows = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for row in rows:
            if header is None:
                header = [cell.strip() for cell in row]
                reading.header(header)
            elif any(cell.strip() for cell in row):
                reading.row(line, header, row)
            line = rows.line_num + 1
    except csv.Error:
        source.faults.append((max(line, rows.line_num), "不是正确的CSV，请检查引号和逗号。"))
    if header is None:
        source.faults.append((1, f"缺少表头，第一行应为：{','.join(COLUMNS)}。"))


class _Rows:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.items: dict[str, tuple[Path, dict[str, Any]]] = {}

    def header(self, names: list[str]) -> None:
        if unknown := sorted(set(names) - set(COLUMNS)):
            self.source.faults.append((1, f"表头有不认识的列：{'、'.join(unknown)}，请删除或改正拼写。"))
        if missing := [key for key in _KEYS if key not in names]:
            self.source.faults.append((1, f"表头缺少{'、'.join(missing)}列，请补上。"))
        if len(set(names)) < len(names):
            self.source.faults.append((1, "表头有重复的列，请删除其中一列。"))

    def row(self, line: int, header: list[str], row: list[str]) -> None:
        if len(row) != len(header):
            self.source.faults.append((line, f"有{len(row)}格，表头为{len(header)}格，请检查逗号和引号。"))
            return
        cells = dict(zip(header, map(_plain, row), strict=True))
        record = cells.get("record", "").strip()
        if record not in TEXTS:
            self.source.faults.append((line, f"record只能是{'、'.join(TEXTS)}，请改正。"))
            return
        fields = fields_of(record)
        filled = [name for name, cell in cells.items() if cell and name in COLUMNS and name not in (*_KEYS, *fields)]
        if filled:
            said = f"{record}行不应填写{'、'.join(filled)}，请移到相应的行或清空。"
            self.source.faults.append((line, said))
        content = {name: _read(record, name, cells[name]) for name in fields if cells.get(name)}
        self._place(line, record, cells.get("item", ""), content)

    def _place(self, line: int, record: str, code: str, content: dict[str, Any]) -> None:
        if record == "department":
            self._add(line, (), self.source.documents, {**content, "items": []})
        elif record == "item":
            self._item(line, content)
        elif code not in self.items:
            self.source.faults.append((line, "item列应填写上方某一item行的实施编码，请改正。"))
        else:
            self._part(line, record, code, content)

    def _item(self, line: int, content: dict[str, Any]) -> None:
        if not self.source.documents:
            self.source.faults.append((line, "item行之前应有所属部门的department行，请补上。"))
            return
        item = _deep(content)
        place = len(self.source.documents) - 1
        path = self._add(line, (place, "items"), self.source.documents[place]["items"], item)
        self.items[content.get("code", "")] = path, item

    def _part(self, line: int, record: str, code: str, content: dict[str, Any]) -> None:
        path, item = self.items[code]
        outer, below = WITHIN.get(record, (record, ""))
        holder = HOLDERS[outer]
        if outer == record:
            self._add(line, (*path, holder), item.setdefault(holder, []), content)
        elif parts := item.get(holder):
            inside = (*path, holder, len(parts) - 1, below)
            self._add(line, inside, parts[-1].setdefault(below, []), content)
        else:
            self.source.faults.append((line, f"{record}行应紧接在所属的{outer}行之后，请移动。"))

    def _add(self, line: int, path: Path, rows: list[Any], content: dict[str, Any]) -> Path:
        rows.append(content)
        placed = (*path, len(rows) - 1)
        self.source.lines[placed] = line
        return placed


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _read(record: str, field: str, cell: str) -> Any:
    """What does not read as what it should be stays text, and is refused by whoever knows items."""
    if field in NUMBERS.get(record, ()):
        return int(cell) if _NUMBER.fullmatch(cell.strip()) else cell
    if field in TRUTHS.get(record, ()):
        return {"true": True, "false": False}.get(cell.strip().lower(), cell)
    if field in LISTS.get(record, ()):
        return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]
    if field in DATES and (date := _DATE.fullmatch(cell.strip())):
        return f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}"
    return cell


def _deep(content: dict[str, Any]) -> dict[str, Any]:
    """`licence.name` back to where it belongs."""
    item: dict[str, Any] = {}
    for field, value in content.items():
        holder, _, name = field.rpartition(".")
        (item.setdefault(holder, {}) if holder else item)[name] = value
    return item
