"""What is left of a limit, as people who have to keep it reckon: in working days of the plan in force."""

import datetime as dt
from dataclasses import dataclass

from services.monitor import queries
from services.monitor.context import Context
from yimen.bus import View
from yimen.worktime import Calendar, local_date


@dataclass(frozen=True, slots=True)
class Today:
    """The hall's day."""

    date: dt.date
    calendar: Calendar

    def past(self, due: dt.date) -> bool:
        return self.date > due

    def left(self, due: dt.date | None) -> int | None:
        """Working days until `due`, today not counted; negative when late."""
        if due is None:
            return None
        if self.past(due):
            return -self.calendar.working_days(due, self.date)
        return self.calendar.working_days(self.date, due)


async def today_of(view: View[Context]) -> Today:
    return Today(local_date(view.now), (await queries.calendars(view))[-1])
