"""Counts what a soak lost, doubled or put out of order. Knows nothing of the bus.

It reads two things only: what the clients were told (steps answered with success, each client its own cases, one step after
another), and what a subscriber wrote down when a step took effect there. A step that no client was told of may have taken
effect (its answer was lost on the way back), but also only once and in its place.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

Step = tuple[str, int]
"""A case, and the number that its client gave to the step: 1, 2, 3, ..."""


@dataclass(frozen=True)
class Verdict:
    """`lost`: told and without effect. `doubled`: effects beyond the first. `out_of_order`: effects after a later step's."""

    told: int
    lost: int
    doubled: int
    out_of_order: int

    @property
    def clean(self) -> bool:
        return self.lost == self.doubled == self.out_of_order == 0

    def __str__(self) -> str:
        return f"{self.told} told: {self.lost} lost, {self.doubled} doubled, {self.out_of_order} out of order"


def check(told: Iterable[Step], effects: Iterable[Step]) -> Verdict:
    """`effects` in the order in which they happened."""
    expected, found = set(told), Counter[Step]()
    newest: dict[str, int] = {}
    out_of_order = 0
    for case, number in effects:
        out_of_order += found[case, number] == 0 and number < newest.get(case, 0)
        found[case, number] += 1
        newest[case] = max(number, newest.get(case, 0))
    return Verdict(
        told=len(expected),
        lost=len(expected - found.keys()),
        doubled=sum(count - 1 for count in found.values()),
        out_of_order=out_of_order,
    )
