"""The catalogue's files as YAML: a department's part, or a list of such parts, with the line on which each value stands.

Guarantees: what is read is plain (mappings, lists, text, whole numbers, true and false; a date stays text); a field that is
there twice, an anchor, a character that cannot be shown are told by line. Does not: know what an item is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from services.intake.domain.findings import Path
from services.intake.domain.sources import BOM, Source

MOST_DEPTH = 12
ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a database refuses or a screen cannot show; in YAML it can come in by an escape."""

_WHOLE = re.compile(r"[-+]?[0-9]{1,400}")
_NOT_WHOLE = 0.5  # for every number that is none of ours: no field takes it
_UNREADABLE = "含有无法识别的字符（控制字符或残缺的字符），请改正。"


def read_yaml(text: str, source: Source) -> None:
    """One document of the source for each department."""
    if text.startswith(BOM):
        source.faults.append((1, "开头有字节顺序标记（BOM），请另存为UTF-8（无BOM）后重试。"))
        text = text.removeprefix(BOM)
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as wrong:
        source.faults.append((text.count("\n", 0, wrong.position) + 1, _UNREADABLE))
        return
    try:
        root = loader.get_single_node()
        for place, part in enumerate(root.value if isinstance(root, yaml.SequenceNode) else [root] if root else ()):
            source.documents.append(_value(part, (place,), source))
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        source.faults.append((mark.line + 1 if mark else 1, _words(wrong)))
    except (ValueError, OverflowError):  # an escape or a directive that names no character, no version
        source.faults.append((loader.line + 1, _UNREADABLE))


def write_yaml(documents: Sequence[Any]) -> str:
    whole = documents[0] if len(documents) == 1 else list(documents)
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=120)


class _Loader(yaml.SafeLoader):
    """Without anchors, which can make much of little, and without depth, which no catalogue has."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # its stubs leave it so
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "不得使用锚点和引用，请写出完整内容", mark)
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise yaml.composer.ComposerError(None, None, "嵌套过深，请检查缩进", mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _words(wrong: yaml.MarkedYAMLError) -> str:
    if isinstance(wrong, yaml.composer.ComposerError) and wrong.problem and not wrong.problem.isascii():
        return f"{wrong.problem}。"
    return "此处附近不是正确的YAML，请检查缩进和引号。"


def _value(node: yaml.Node | None, path: Path, source: Source) -> Any:
    if node is None:
        return None
    source.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, place), source) for place, child in enumerate(node.value)]
    return _scalar(node, source)


def _mapping(node: yaml.MappingNode, path: Path, source: Source) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or ODD.search(key.value):
            source.faults.append((line, "字段名应为文字，请改正。"))
            continue
        if key.value in content:
            source.faults.append((line, f"字段{key.value}重复，请删除其中一处。"))
        content[key.value] = _value(child, (*path, key.value), source)
        source.lines[*path, key.value] = line
    return content


def _scalar(node: Any, source: Source) -> Any:
    """Numbers and truth values as such; everything else, and what only looks like one, as text."""
    if ODD.search(node.value):
        source.faults.append((node.start_mark.line + 1, _UNREADABLE))
        return ""
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return node.value.lower() in ("true", "yes", "on")
        case "int" if _WHOLE.fullmatch(node.value):
            return int(node.value)
        case "int" | "float":
            return _NOT_WHOLE
        case _:
            return node.value
