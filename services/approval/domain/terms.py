"""Days that an official must keep beside the limit itself: inspection, sending up, hearing, a procedure's planned end.

Guarantees: derived at each reading, from the calendar in force. Nothing follows from lateness here; it is shown.
"""

import datetime as dt
from dataclasses import dataclass

from services.approval.domain import hearings
from services.approval.domain.facts import SpecialProcedure
from services.approval.domain.state import OPEN, ReviewState
from yimen.contracts.parts import Due
from yimen.worktime import Calendar, Day, local_date


@dataclass(frozen=True)
class Term:
    by: Day
    """The last day in time."""
    late: bool


def inspection(state: ReviewState, today: dt.date) -> Term | None:
    """Of an inspection by two that is still to come (R33)."""
    return None if state.visits else _told(state, state.request.inspection_by, today)


def sending_up(state: ReviewState, today: dt.date) -> Term | None:
    """Of a file that is still to go up (R48)."""
    waits = state.may_forward and state.forwarding is None and state.superior_answer is None
    return _told(state, state.request.forward_by, today) if waits else None


def hearing(state: ReviewState, calendar: Calendar, today: dt.date) -> Term | None:
    """Of a hearing that was asked for and not held (R31)."""
    if state.hearing is None or not state.awaits_hearing or state.status not in OPEN:
        return None
    return _term(hearings.hold_by(state.hearing, calendar), today)


def procedure(one: SpecialProcedure, calendar: Calendar, today: dt.date) -> Term:
    """Of a special procedure: its planned end, and whether it lasts or lasted longer (R28)."""
    planned = calendar.add(local_date(one.paused_at), one.planned_days)
    return _term(planned, today if one.resumed_at is None else local_date(one.resumed_at))


def is_repeated(state: ReviewState, number: int) -> bool:
    """Whether the procedure of this number, from 0, is not the first of its kind in this review (R28)."""
    return state.procedures[number].kind in {one.kind for one in state.procedures[:number]}


def _told(state: ReviewState, due: Due | None, today: dt.date) -> Term | None:
    """A day that intake has told with the request."""
    if due is None or state.status not in OPEN:
        return None
    return _term(Day(due.on, due.provisional), today)


def _term(by: Day, today: dt.date) -> Term:
    return Term(by, today > by.date)
