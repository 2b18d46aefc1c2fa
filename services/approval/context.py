"""What handlers and routes need beside the database."""

from dataclasses import dataclass

from yimen.worktime import Calendar


@dataclass(frozen=True)
class Context:
    calendar: Calendar
