"""What is found wrong with a record of the catalogue, and the words for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

Found = Iterator[tuple[str, str]]
"""Field as `materials.001.required`, and what to do."""

Path = tuple[str | int, ...]
"""From the outermost list or mapping to the value: names of fields, places in lists from 0."""

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


@dataclass(frozen=True)
class Finding:
    """One fault: where in the record, the field's name for people, and what to do."""

    path: Path
    field: str
    message: str


@dataclass(frozen=True)
class Fault:
    """One fault in a file: `item` by name or place, `line` from 1 where it is known."""

    file: str
    item: str
    field: str
    message: str
    line: int | None = None

    @property
    def sentence(self) -> str:
        return self._told(self.file)

    @property
    def by_line(self) -> str:
        return self._told("" if self.line is None else f"第{self.line}行")

    @property
    def by_file_and_line(self) -> str:
        return self._told(self.file + ("" if self.line is None else f"第{self.line}行"))

    def _told(self, where: str) -> str:
        return "：".join(part for part in (where, self.item, self.field, self.message) if part)


def explained(wrong: ValidationError) -> Iterator[Finding]:
    for error in wrong.errors():
        field = ".".join(str(part) for part in error["loc"]) or "全文"
        yield Finding(error["loc"], field, _WHAT_TO_DO.get(error["type"], _OUT_OF_BOUNDS))


def finding(content: Mapping[str, Any], field: str, message: str) -> Finding:
    """Of what a rule found: `materials.001.required` lies at the place that material 001 has in the list, `stages.1` is the
    second stage."""
    head, _, rest = field.partition(".")
    path: Path = (head, *rest.split(".")) if rest else (head,)
    rows = content.get(head)
    if head == "stages" and rest:
        path = (head, int(rest))
    elif rest and isinstance(rows, list | tuple):
        code, _, leaf = rest.rpartition(".")
        places = [n for n, row in enumerate(rows) if isinstance(row, Mapping) and row.get("code") == code]
        path = (head, places[0], leaf) if places else (head,)
    return Finding(path, field, message)


def repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, times in Counter(values).items() if times > 1)
