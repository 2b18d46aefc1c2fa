"""One official before one review: who may stand here, which version was read, what comes of a move.

Guarantees: staff of another department get 403 whatever they ask for; a move is made on the locked row, and only on the
version that the official has seen; the next state and the event that tells of it commit together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Response

from services.approval import queries
from services.approval.context import Context
from services.approval.domain.state import Move, ReviewState
from services.approval.views import ReviewDetail, detail
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Staff
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
from yimen.worktime import local_date


def serving(*roles: Role) -> Any:
    """A caller of one of these roles who serves the department in the path; a supervisor serves them all."""

    async def check(department: Code, caller: Annotated[Principal, allow(*roles)]) -> Principal:
        supervises = Role.SUPERVISOR in roles and Role.SUPERVISOR in caller.roles
        if not supervises and not caller.serves(department):
            raise Forbidden("不是本部门的审查", "您只能办理本部门的审查事项，请核对部门。")
        return caller

    return Depends(check)


@dataclass(frozen=True)
class Task:
    caller: Principal
    department: str
    review_id: str
    unit: Unit[Context]
    response: Response

    @property
    def hand(self) -> tuple[Staff, datetime]:
        """By whom and when: the two things that every move is signed with."""
        return self.caller.staff, self.unit.now

    async def move(self, make: Callable[[ReviewState], Move], expected: int | None = None) -> ReviewState:
        """The state after the move. `expected`: the version that the caller has read, where it matters."""
        before = await queries.find_locked(self.unit.conn, self.department, self.review_id)
        if before is None:
            raise no_such_review()
        if expected is not None and before.version != expected:
            raise StaleVersion(before.version)
        after, event = make(before)
        await queries.keep(self.unit, before, after, self.unit.context.calendar)
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

    async def make(self, move: Callable[[ReviewState], Move]) -> ReviewDetail:
        return show(self.task.unit, await self.task.move(move, self.expected))


def task(*roles: Role) -> Any:
    async def gather(
        caller: Annotated[Principal, serving(*roles)],
        department: Code,
        review_id: Code,
        unit: Annotated[Unit[Context], Depends(current_unit)],
        response: Response,
    ) -> Task:
        return Task(caller, department, review_id, unit, response)

    return Depends(gather)


def transition(*roles: Role) -> Any:
    async def gather(task: Annotated[Task, task(*roles)], expected: Annotated[int, if_match()]) -> Transition:
        return Transition(task, expected)

    return Depends(gather)


def show(view: View[Context], state: ReviewState) -> ReviewDetail:
    return detail(state, view.context.calendar, local_date(view.now))


def no_such_review() -> NotFound:
    return NotFound("没有这项审查", "本部门没有该编号的审查事项，请核对编号。")
