"""Whose step a list waits for (R51): the fee window's verification of an open list, the department's new list after one was
sent back. Nobody's: what is decided, what was replaced, what the notice went out without, and all of a case that is over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.fees.domain.lists import Listed, ListState, Rejection
from yimen.contracts.fees import WaitsFor
from yimen.worktime import Calendar, Day, local_date


def awaited(lists: Sequence[Listed], *, over: bool, notice_is_out: bool) -> Mapping[str, WaitsFor]:
    """By list id. `lists`: those of the case's present round. `over`: the case has ended."""
    if over:
        return {}
    answered = {listed.replaces for listed in lists if listed.rejection is not Rejection.TOO_LATE}
    waiting: dict[str, WaitsFor] = {}
    for listed in lists:
        if listed.state is ListState.OPEN:
            waiting[listed.list_id] = WaitsFor.FEE_WINDOW
        elif listed.to_be_listed_again and listed.list_id not in answered and not notice_is_out:
            waiting[listed.list_id] = WaitsFor.DEPARTMENT
    return waiting


def due(since: datetime, days: int, calendar: Calendar) -> Day:
    """The last day for a step that could be done `since`: that day is not counted."""
    return calendar.add(local_date(since), days)
