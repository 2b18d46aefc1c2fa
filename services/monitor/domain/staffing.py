"""Windows: which departments each serves, and who sits there, from a day on until told otherwise (S19).

Guarantees: what is in force on a day follows from the set of what was told, in whatever order. A department that no
window names has a window of its own code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from yimen.contracts.parts import Staff


@dataclass(frozen=True, slots=True)
class Seating:
    """One telling of one window. Without departments the window is closed from that day on."""

    seating_id: str
    window: str
    name: str
    departments: tuple[str, ...]
    staff: tuple[Staff, ...]
    valid_from: date
    staffed_at: datetime

    @property
    def age(self) -> tuple[date, datetime, str]:
        return self.valid_from, self.staffed_at, self.seating_id


def in_force(seatings: Iterable[Seating], day: date) -> dict[str, Seating]:
    """The last telling of each window that is valid on that day; closed windows are not among them."""
    newest: dict[str, Seating] = {}
    for one in seatings:
        if one.valid_from <= day and (one.window not in newest or newest[one.window].age < one.age):
            newest[one.window] = one
    return {window: one for window, one in sorted(newest.items()) if one.departments}


def window_of(seatings: Iterable[Seating], department: str, day: date) -> str:
    """Where several windows name the department, the one that was told last."""
    serving = [one for one in in_force(seatings, day).values() if department in one.departments]
    return max(serving, key=lambda one: one.age).window if serving else department
