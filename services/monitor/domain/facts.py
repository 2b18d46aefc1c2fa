"""What scores are computed from: values that each follow from one event, or from the fold of one case.

Each has an identity that follows from where it comes from, so that a set of them is the same whatever order it was told in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

from services.monitor.domain.staffing import Seating
from yimen.contracts.monitor import Light, PartyKind
from yimen.worktime import Limit

BONUS: Final = "bonus"
DATE_MISMATCH: Final = "date-mismatch"


@dataclass(frozen=True, slots=True)
class Entry:
    """Points of one party in one part of its month. `subject`, `source`, `sequence`: the event that it follows from; of a
    line that follows from the month as a whole they are absent, and `about` names what was counted. `reverses`: the
    entry that it gives back."""

    entry_id: str
    month: str
    kind: PartyKind
    party: str
    part: str
    tenths: int
    code: str
    reason: str
    at: datetime
    rule: str | None = None
    source: str | None = None
    subject: str | None = None
    sequence: int | None = None
    case_number: str | None = None
    department: str = ""
    party_name: str | None = None
    found_by: str | None = None
    reverses: str | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reversal:
    """`target`: the subject whose entries are given back, such as `alert/…`, or `entry/…` and an entry's own id."""

    reversal_id: str
    target: str
    reason: str
    at: datetime
    source: str
    subject: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert was raised, or came to a worse colour."""

    mark_id: str
    alert_id: str
    department: str
    month: str
    at: datetime
    level: Light
    rule: str
    code: str
    raised: bool
    case_number: str
    source: str
    subject: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Active:
    """A department had something to do with cases during the month."""

    month: str
    department: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A case whose clock stopped with a decision, and one department of it. `lacking`: what that department left unrecorded
    (R80); `statutory`: of the lead alone, the limit that the case had (R79)."""

    case_number: str
    department: str
    lead: bool
    month: str
    stopped_on: date
    statutory: Limit | None
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """A set of them."""

    entries: frozenset[Entry] = frozenset()
    reversals: frozenset[Reversal] = frozenset()
    marks: frozenset[Mark] = frozenset()
    active: frozenset[Active] = frozenset()
    closings: frozenset[Closing] = frozenset()
    seatings: frozenset[Seating] = frozenset()

    @classmethod
    def gathered(cls, told: Iterable["Facts"]) -> "Facts":
        """The union."""
        sets: dict[str, set[Any]] = {one.name: set() for one in fields(cls)}
        for facts in told:
            for name, found in sets.items():
                found.update(getattr(facts, name))
        return cls(**{name: frozenset(found) for name, found in sets.items()})

    def of_month(self, month: str) -> "Facts":
        """Without what can only count in another."""
        return replace(
            self,
            entries=frozenset(one for one in self.entries if one.month == month),
            active=frozenset(one for one in self.active if one.month == month),
        )

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(Facts))


NOTHING: Final = Facts()
