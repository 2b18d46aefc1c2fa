"""How a value of an event reads in a message: one way for each of its types, in each language that messages speak.

Guarantees: no reader opens a value's inside; a value of a type that has no reader stops a template when it is loaded.
Does not: translate what people wrote. Names and free texts stand in a message as they were entered.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from yimen.contracts.envelope import Instant
from yimen.contracts.fees import ReliefKind
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Due, PauseKind, RequestedMaterial
from yimen.money import format_yuan
from yimen.terms import MONEY, PROCEDURES, SUPERVISION
from yimen.worktime import SHANGHAI

SHORT: Final = 120
"""Characters of a free text that a message quotes; the paper has the rest."""

Reader = Callable[[Any], str]
Readers = Mapping[tuple[Any, str], Reader]
"""By type and form: `{amount:yuan}` asks for the form `yuan` of a whole number."""

ENGLISH: Final[dict[StrEnum, str]] = {
    PauseKind.HEARING: "hearing",
    PauseKind.TENDER: "tender",
    PauseKind.AUCTION: "auction",
    PauseKind.INSPECTION: "inspection",
    PauseKind.TESTING: "testing",
    PauseKind.QUARANTINE: "quarantine",
    PauseKind.APPRAISAL: "appraisal",
    PauseKind.EXPERT_REVIEW: "expert review",
    ReliefKind.REDUCTION: "reduction",
    ReliefKind.DEFERRAL: "deferral",
    Light.GREEN: "green light",
    Light.BLUE: "early alert",
    Light.YELLOW: "yellow card",
    Light.RED: "red card",
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _zh_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _en_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _thousands(fen: int) -> str:
    return format_yuan(fen, thousands=True)


def _short(rest: str) -> Reader:
    def shortened(text: str) -> str:
        plain = " ".join(text.split())
        return plain if len(plain) <= SHORT else plain[:SHORT] + rest

    return shortened


def _readers(
    day: Callable[[date], str],
    at: str,
    provisional: str,
    comma: str,
    rest: str,
    terms: Mapping[StrEnum, str],
    yuan: Reader,
) -> Readers:
    """`at` joins day and clock; `rest` follows a text that was cut."""
    short = _short(rest)

    def instant(moment: datetime) -> str:
        local = moment.astimezone(SHANGHAI)
        return f"{day(local)}{at}{local:%H:%M}"

    def due(due: Due) -> str:
        return day(due.on) + (provisional if due.provisional else "")

    def names(materials: tuple[RequestedMaterial, ...]) -> str:
        return short(comma.join(material.name for material in materials))

    return {
        (str, ""): str,
        (str, "short"): short,
        (int, ""): str,
        (int, "yuan"): yuan,
        (date, ""): day,
        (Instant, ""): instant,
        (datetime, ""): instant,
        (Due, ""): due,
        **dict.fromkeys(((PauseKind, ""), (ReliefKind, ""), (Light, "")), terms.__getitem__),
        (tuple[RequestedMaterial, ...], ""): names,
    }


_CHINESE: Final = {**PROCEDURES, **MONEY, **SUPERVISION}
READERS: Final[Mapping[str, Readers]] = MappingProxyType(
    {
        "zh": _readers(_zh_day, "", "（暂定）", "、", "……（全文见文书）", _CHINESE, format_yuan),
        "en": _readers(
            _en_day, " at ", " (provisional)", ", ", "… (the document has the full text)", ENGLISH, _thousands
        ),
    }
)
LANGUAGES: Final = tuple(READERS)
DEFAULT: Final = "zh"
"""Whoever named no language is told in Chinese."""


def read(language: str, value: Any, form: str) -> str:
    """Raises `KeyError` for a type without a reader."""
    kind: Any = tuple[RequestedMaterial, ...] if isinstance(value, tuple) else type(value)
    return READERS[language][kind, form](value)
