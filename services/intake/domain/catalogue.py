"""The catalogue (事项目录): files, one or more departments each, read into items; the same for start-up and for imports.

Guarantees: either every item of every file is sound, or all faults of all files are told at once, each with its file,
line, item, field and what to do. Does not: publish; that is one event an item, by whoever loads. `load_catalogue`
alone reads files, the others are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.intake.domain.catalogue_csv import read_csv
from services.intake.domain.catalogue_yaml import read_yaml
from services.intake.domain.findings import Fault, Finding, Path
from services.intake.domain.item import Disclosures, Item, ItemMaterial, LicenceSpec, standard_of
from services.intake.domain.item_reading import read_item, strictly
from services.intake.domain.sources import Source
from yimen.contracts.envelope import Code, Name
from yimen.departments import department_name
from yimen.ids import InvalidNumber, check_credit_code

__all__ = [
    "CatalogueFaults",
    "Disclosures",
    "Item",
    "ItemMaterial",
    "LicenceSpec",
    "Placed",
    "catalogue_documents",
    "foreign_departments",
    "load_catalogue",
    "read_catalogue",
    "survey",
]

_OF_THE_FILE = ("department", "organ")


class CatalogueFaults(ValueError):
    """Every fault found. `faults` are sentences: file, item, field, what to do; the error's own text adds the lines."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__("事项目录有误：\n" + "\n".join(fault.by_file_and_line for fault in found))
        self.found = found
        self.faults = tuple(fault.sentence for fault in found)


@dataclass(frozen=True)
class Placed:
    """An item, and where it stands."""

    item: Item
    file: str
    path: Path
    source: Source

    def fault(self, field: str, message: str) -> Fault:
        return Fault(self.file, self.item.name, field, message, self.source.line_of((*self.path, field)))


class _Heading(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    department: Code
    organ: Name
    credit_code: str


def load_catalogue(folder: FilePath) -> tuple[Item, ...]:
    """The items of every `*.yaml` and `*.csv` in the folder, by code. Raises `CatalogueFaults`."""
    paths = sorted((*folder.glob("*.yaml"), *folder.glob("*.csv")))
    return _read(tuple((path.name, path.read_bytes()) for path in paths))


@lru_cache(maxsize=1)
def _read(files: tuple[tuple[str, bytes], ...]) -> tuple[Item, ...]:
    """Reading takes long beside all else at start-up: the same files are read once in a process."""
    return read_catalogue(dict(files))


def read_catalogue(files: Mapping[str, str | bytes]) -> tuple[Item, ...]:
    """The items of files given by name and text, by code. Raises `CatalogueFaults`."""
    placed, faults = survey(files)
    if faults:
        raise CatalogueFaults(tuple(faults))
    return tuple(sorted((one.item for one in placed), key=lambda item: item.code))


def survey(files: Mapping[str, str | bytes]) -> tuple[list[Placed], list[Fault]]:
    """What can be read, in the order of the files, sound or not; and everything that is wrong."""
    reading = _Reading()
    for name, text in files.items():
        reading.file(name, text)
    reading.compare()
    return reading.items, reading.faults


def foreign_departments(placed: Iterable[Placed], department: str) -> Iterator[Fault]:
    """The parts of a file that are not of this department, each once."""
    for part, one in {one.path[0]: one for one in placed if one.item.department != department}.items():
        said = f"应为{department}，一次只能导入一个部门的事项，请删除其他部门的内容。"
        line = one.source.line_of((part, "department"))
        yield Fault(one.file, "", "department", said, line)


def catalogue_documents(items: Iterable[Item], *, defaults: bool = False) -> list[dict[str, Any]]:
    """The items as a file holds them: one part for each department, organ and credit code. `defaults`: also what goes
    without saying."""
    parts: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for item in sorted(items, key=lambda item: (item.department, item.code)):
        row = item.model_dump(mode="json", exclude=set(_OF_THE_FILE), exclude_defaults=not defaults)
        organ = item.organ or department_name(item.department)
        parts.setdefault((item.department, organ, item.code[:18]), []).append(row)
    return [
        {"department": department, "organ": organ, "credit_code": credit_code, "items": rows}
        for (department, organ, credit_code), rows in parts.items()
    ]


class _Reading:
    def __init__(self) -> None:
        self.items: list[Placed] = []
        self.faults: list[Fault] = []

    def file(self, name: str, text: str | bytes) -> None:
        read = read_csv if name.endswith(".csv") else read_yaml
        source = Source()
        if (readable := source.decode(text)) is not None:
            read(readable, source)
        self.faults.extend(Fault(name, "", "", message, line) for line, message in source.faults)
        if not source.documents and not source.faults:
            self.faults.append(Fault(name, "", "", "文件是空的，请检查内容。", 1))
        for place, content in enumerate(source.documents):
            self._document(name, source, place, content)

    def _document(self, name: str, source: Source, place: int, content: Any) -> None:
        heading, rows, wrong = _parts(content)
        read, unreadable = strictly(_Heading, heading)
        wrong += unreadable
        if read is not None:
            wrong += _credit_code(read.credit_code)
        self._tell(name, "", source, (place,), wrong)
        for position, row in enumerate(rows):
            self._item(name, source, (place, "items", position), row, read)

    def _item(self, name: str, source: Source, path: Path, row: Any, heading: _Heading | None) -> None:
        position = f"第{int(path[-1]) + 1}项"
        if not isinstance(row, dict):
            self._tell(name, position, source, path, [Finding((), "全文", "应为字段的集合，请改正。")])
            return
        where = str(row.get("name") or position)
        given = {} if heading is None else heading.model_dump(include=set(_OF_THE_FILE))
        told = [Finding((field,), field, "由文件开头统一给出，请删除。") for field in _OF_THE_FILE if field in row]
        read = read_item(row | given, unread=_OF_THE_FILE if heading is None else ())
        told += read.findings
        code = row.get("code")
        if heading is not None and isinstance(code, str) and code[:18] != heading.credit_code:
            why = f"前18位应为本部门的统一社会信用代码{heading.credit_code}，请核对。"
            told.append(Finding(("code",), "code", why))
        self._tell(name, where, source, path, told)
        if read.item is not None:
            self.items.append(Placed(read.item, name, path, source))

    def _tell(self, name: str, item: str, source: Source, path: Path, found: list[Finding]) -> None:
        for one in found:
            self.faults.append(Fault(name, item, one.field, one.message, source.line_of(path + one.path)))

    def compare(self) -> None:
        """What only several items together can get wrong."""
        if not self.items and not self.faults:
            self.faults.append(Fault("", "", "", "事项目录中没有任何事项，请检查目录位置。"))
        self.faults.extend(_doubled(self.items))
        self.faults.extend(_standards(self.items))


def _parts(content: Any) -> tuple[Any, list[Any], list[Finding]]:
    """The heading, the items, and what is wrong with the list of items."""
    if not isinstance(content, dict):
        return content, [], []
    rows = content.get("items")
    heading = {name: value for name, value in content.items() if name != "items"}
    if isinstance(rows, list) and rows:
        return heading, rows, []
    return heading, [], [Finding(("items",), "items", "应为事项的列表，至少一项，请改正。")]


def _credit_code(code: str) -> Iterator[Finding]:
    try:
        check_credit_code(code)
    except InvalidNumber as wrong:
        yield Finding(("credit_code",), "credit_code", str(wrong))


def _doubled(items: list[Placed]) -> Iterator[Fault]:
    codes: dict[str, Placed] = {}
    for placed in items:
        code = placed.item.code
        if code in codes:
            other = codes[code]
            said = f"实施编码{code}与“{other.file}：{other.item.name}”重复，请改正。"
            yield placed.fault("code", said)
        codes[code] = placed


def _standards(items: list[Placed]) -> Iterator[Fault]:
    """One price of a fee code in the whole catalogue."""
    standards: dict[str, tuple[Placed, Any]] = {}
    for placed in items:
        for fee in placed.item.fees:
            other, standard = standards.setdefault(fee.code, (placed, standard_of(fee)))
            if standard != standard_of(fee):
                said = f"收费编码{fee.code}的标准与“{other.file}：{other.item.name}”不一致，请统一。"
                yield placed.fault("fees", said)
