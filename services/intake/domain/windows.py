"""The hall's windows (窗口), those that several departments share among them (综合窗口, S19): staff, duty, A and B parts.

Guarantees: a window that is kept has an A and a B part, its duty falls to its own staff, and nobody is on duty twice on
one day. Dates are whole days, both ends counted.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from services.intake.domain.findings import Path, repeated
from services.intake.domain.values import Value
from yimen.departments import DEPARTMENTS

PARTS = ("A", "B")
"""A角 is on duty, B角 stands in."""


class Member(Value):
    id: str
    name: str
    part: Literal["A", "B"]


class Duty(Value):
    """One person's turn (轮值)."""

    since: date
    until: date
    staff: str

    def overlaps(self, other: "Duty") -> bool:
        return self.staff == other.staff and self.since <= other.until and other.since <= self.until


class Window(Value):
    window: str
    name: str
    place: str
    hours: str
    phone: str
    departments: tuple[str, ...]
    staff: tuple[Member, ...]
    duty: tuple[Duty, ...] = ()
    version: int = 1

    def on_duty(self, today: date) -> tuple[Member, ...]:
        on = {duty.staff for duty in self.duty if duty.since <= today <= duty.until}
        return tuple(member for member in self.staff if member.id in on)


def faults(window: Window, others: Sequence[Window]) -> Iterator[tuple[Path, str]]:
    """Everything that is wrong with it: the place in the window, and what to do."""
    yield from _departments(window)
    yield from _staff(window)
    yield from _duty(window)
    yield from _elsewhere(window, others)


def _departments(window: Window) -> Iterator[tuple[Path, str]]:
    for place, code in enumerate(window.departments):
        if code not in DEPARTMENTS:
            yield ("departments", place), f"部门{code}不在部门名录内，请改正。"
    for code in repeated(window.departments):
        yield ("departments",), f"部门{code}重复，请删除一处。"


def _staff(window: Window) -> Iterator[tuple[Path, str]]:
    for number in repeated(member.id for member in window.staff):
        yield ("staff",), f"人员{number}重复，请删除一处。"
    for part in PARTS:
        if not any(member.part == part for member in window.staff):
            yield ("staff",), f"窗口没有{part}角，每个窗口应同时有A角和B角，请补上。"


def _duty(window: Window) -> Iterator[tuple[Path, str]]:
    known = {member.id for member in window.staff}
    for place, duty in enumerate(window.duty):
        if duty.staff not in known:
            yield ("duty", place, "staff"), f"值班人员{duty.staff}不是本窗口人员，请改正或先加入人员名单。"
        if duty.until < duty.since:
            yield ("duty", place, "to"), f"值班结束日{duty.until}早于开始日{duty.since}，请改正。"
        for earlier in window.duty[:place]:
            if duty.overlaps(earlier):
                yield ("duty", place), f"{duty.staff}的值班与其{earlier.since}至{earlier.until}的值班重叠，请改正。"
                break


def _elsewhere(window: Window, others: Sequence[Window]) -> Iterator[tuple[Path, str]]:
    """Nobody can sit at two windows."""
    taken = [(other, duty) for other in others if other.window != window.window for duty in other.duty]
    for place, duty in enumerate(window.duty):
        for other, standing in taken:
            if duty.overlaps(standing):
                said = f"{duty.staff}在{standing.since}至{standing.until}已在“{other.name}”值班，请改正。"
                yield ("duty", place), said
                break
