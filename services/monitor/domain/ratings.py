"""Ratings (好差评, R95, R96): which stages of a case are rated, on which indicators, and what follows from a bad one.

Guarantees: pure. What may be rated follows from the set of a case's events, whatever their order. An instant item is rated
once, at its closing; every other kind at acceptance and at closing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from yimen.contracts.parts import Channel, Kind
from yimen.errors import NotNow, Unfit
from yimen.worktime import end_of_day

_FILE: Final = Path(__file__).parents[1] / "indicators.yaml"
BAD: Final = 2
"""So many stars or fewer."""


class Stage(StrEnum):
    ACCEPTANCE = "acceptance"  # 受理
    CLOSING = "closing"  # 办结


@dataclass(frozen=True, slots=True)
class RatedCase:
    """What is known of a case so far."""

    department: str | None = None
    kind: Kind | None = None
    accepted_at: datetime | None = None
    accepted_by: dict[str, Any] | None = None
    served_by: dict[str, Any] | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rateable:
    """`person`: who served there, where the case tells."""

    stage: Stage
    department: str
    reached_at: datetime
    person: dict[str, Any] | None


def rateable(case: RatedCase) -> tuple[Rateable, ...]:
    if case.department is None or case.kind is None:
        return ()
    found = []
    if case.accepted_at is not None and case.kind is not Kind.INSTANT:
        found.append(Rateable(Stage.ACCEPTANCE, case.department, case.accepted_at, case.accepted_by))
    if case.closed_at is not None:
        found.append(Rateable(Stage.CLOSING, case.department, case.closed_at, case.served_by))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Indicators:
    """One version of the list: code -> name, for those who came on line and for those who came."""

    version: int
    online: Mapping[str, str]
    offline: Mapping[str, str]

    def of(self, channel: Channel) -> Mapping[str, str]:
        return self.online if channel is Channel.WEB else self.offline


@cache
def indicators() -> tuple[Indicators, ...]:
    """The newest last."""
    rows = yaml.safe_load(_FILE.read_text("utf-8"))["versions"]
    return tuple(Indicators(row["version"], _names(row["online"]), _names(row["offline"])) for row in rows)


@cache
def levels() -> Mapping[int, str]:
    found: dict[int, str] = yaml.safe_load(_FILE.read_text("utf-8"))["levels"]
    return found


def _names(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["code"]: row["name"] for row in rows}


def refuse_unknown_aspects(aspects: Mapping[str, int], channel: Channel) -> None:
    """Raises `Unfit` for what is not on the list in force; nobody has to rate each."""
    known = indicators()[-1].of(channel)
    if strange := sorted(aspects.keys() - known.keys()):
        detail = f"评价指标为{'、'.join(known.values())}，请刷新后重新评价。"
        raise Unfit("unknown-indicator", "评价指标不正确", detail, unknown=strange)


def refuse_late(until: date, now: datetime) -> None:
    if now >= end_of_day(until):
        detail = f"评价应在{until}前（含当日）作出；如对办理情况有意见，可以投诉。"
        raise NotNow("rating-closed", "已过评价的期限", detail, until=until.isoformat())


def is_bad(stars: int) -> bool:
    return stars <= BAD


def satisfied_tenths(stars: Mapping[int, int]) -> int | None:
    """Tenths of a per cent of those who rated that were at least fairly satisfied; None where nobody rated."""
    rated = sum(stars.values())
    return round(1000 * sum(count for star, count in stars.items() if not is_bad(star)) / rated) if rated else None
