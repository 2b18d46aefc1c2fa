"""A record as it came (JSON, a row of a file) read into an item, with everything that is wrong with it at once.

Guarantees: types are taken strictly (a quoted number is text, a bare one a number); a field that cannot be read hides
only the rules that need it. Does not: compare with other items (`catalogue`, `reports`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from services.intake.domain.findings import Finding, explained, finding
from services.intake.domain.item import Item
from services.intake.domain.item_rules import faults, faults_as_far_as_read, statutory_default

_NEUTRAL: Mapping[str, Any] = {
    "code": "0",
    "name": "-",
    "department": "-",
    "kind": "instant",
    "statutory_days": 0,
    "promised_days": 0,
    "free": True,
    "quantity": "",
    "legal_basis": "",
    "effective_from": "2000-01-01",
    "version": 1,
}
"""Stand in for required fields that cannot be read, and are taken away again before a rule sees them."""

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class ReadItem:
    """`item` only if it is well-formed; it may still break rules: sound is who has no findings."""

    item: Item | None
    findings: tuple[Finding, ...]


def read_item(content: Mapping[str, Any], *, unread: Collection[str] = ()) -> ReadItem:
    """`unread`: fields that come from elsewhere, where their fault was told already."""
    whole = {"statutory_days": statutory_default(content.get("kind"))} | dict(content)
    item, wrong = strictly(Item, whole)
    if item is not None and not unread:
        return ReadItem(item, tuple(finding(content, field, message) for field, message in faults(item)))
    broken = {str(one.path[0]) for one in wrong if one.path} | set(unread)
    told = [one for one in wrong if not one.path or one.path[0] not in unread]
    rest = _without(whole, broken)
    if rest is not None:
        told += [finding(content, field, message) for field, message in faults_as_far_as_read(rest)]
    return ReadItem(None, tuple(told))


def strictly(model: type[_Model], content: Any) -> tuple[_Model | None, list[Finding]]:
    """By way of JSON, where a list is a tuple and a date is text, and nothing else is converted."""
    try:
        return model.model_validate_json(to_json(content, inf_nan_mode="constants"), strict=True), []
    except ValidationError as wrong:
        return None, list(explained(wrong))
    except (PydanticSerializationError, ValueError):
        return None, [Finding((), "全文", "嵌套过深或含有无法识别的内容，请改正。")]


def _without(content: Mapping[str, Any], broken: Collection[str]) -> Item | None:
    """The item less its broken fields: to ask for one raises AttributeError."""
    kept = {name: value for name, value in content.items() if name not in broken}
    item, _ = strictly(Item, dict(_NEUTRAL) | kept)
    if item is None:
        return None
    for name in broken:
        item.__dict__.pop(name, None)
    return item
