"""Ranks, red flags, and the quarter's grades (S13, W4).

Rank and quota follow the points; of those with as many, the one with fewer red alerts comes first. Who has both alike
shares the rank; only where places are limited does the order of codes decide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.monitor.domain.rulebook import Rulebook


class Scored(Protocol):
    @property
    def party(self) -> str: ...
    @property
    def tenths(self) -> int: ...
    @property
    def reds(self) -> int: ...


@dataclass(frozen=True)
class Place:
    """`last`: nobody stands behind, and somebody before."""

    rank: int
    chosen: bool
    last: bool


def places(scored: Iterable[Scored], at_most: int) -> dict[str, Place]:
    """By party; `chosen`: the best so many."""
    ordered = sorted(scored, key=lambda one: (-one.tenths, one.reds, one.party))
    keys = [(-one.tenths, one.reds) for one in ordered]
    return {
        one.party: Place(keys.index(key) + 1, index < at_most, key == keys[-1] and key != keys[0])
        for index, (one, key) in enumerate(zip(ordered, keys, strict=True))
    }


def mean_hundredths(months: Sequence[int]) -> int:
    """The mean of so many tenths, in hundredths of a point; half a hundredth counts up."""
    return (20 * sum(months) + len(months)) // (2 * len(months))


GRADES = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}


def grade(hundredths: int, book: Rulebook) -> str:
    """By the thresholds, which stand in tenths."""
    return next(
        (name for name in ("excellent", "good", "pass") if hundredths >= book.number(f"grade_{name}") * 10), "fail"
    )


def quota(count: int, percent: int) -> int:
    """How many may be called excellent: the whole number below the share, and one at the least where there is anybody."""
    return max(1, count * percent // 100) if count else 0
