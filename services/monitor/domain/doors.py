"""The doors at which an applicant hands the same matter in (S22): one is enough, two at once are to be looked into.

Guarantees: which case is the later one, and whether two are a pair, follows from what the events say, whoever was heard
first. Does not: keep who the applicant is; a matter is known by a hash.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from services.monitor.domain.views import CaseView
from yimen.contracts.intake import CaseSubmitted


@dataclass(frozen=True, slots=True)
class Door:
    """A case at the door where it was handed in. `stopped_at`: since when it is at work no more."""

    case_number: str
    matter: str
    department: str
    channel: str
    submitted_at: datetime
    stopped_at: datetime | None

    @property
    def place(self) -> tuple[datetime, str]:
        """Two of the same instant are told apart by their numbers."""
        return self.submitted_at, self.case_number


def door_of(view: CaseView) -> Door | None:
    said = view.submitted
    if said is None:
        return None
    return Door(view.number, matter_of(said), said.department, said.channel, said.submitted_at, view.stopped_at)


def matter_of(said: CaseSubmitted) -> str:
    """The same applicant with the same item. The renewal of a licence is a matter of its own, and so is what is asked for
    each key project."""
    who = (said.applicant.masked_id, said.applicant.name)
    what = (said.item_code, said.renews or "", said.project or "")
    return sha256("\n".join((*who, *what)).encode()).hexdigest()


def are_pair(one: Door, other: Door) -> bool:
    """At work at the same time, at different doors: another department, or another way in."""
    if one.matter != other.matter or one.case_number == other.case_number:
        return False
    if (one.department, one.channel) == (other.department, other.channel):
        return False
    return _begins_before_the_end(one, other) and _begins_before_the_end(other, one)


def _begins_before_the_end(one: Door, other: Door) -> bool:
    return other.stopped_at is None or one.submitted_at < other.stopped_at


def earlier_doors(mine: Door, others: Iterable[Door]) -> tuple[Door, ...]:
    """Those to which this case is the second. The alert is the later case's."""
    return tuple(
        sorted((one for one in others if are_pair(mine, one) and one.place < mine.place), key=lambda one: one.place)
    )
