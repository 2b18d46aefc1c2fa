"""The catalogue (事项目录): YAML files, one a department, read into items.

Guarantees: either every item of every file is sound, or all faults of all files are told at once, each with its file,
item, field and what to do; types are taken strictly (a quoted number is text, a bare one a number).
Does not: publish; that is one event an item, by whoever loads. `load_catalogue` alone reads files, `read_catalogue` is pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.intake.domain.item import Disclosures, Item, ItemMaterial, LicenceSpec
from services.intake.domain.item_rules import faults, statutory_default
from yimen.contracts.envelope import Code, Name
from yimen.ids import InvalidNumber, check_credit_code

__all__ = ["CatalogueFaults", "Disclosures", "Item", "ItemMaterial", "LicenceSpec", "load_catalogue", "read_catalogue"]

_WHAT_TO_DO = {
    "missing": "缺少该项，请补上。",
    "extra_forbidden": "没有这个字段，请删除或改正拼写。",
    "string_type": "应为文字；编码等数字串请加引号。",
    "string_pattern_mismatch": "只能用字母、数字、点、下划线和连字符，请改正。",
    "int_type": "应为整数，不加引号，不带小数；金额以分为单位。",
    "bool_type": "应为true或false，不加引号。",
    "enum": "不在允许的取值之内，请对照说明改正。",
    "tuple_type": "应为列表，请改正。",
    "list_type": "应为列表，请改正。",
    "model_type": "应为字段的集合，请改正。",
    "model_attributes_type": "应为字段的集合，请改正。",
    "date_parsing": "应为日期，如2026-01-01。",
    "date_type": "应为日期，如2026-01-01。",
    "date_from_datetime_parsing": "应为日期，如2026-01-01。",
}
_OUT_OF_BOUNDS = "数值或长度超出允许范围，请改正。"
_OF_THE_FILE = ("department", "organ")


class CatalogueFaults(ValueError):
    """Every fault found, a sentence each: file, item, field, what to do."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("事项目录有误：\n" + "\n".join(faults))
        self.faults = faults


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    department: Code
    organ: Name
    credit_code: str
    items: list[dict[str, Any]] = Field(min_length=1)


_Model = TypeVar("_Model", bound=BaseModel)


def load_catalogue(folder: Path) -> tuple[Item, ...]:
    """The items of every `*.yaml` in the folder, by code. Raises `CatalogueFaults`."""
    return read_catalogue({path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))})


def read_catalogue(files: Mapping[str, str | bytes]) -> tuple[Item, ...]:
    """The items of files given by name and text, by code. Raises `CatalogueFaults`."""
    reading = _Reading()
    for name, text in files.items():
        reading.file(name, text)
    reading.compare()
    if reading.faults:
        raise CatalogueFaults(tuple(reading.faults))
    return tuple(sorted((item for _, item in reading.items), key=lambda item: item.code))


class _Reading:
    def __init__(self) -> None:
        self.items: list[tuple[str, Item]] = []
        self.faults: list[str] = []

    def file(self, name: str, text: str | bytes) -> None:
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError as wrong:
            mark = getattr(wrong, "problem_mark", None)
            where = f"第{mark.line + 1}行附近" if mark else "某处"
            self.faults.append(f"{name}：{where}不是正确的YAML，请检查缩进和引号。")
            return
        heading = self._strictly(_File, content, name)
        if heading is None:
            return
        try:
            check_credit_code(heading.credit_code)
        except InvalidNumber as wrong:
            self.faults.append(f"{name}：credit_code：{wrong}")
        for place, row in enumerate(heading.items, start=1):
            self._item(name, heading, row, f"第{place}项")

    def _item(self, name: str, heading: _File, row: dict[str, Any], place: str) -> None:
        where = f"{name}：{row.get('name') or place}"
        for field in _OF_THE_FILE:
            if field in row:
                self.faults.append(f"{where}：{field}：由文件开头统一给出，请删除。")
        defaults = {"statutory_days": statutory_default(row.get("kind"))}
        item = self._strictly(Item, defaults | row | heading.model_dump(include=set(_OF_THE_FILE)), where)
        if item is None:
            return
        self.items.append((where, item))
        self.faults.extend(f"{where}：{field}：{message}" for field, message in faults(item))
        if item.code[:18] != heading.credit_code:
            self.faults.append(f"{where}：code：前18位应为本部门的统一社会信用代码{heading.credit_code}，请核对。")

    def compare(self) -> None:
        """What only several items together can get wrong."""
        if not self.items and not self.faults:
            self.faults.append("事项目录中没有任何事项，请检查目录位置。")
        codes: dict[str, str] = {}
        standards: dict[str, tuple[str, Any]] = {}
        for where, item in self.items:
            if item.code in codes:
                self.faults.append(f"{where}：code：实施编码{item.code}与“{codes[item.code]}”重复，请改正。")
            codes[item.code] = where
            for fee in item.fees:
                other, standard = standards.setdefault(fee.code, (where, (fee.name, fee.unit, fee.price)))
                if standard != (fee.name, fee.unit, fee.price):
                    self.faults.append(f"{where}：fees：收费编码{fee.code}的标准与“{other}”不一致，请统一。")

    def _strictly(self, model: type[_Model], content: Any, where: str) -> _Model | None:
        """By way of JSON, where a list is a tuple and a date is text, and nothing else is converted."""
        try:
            return model.model_validate_json(json.dumps(content, default=_plain), strict=True)
        except ValidationError as wrong:
            self.faults.extend(f"{where}：{fault}" for fault in _explained(wrong))
            return None


def _plain(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) else None


def _explained(wrong: ValidationError) -> Iterator[str]:
    for error in wrong.errors():
        field = ".".join(str(part) for part in error["loc"]) or "全文"
        yield f"{field}：{_WHAT_TO_DO.get(error['type'], _OUT_OF_BOUNDS)}"
