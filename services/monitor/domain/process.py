"""A process as cases lived it: which step followed which, how often, and how long it took (directly-follows graph).

Guarantees: it depends on the cases alone, not on their order; a step is a type of event, without what only reports about a
case (the supervisor's own words, messages, papers). Does not: choose cases.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import Final

from services.monitor.domain.labels import label_of
from services.monitor.domain.views import Recorded

BEGIN: Final = "begin"
END: Final = "end"
_WORK: Final = frozenset({"intake", "approval", "fees"})
_ASIDE: Final = frozenset({"intake.contact.recorded.v1", "intake.credential.recorded.v1"})
_SECONDS_A_MINUTE: Final = 60


@dataclass(frozen=True)
class Arrow:
    """`minutes`: the median, by the clock."""

    origin: str
    target: str
    count: int
    minutes: int


@dataclass
class ProcessMap:
    """`steps`: how often each was taken; `cases`: how many were looked at."""

    cases: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    labels: dict[str, str] = field(default_factory=dict)
    _waits: defaultdict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, story: Sequence[Recorded]) -> None:
        """The events of one case in the order of the timeline."""
        work = [one for one in story if is_step(one)]
        if not work:
            return
        self.cases += 1
        for one in work:
            self.steps[one.meta.type] += 1
            self.labels[one.meta.type] = label_of(type(one.event))
        for before, after in pairwise(work):
            seconds = (after.meta.time - before.meta.time).total_seconds()
            self._waits[before.meta.type, after.meta.type].append(int(seconds // _SECONDS_A_MINUTE))
        self._waits[BEGIN, work[0].meta.type].append(0)
        self._waits[work[-1].meta.type, END].append(0)

    def arrows(self) -> Iterator[Arrow]:
        """The most travelled first."""
        for (origin, target), waits in sorted(self._waits.items(), key=lambda one: (-len(one[1]), one[0])):
            yield Arrow(origin, target, len(waits), median_low(waits))


def is_step(one: Recorded) -> bool:
    return one.meta.type.split(".", 1)[0] in _WORK and one.meta.type not in _ASIDE
