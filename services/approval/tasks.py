"""One official before one review: who may stand here, which version was read, what comes of a move.

Guarantees: staff of another department get 403 whatever they ask for; a move is made on the locked row, and only on the
version that the official has seen; the next state and the events that tell of it commit together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Response

from services.approval import calendars
from services.approval.context import Context
from services.approval.domain.state import Move, ReviewState
from services.approval.queries import limits, papers, reviews
from services.approval.views import ReviewDetail, detail
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Paper, Staff
from yimen.web import (
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    current_unit,
    if_match,
    set_etag,
)
from yimen.worktime import Calendar, local_date

OFFICERS = (Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)
READERS = (*OFFICERS, Role.ORGAN_HEAD, Role.SUPERVISOR)
HEADS = (Role.ORGAN_HEAD, Role.GOVERNMENT_HEAD)

COUNTY = frozenset({Role.SUPERVISOR, Role.GOVERNMENT_HEAD})
"""Whose work does not end at a department."""


def serving(*roles: Role) -> Any:
    """A caller of one of these roles who serves the department in the path, or works for the whole county."""
    for_all = COUNTY.intersection(roles)

    async def check(department: Code, caller: Annotated[Principal, allow(*roles)]) -> Principal:
        if for_all.isdisjoint(caller.roles) and not caller.serves(department):
            raise Forbidden("不是本部门的审查", "您只能办理本部门的审查事项，请核对部门。")
        return caller

    return Depends(check)


@dataclass(frozen=True)
class Task:
    caller: Principal
    department: str
    review_id: str
    unit: Unit[Context]
    calendar: Calendar
    response: Response

    @property
    def hand(self) -> tuple[Staff, datetime]:
        """By whom and when: the two things that every move is signed with."""
        return self.caller.staff, self.unit.now

    async def paper(self, kind: str) -> Paper:
        """The department's next of this kind; given back if the move is refused."""
        return await papers.next_paper(self.unit, self.department, kind, self.unit.now)

    async def move(self, make: Callable[[ReviewState], Move], expected: int | None = None) -> ReviewState:
        """The state after the move. `expected`: the version that the caller has read, where it matters."""
        before = await reviews.find_locked(self.unit.conn, self.department, self.review_id)
        if before is None:
            raise no_such_review()
        if expected is not None and before.version != expected:
            raise StaleVersion(before.version)
        after, *events = make(before)
        await reviews.keep(self.unit, before, after, self.calendar)
        for event in events:
            self.unit.emit(event)
        set_etag(self.response, after.version)
        return after


@dataclass(frozen=True)
class Transition:
    """A move on the version named in If-Match."""

    task: Task
    expected: int

    @property
    def hand(self) -> tuple[Staff, datetime]:
        return self.task.hand

    @property
    def calendar(self) -> Calendar:
        return self.task.calendar

    async def make(self, move: Callable[[ReviewState], Move]) -> ReviewDetail:
        return await show(self.task.unit, await self.task.move(move, self.expected))


def task(*roles: Role) -> Any:
    async def gather(
        caller: Annotated[Principal, serving(*roles)],
        department: Code,
        review_id: Code,
        unit: Annotated[Unit[Context], Depends(current_unit)],
        response: Response,
    ) -> Task:
        return Task(caller, department, review_id, unit, await calendars.held(unit), response)

    return Depends(gather)


def transition(*roles: Role) -> Any:
    async def gather(task: Annotated[Task, task(*roles)], expected: Annotated[int, if_match()]) -> Transition:
        return Transition(task, expected)

    return Depends(gather)


async def show(view: View[Context], state: ReviewState) -> ReviewDetail:
    calendar = await calendars.in_force(view)
    changes = await limits.changes_of(view.conn, state.request.review_id)
    return detail(state, calendar, local_date(view.now), changes)


def no_such_review() -> NotFound:
    return NotFound("没有这项审查", "本部门没有该编号的审查事项，请核对编号。")
