"""What requests bring: no field that we do not know, no character that a database refuses or a screen cannot show."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line ends, those that turn the direction of what follows, halves of characters."""


class Body(BaseModel):
    """The base of request models: odd characters and unknown fields are refused. Bound the length of your strings."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _only_characters(cls, value: Any) -> Any:
        if any(map(_ODD.search, _strings(value))):
            raise ValueError("含有无法识别的字符（控制字符或残缺的字符），请重新输入")
        return value


def _strings(value: Any) -> list[str]:
    """All strings in a JSON value, names included. A stack, not recursion: depth is the sender's choice."""
    found, waiting = [], [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found
