"""Pydantic's findings in Chinese, each with where it is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

_Context = Mapping[str, Any]

_WORDS: dict[str, str | Callable[[_Context], str]] = {
    "missing": "必填",
    "extra_forbidden": "不认识的字段，请删去",
    "string_type": "应为文字",
    "string_too_short": lambda c: f"至少{c['min_length']}个字",
    "string_too_long": lambda c: f"至多{c['max_length']}个字",
    "string_pattern_mismatch": "格式不正确",
    "string_unicode": "含有无法识别的字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "int_parsing_size": "数字过大",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than": lambda c: f"应大于{c['gt']}",
    "greater_than_equal": lambda c: f"不得小于{c['ge']}",
    "less_than": lambda c: f"应小于{c['lt']}",
    "less_than_equal": lambda c: f"不得大于{c['le']}",
    "enum": lambda c: f"只能是：{c['expected'].replace(' or ', '、').replace(', ', '、')}",
    "literal_error": lambda c: f"只能是：{c['expected'].replace(' or ', '、').replace(', ', '、')}",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "dataclass_type": "应为对象",
    "too_short": lambda c: f"至少{c['min_length']}项",
    "too_long": lambda c: f"至多{c['max_length']}项",
    "date_type": "应为日期，如 2026-09-01",
    "date_parsing": "应为日期，如 2026-09-01",
    "date_from_datetime_parsing": "应为日期，如 2026-09-01",
    "date_from_datetime_inexact": "应为日期，不含时刻",
    "datetime_type": "应为时刻，如 2026-09-01T08:30:00Z",
    "datetime_parsing": "应为时刻，如 2026-09-01T08:30:00Z",
    "datetime_from_date_parsing": "应为时刻，如 2026-09-01T08:30:00Z",
    "timezone_aware": "时刻应带时区",
    "uuid_type": "应为UUID",
    "uuid_parsing": "应为UUID",
    "url_parsing": "应为网址",
    "url_type": "应为网址",
    "url_scheme": "网址的协议不受支持",
    "union_tag_invalid": "类别不正确",
    "union_tag_not_found": "缺少类别",
    "value_error": lambda c: str(c["error"]),
    "assertion_error": lambda c: str(c["error"]),
}


def errors_in_words(found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"in": str(item["loc"][0]), "pointer": pointer(item["loc"][1:]), "message": message(item)} for item in found
    ]


def pointer(steps: Iterable[str | int]) -> str:
    """RFC 6901: `~` and `/` inside a name are escaped. The whole is the empty pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def message(item: Mapping[str, Any]) -> str:
    words = _WORDS.get(item["type"], "填写不正确")
    return words if isinstance(words, str) else words(item.get("ctx", {}))
